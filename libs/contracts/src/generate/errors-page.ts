// docs/errors.md: the closed list of errors, and the form of an error answer.
import { errorKinds, finalClasses, finalReasons, RouterError } from '../errors.ts';
import { header } from '../headers.ts';
import { jsonBlock, page, table } from './markdown.ts';

const example = new RouterError('not_found', 'no model "gpt-9" at "openai"', {
  param: 'model',
  details: { vendor: 'openai' },
});

export function errorsPage(): string {
  const rows = Object.entries(errorKinds).map(([code, kind]) => [
    `\`${code}\``,
    String(kind.http),
    `\`${kind.grpc}\``,
    `\`${kind.type}\``,
    kind.retryable ? 'yes' : 'no',
    kind.when,
  ]);
  return page(
    'Errors',
    'Every refusal and every failure of the mesh is one of these, on NATS, over HTTP and over gRPC. The list is closed.',
    table(['code', 'HTTP', 'gRPC', 'OpenAI type', 'retry', 'when'], rows),
    `**Retry** means that the same request may succeed when it is sent again. \`unavailable\` with the \`details.reason\` ${either(finalReasons)} is not to be retried, nor \`provider_failed\` when the \`class\` of every attempt is ${either(finalClasses)}. The field \`retryable\` of an answer has already taken this into account: go by it, not by the code.`,
    '`stream_interrupted` never starts an HTTP answer, for something was sent before it: 500 stands for it in headers. `unauthenticated` is for entrances other than NATS, which refuses a connection by itself.',
    '## The form of an error answer',
    'One message, in place of the answer or of its `end` frame. Headers:',
    table(
      ['header', 'value'],
      [
        [`\`${header.error}\``, 'the message'],
        [`\`${header.errorCode}\``, 'the HTTP number'],
        [`\`${header.frame}\``, '`error`'],
      ],
    ),
    'The first two are those of NATS services (ADR-32), so that any NATS client can tell an error from an answer. Body:',
    jsonBlock(example.toBody()),
    [
      '- `code` and `retryable` are for programs, `message` is for people. Its wording may change.',
      '- `type` is the nearest that OpenAI has, so that their libraries raise the exception one expects.',
      '- `param` is the field of the request that is wrong, as `messages.0.role`. Absent when there is none.',
      '- `details` differs by code, see the table. Absent when there is nothing to add.',
      '- Prompts, answers and keys never stand in an error.',
    ].join('\n'),
  );
}

function either(names: ReadonlySet<string>): string {
  return [...names]
    .map((name) => `\`${name}\``)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');
}
