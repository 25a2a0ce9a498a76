// docs/asyncapi.json: the contracts as an AsyncAPI 3.0 document, for tools.
import type { BucketContract, Contract, StreamContract } from '../define.ts';
import { contracts } from '../registry.ts';
import { root } from '../subjects.ts';
import { answerChannel, channelOf, payload, type Channel } from './asyncapi-channels.ts';
import { jsonSchema, type JsonSchema } from './json-schema.ts';

const description = `Everything that is said on ${root}, over NATS. An address is a subject; \`{tenant}\` stands for 1 to 4 tokens and is always its tail. \
An operation says in \`x-by\` who does it: a tenant's clients, operators, or a service. Buckets and streams are under \`x-buckets\` and \`x-streams\`, errors under \`x-errors\` of the answer; the plan and the entries of the trail, which travel in headers, under \`x-plan\` and \`x-trail-entry\`.`;

export function asyncapi(): string {
  const channels = [answerChannel(), ...contracts.flatMap(channelOf)];
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'Router Mesh', version: root, description, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    servers: {
      nats: { host: '127.0.0.1:4222', protocol: 'nats', description: 'The server of one machine; see deploy/nats' },
    },
    channels: Object.fromEntries(channels.map((channel) => [channel.id, channelObject(channel)])),
    operations: Object.fromEntries(channels.flatMap(operationsOf)),
    components: { messages: Object.fromEntries(channels.flatMap(({ messages }) => Object.entries(messages))) },
    'x-plan': payload('plan'),
    'x-trail-entry': payload('trail'),
    'x-buckets': Object.fromEntries(contracts.filter(isBucket).map((bucket) => [bucket.name, bucketObject(bucket)])),
    'x-streams': Object.fromEntries(contracts.filter(isStream).map(({ name, kind: _, ...stream }) => [name, stream])),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function channelObject({ address, summary, messages, extensions }: Channel): JsonSchema {
  const parameters = [...(address ?? '').matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [
    name,
    { description: parameterText[name] ?? name },
  ]);
  return {
    address,
    description: summary,
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
    messages: Object.fromEntries(
      Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
    ...extensions,
  };
}

const parameterText: Readonly<Record<string, string>> = {
  tenant: 'Tenant path: 1 to 4 tokens of `[a-z0-9_-]{1,63}` joined by dots',
  verb: '`chat`, `embed` or `decide`',
  vendor: 'As in the provider document',
  service: 'The service that holds the connection',
  connection: 'Random, one a connection',
  token: '128 random bits',
  metric: 'What is counted',
  scope: '`all`, or `m-` and 16 hex digits of the SHA-256 of the model',
  minute: 'Minutes since the epoch',
};

/** One operation for who sends and one for who receives. */
function operationsOf({ id, sentBy, receivedBy, messages, reply }: Channel): [string, JsonSchema][] {
  const reference = (channel: string): JsonSchema => ({ $ref: `#/channels/${channel}` });
  const operation = (action: 'send' | 'receive', by: readonly string[]): [string, JsonSchema] => [
    `${id}.${action}`,
    {
      action,
      channel: reference(id),
      messages: Object.keys(messages).map((name) => ({ $ref: `#/channels/${id}/messages/${name}` })),
      'x-by': by,
      ...(reply === undefined ? {} : { reply: { channel: reference(reply) } }),
    },
  ];
  return [operation('send', sentBy), operation('receive', receivedBy)];
}

function bucketObject({ name: _, kind: __, gets: ___, value, ...bucket }: BucketContract): JsonSchema {
  return { ...bucket, value: jsonSchema(value) };
}

function isBucket(contract: Contract): contract is BucketContract {
  return contract.kind === 'bucket';
}

function isStream(contract: Contract): contract is StreamContract {
  return contract.kind === 'stream';
}
