// Which headers stand on which messages, and what they say: for documents.
import { entryHeaders, header } from '../headers.ts';
import type { JsonSchema } from './json-schema.ts';

const says: Readonly<Record<string, string>> = {
  [header.request]: 'Request id, a ULID; given by policy when absent or malformed',
  [header.timeout]: 'Milliseconds that the client is willing to wait',
  [header.deadline]: 'Epoch ms; covers the whole answer',
  [header.attempt]: 'Which publication of the same request this is: 1, 2, 3',
  [header.frames]: '`1`: the answer goes in frames',
  [header.credit]:
    'Deltas that the reader takes before its first `limit`, 1 to 100000; without it there is no flow control',
  [header.leg]: 'How often the passage was forwarded to another candidate',
  [header.hop]: '`1`: handed back once, by a stop over its cap',
  [header.tenant]: 'Tenant path, taken from the subject at the entry',
  [header.reply]: 'Where the answer goes',
  [header.itinerary]: 'The stops still to visit, comma separated',
  [header.plan]: 'The plan as ASCII JSON, at most 32 KiB',
  [header.trail]: '`stop@instance;received;waited;worked;code`, comma separated; each stop appends its own',
  [header.frame]: 'The kind of the frame',
  [header.seq]: '`<leg>.<n>`, n dense from 0 within a leg',
  [header.contentType]: 'Of the body',
  [header.contentEncoding]: 'Refused until it is supported',
  [header.traceparent]: 'W3C trace context',
  [header.tracestate]: 'W3C trace context',
  [header.error]: 'The message of the error',
  [header.errorCode]: 'Its HTTP number',
  [header.messageId]: "The first record's call id, on messages of `finished` records",
  [header.increment]: 'What is added to the counter, as `+1`',
};

const onStages = [
  header.request,
  header.deadline,
  header.attempt,
  header.frames,
  header.credit,
  header.leg,
  header.hop,
  header.tenant,
  header.reply,
  header.itinerary,
  header.plan,
  header.trail,
  header.traceparent,
  header.tracestate,
];

/** The headers of each kind of message. */
export const headerGroups = {
  entry: entryHeaders,
  stage: onStages,
  handedBack: [...entryHeaders, header.tenant, header.reply, header.hop],
  frame: [header.frame, header.seq],
  beat: [header.frame],
  error: [header.error, header.errorCode, header.frame, header.seq],
  record: [header.messageId],
  counter: [header.increment],
} as const satisfies Record<string, readonly string[]>;

/** A group as the schema of an object of strings. */
export function headersSchema(group: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(group.map((name) => [name, { type: 'string', description: says[name] }])),
  };
}
