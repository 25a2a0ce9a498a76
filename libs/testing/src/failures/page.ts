// docs/failures.md: what was seen, as tables.
import type { FinishedRecord } from '@router-mesh/contracts';
import type { Form, Misbehaviour } from './misbehaviours.ts';
import type { Seen } from './observe.ts';

/** One misbehaviour in one form: what both clients saw, and what was recorded of each one's calls. */
export interface Observation {
  readonly one: Misbehaviour;
  readonly form: Form;
  readonly sdk: Seen;
  readonly plain: Seen;
  usage(request: string): readonly FinishedRecord[];
}

const head = `# What becomes of a model's failures

<!-- Written by \`npm run generate:failures\` from what was seen in a real mesh; a test runs all of it and fails when this page is no longer true. Never edit it. -->

The scripted model misbehaves, and this is what its client sees: by the TypeScript SDK, and by a plain NATS client. One candidate, no other to fall back to; one retry (\`ROUTER_RETRIES=1\`), breakers off. What each class means, and which ones send a request to the next candidate, stands in [provider's README](../services/provider/README.md#how-it-works); the codes in [errors](errors.md).

- **attempts**: the class of each call that failed, in order. Each is a leg of the answer, an entry of the trail and a record of METER.
- **sees**: the error's code with its HTTP number, and whether it is worth sending the request again; how much of the answer came before it.
- **usage**: the outcome of each call, and its tokens in and out. \`~\` was estimated, \`n\` estimated from the size of the request or the time it had.`;

const timing = `Time-outs here: \`ROUTER_CONNECT_TIMEOUT=1s\`, \`ROUTER_FIRST_TOKEN_TIMEOUT=2s\`, \`ROUTER_IDLE_TIMEOUT=1s\`, \`ROUTER_MODEL_TIMEOUT=4s\`.`;

export function failuresPage(observations: readonly Observation[]): string {
  const section = (form: Form): string => {
    const rows = observations.filter((observation) => observation.form === form).map(row);
    return ['| the model | attempts | SDK sees | plain client sees | usage |', '|---|---|---|---|---|', ...rows].join(
      '\n',
    );
  };
  const parts = [head, timing, '## Whole answers', section('unary'), '## Streams', section('streamed')];
  return `${parts.join('\n\n')}\n`;
}

function row({ one, sdk, plain, usage }: Observation): string {
  const usages = [sdk, plain].map(({ request }) => usageOf(usage(request), one));
  const cells = [one.name, both(attemptsOf(sdk), attemptsOf(plain)), seenAs(sdk), seenAs(plain), both(...usages)];
  return `| ${cells.join(' | ')} |`;
}

/** What is the same for both clients stands once. */
function both(sdk = '', plain = ''): string {
  return sdk === plain ? sdk : `SDK: ${sdk}; plain: ${plain}`;
}

function attemptsOf({ attempts }: Seen): string {
  return attempts.map((name) => `\`${name}\``).join(', ') || 'none';
}

function seenAs({ code, status, retryable, retryAfter, delivered }: Seen): string {
  if (code === 'ok') return 'the answer';
  const again = retryAfter === undefined ? 'retry' : `retry after ${retryAfter} s`;
  return `\`${code}\` (${status}), ${retryable === true ? again : 'no retry'}${delivered === 'nothing' ? '' : `, after ${delivered}`}`;
}

function usageOf(records: readonly FinishedRecord[], { rough }: Misbehaviour): string {
  const calls = records.map(({ outcome, usage }) => {
    if (!usage.estimated) return `${outcome} ${usage.input_tokens}/${usage.output_tokens}`;
    const output = rough === true && usage.output_tokens > 0 ? 'n' : usage.output_tokens;
    return `${outcome} ~${usage.input_tokens === 0 ? 0 : 'n'}/${output}`;
  });
  return calls.join(', ') || 'none';
}
