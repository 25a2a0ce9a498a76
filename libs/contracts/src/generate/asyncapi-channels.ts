// The channels of the AsyncAPI document: one for each contract that has a subject, and one for answers.
import { maxBodyDepth } from '../chat.ts';
import type { Contract, RpcContract, SignalContract, StopContract } from '../define.ts';
import { errorKinds } from '../errors.ts';
import { stopSubject } from '../subjects.ts';
import { headerGroups, headersSchema } from './header-groups.ts';
import { jsonSchema, type JsonSchema } from './json-schema.ts';
import { messages } from './messages.ts';

export interface Channel {
  readonly id: string;
  /** Null where the sender of a request picks it. */
  readonly address: string | null;
  readonly summary: string;
  readonly sentBy: readonly string[];
  readonly receivedBy: readonly string[];
  /** By name; names are unique in the document. */
  readonly messages: Readonly<Record<string, JsonSchema>>;
  /** The channel of its answers. */
  readonly reply?: string;
  readonly extensions?: JsonSchema;
}

/** Where answers to requests go: the inbox that the client named. */
export function answerChannel(): Channel {
  return {
    id: 'answer',
    address: null,
    summary:
      "The client's inbox. Unary: one message. Streamed: `accept`, `delta`…, then `end` or `error`, then an empty message without headers (EOS).",
    sentBy: ['policy', 'provider'],
    receivedBy: ['tenant'],
    messages: {
      'answer.whole': {
        summary: 'A unary answer: the OpenAI object and `router`',
        payload: { type: 'object', properties: { router: payload('answer.router') } },
      },
      'answer.decision': message('answer.decision'),
      'answer.error': message('answer.error', headerGroups.error),
      'frame.accept': message('frame.accept', headerGroups.frame),
      'frame.delta': {
        summary: 'One or more `chat.completion.chunk` objects, one a line',
        contentType: 'application/x-ndjson',
        headers: headersSchema(headerGroups.frame),
        payload: { type: 'string' },
      },
      'frame.beat': message('frame.beat', headerGroups.beat),
      'frame.end': message('frame.end', headerGroups.frame),
      eos: { summary: 'Empty and without headers: nothing follows', payload: { type: 'null' } },
    },
    extensions: { 'x-errors': errorKinds },
  };
}

/** The channels of one contract: none for buckets, and for streams only where what they hold stands in no other contract. */
export function channelOf(contract: Contract): Channel[] {
  switch (contract.kind) {
    case 'entry':
      return [
        {
          id: 'request',
          address: named(contract.subject, ['verb', 'tenant']),
          summary: contract.summary,
          sentBy: contract.from,
          receivedBy: [contract.queue],
          messages: requests(),
          reply: 'answer',
          extensions: { 'x-max-body-depth': maxBodyDepth },
        },
      ];
    case 'stop':
      return [stopChannel(contract)];
    case 'rpc':
      return rpcChannels(contract);
    case 'signal':
      return [signalChannel(contract)];
    case 'event': {
      const id = `event.${contract.entity}.${contract.verb}`;
      return [
        {
          id,
          address: `router.v2.${id}.{tenant}`,
          summary: contract.summary,
          sentBy: [contract.entity],
          receivedBy: [],
          messages: { [id]: { summary: contract.summary, payload: jsonSchema(contract.body) } },
        },
      ];
    }
    case 'counter':
      return [
        {
          id: contract.stream.name,
          address: `${contract.pattern.replaceAll('<', '{').replaceAll('>', '}')}.{tenant}`,
          summary: contract.summary,
          sentBy: contract.from,
          receivedBy: [],
          messages: {
            [`count.${contract.stream.name}`]: {
              summary: contract.summary,
              headers: headersSchema(headerGroups.counter),
              payload: { type: 'null' },
            },
          },
        },
      ];
    case 'stream':
      return contract.operatorReads
        ? [
            {
              id: contract.name,
              address: named(contract.subjects.join(), ['tenant']),
              summary: `${contract.summary}. One or more records of one kind, one a line`,
              sentBy: contract.from,
              receivedBy: ['operator', ...new Set([...contract.readers, ...Object.values(contract.consumers)])],
              messages: {
                'meter.started': message('meter.started'),
                'meter.finished': message('meter.finished', headerGroups.record),
              },
            },
          ]
        : [];
    case 'bucket':
      return [];
  }
}

function stopChannel(stop: StopContract): Channel {
  return {
    id: `stage.${stop.name}`,
    address: stopSubject(stop, stop.per === undefined ? undefined : `{${stop.per}}`),
    summary: stop.summary,
    sentBy: stop.from,
    receivedBy: [stop.service],
    messages: {
      [`passage.${stop.name}`]: {
        summary: "The client's body, untouched; what stops need is in the headers",
        headers: headersSchema(stop.per === 'verb' ? headerGroups.handedBack : headerGroups.stage),
        payload: { type: 'object' },
      },
    },
  };
}

function rpcChannels({ service, verb, from, summary, request, reply, errors }: RpcContract): Channel[] {
  const id = `${service}.${verb}`;
  return [
    {
      id,
      address: `router.v2.${id}.{tenant}`,
      summary,
      sentBy: [from],
      receivedBy: [service],
      messages: { [`${id}.request`]: { summary, payload: jsonSchema(request) } },
      reply: `${id}.reply`,
      extensions: { 'x-errors': errors },
    },
    {
      id: `${id}.reply`,
      address: null,
      summary: `Answers of ${id}`,
      sentBy: [service],
      receivedBy: [from],
      messages: {
        [`${id}.answer`]: { summary, payload: jsonSchema(reply) },
        'answer.error': message('answer.error', headerGroups.error),
      },
    },
  ];
}

/** What the wildcards of signals stand for. */
const signalParameters: Readonly<Record<string, readonly string[]>> = {
  control: ['service', 'connection', 'token'],
  cancel: ['tenant'],
  holder: [],
  health: ['vendor'],
};

function signalChannel({ subject, from, to, summary, body }: SignalContract): Channel {
  const id = subject.split('.')[2] ?? subject;
  return {
    id,
    address: named(subject, signalParameters[id] ?? []),
    summary,
    sentBy: from,
    receivedBy: to,
    messages: { [id]: { summary, payload: jsonSchema(body) } },
  };
}

/** Put names in the places of wildcards, in order. @throws Error when there are more wildcards than names */
function named(subject: string, names: readonly string[]): string {
  const left = [...names];
  return subject.replace(/[*>]/g, () => {
    const name = left.shift();
    if (name === undefined) throw new Error(`the wildcards of "${subject}" need names`);
    return `{${name}}`;
  });
}

function requests(): Record<string, JsonSchema> {
  const names = Object.keys(messages).filter((name) => name.startsWith('request.'));
  return Object.fromEntries(names.map((name) => [name, message(name, headerGroups.entry)]));
}

function message(name: string, headers?: readonly string[]): JsonSchema {
  return {
    summary: messages[name]?.summary,
    ...(headers === undefined ? {} : { headers: headersSchema(headers) }),
    payload: payload(name),
  };
}

/** The schema of a message that stands in no contract. @throws Error when there is none of that name */
export function payload(name: string): JsonSchema {
  const known = messages[name];
  if (known === undefined) throw new Error(`no message "${name}"`);
  return jsonSchema(known.schema);
}
