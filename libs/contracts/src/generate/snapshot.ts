// Everything that a version of the contracts promises, as plain JSON: what the committed baseline is made of.
import type { Contract, SignalContract } from '../define.ts';
import { errorKinds } from '../errors.ts';
import { frameKinds } from '../frames.ts';
import { entryHeaders, header } from '../headers.ts';
import { contracts } from '../registry.ts';
import { root, rpcSubject, stopQueue, stopSubject } from '../subjects.ts';
import { jsonSchema } from './json-schema.ts';
import { messages, type Direction, type Message } from './messages.ts';

export interface Snapshot {
  readonly root: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly entryHeaders: readonly string[];
  readonly frames: readonly string[];
  readonly errors: Readonly<Record<string, unknown>>;
  /** By kind and name. */
  readonly contracts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly messages: Readonly<Record<string, MessagePromise>>;
}

/** A schema, and who has to understand it when it changes. */
export interface MessagePromise {
  readonly direction: Direction;
  readonly schema: unknown;
}

/** Texts are left out: they may change. */
export function snapshot(
  all: readonly Contract[] = contracts,
  known: Readonly<Record<string, Message>> = messages,
): Snapshot {
  return {
    root,
    headers: header,
    entryHeaders,
    frames: frameKinds,
    errors: Object.fromEntries(Object.entries(errorKinds).map(([code, { when: _, ...kind }]) => [code, kind])),
    contracts: Object.fromEntries(all.map((contract) => [contractId(contract), promises(contract)])),
    messages: Object.fromEntries(
      Object.entries(known).map(([name, { direction, schema }]) => [name, { direction, schema: jsonSchema(schema) }]),
    ),
  };
}

function contractId(contract: Contract): string {
  switch (contract.kind) {
    case 'rpc':
      return `rpc ${contract.service}.${contract.verb}`;
    case 'event':
      return `event ${contract.entity}.${contract.verb}`;
    case 'counter':
      return `counter ${contract.pattern}`;
    case 'entry':
    case 'signal':
      return `${contract.kind} ${contract.subject}`;
    default:
      return `${contract.kind} ${contract.name}`;
  }
}

function promises(contract: Contract): Readonly<Record<string, unknown>> {
  switch (contract.kind) {
    case 'entry':
      return { subject: contract.subject, queue: contract.queue, from: contract.from };
    case 'stop': {
      const member = contract.per === undefined ? undefined : `<${contract.per}>`;
      return {
        subject: stopSubject(contract, member),
        queue: stopQueue(contract, member),
        service: contract.service,
        from: contract.from,
      };
    }
    case 'rpc':
      return {
        subject: rpcSubject(contract, '<tenant>'),
        queue: contract.service,
        from: contract.from,
        request: { direction: 'taken', schema: jsonSchema(contract.request) },
        reply: { direction: 'told', schema: jsonSchema(contract.reply) },
        errors: contract.errors,
      };
    case 'signal':
      return { subject: contract.subject, from: contract.from, to: contract.to, body: signalBody(contract) };
    case 'event':
      return {
        subject: `${root}.event.${contract.entity}.${contract.verb}.<tenant>`,
        body: { direction: 'told', schema: jsonSchema(contract.body) },
      };
    case 'counter':
      return { subject: contract.pattern, stream: contract.stream.name, from: contract.from };
    case 'bucket': {
      const { kind: _, name: __, summary: ___, gets: ____, value, ...rest } = contract;
      // Documents are read by who wrote them, people or an older version of us.
      return { ...rest, value: { direction: 'taken', schema: jsonSchema(value) } };
    }
    case 'stream': {
      const { kind: _, name: __, summary: ___, consumers, readers, operatorReads, ...rest } = contract;
      return {
        ...rest,
        readers: [...(operatorReads ? ['operator'] : []), ...readers],
        consumers: Object.entries(consumers).map((consumer) => consumer.join(' of ')),
      };
    }
  }
}

function signalBody({ from, body }: SignalContract): MessagePromise {
  return { direction: from.includes('tenant') ? 'taken' : 'told', schema: jsonSchema(body) };
}
