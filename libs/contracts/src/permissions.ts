// NATS permissions, derived from the contracts: for each user what it may publish and what it may subscribe to.
import type { BucketContract, Contract, ServiceName, StopContract, StreamContract } from './define.ts';
import { contracts } from './registry.ts';
import { operatorInbox, root, serviceInbox, stopQueue, stopSubject, tenantInbox } from './subjects.ts';

/** Allow lists as NATS reads them: publish entries are exact, a subscribe entry may end in a queue group. */
export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Where plain clients listen; `_R_` is where the server maps them to across accounts. */
const clientInboxes = ['_INBOX.>', '_R_.>'];

/** The rights of one service's user. */
export function servicePermissions(service: ServiceName, all: readonly Contract[] = contracts): Permissions {
  const publish = new Set<string>();
  const subscribe = new Set([`${serviceInbox(service)}.>`]);
  const allow = (set: Set<string>, ...entries: readonly string[]): void => entries.forEach((entry) => set.add(entry));

  for (const contract of all) {
    switch (contract.kind) {
      case 'entry':
        if (contract.queue !== service) break;
        allow(publish, ...clientInboxes);
        allow(subscribe, `${contract.subject} ${contract.queue}`);
        break;
      case 'stop':
        if (contract.from.includes(service)) allow(publish, stopSubject(contract));
        if (contract.service !== service) break;
        allow(publish, ...clientInboxes, ...detours(contract));
        allow(subscribe, `${stopSubject(contract)} ${stopQueue(contract).replace(/.*\*/, '*')}`);
        break;
      case 'rpc':
        if (contract.service !== service) break;
        allow(publish, ...clientInboxes);
        allow(subscribe, `${root}.${service}.*.> ${service}`);
        break;
      case 'signal':
        allowSignal(contract.subject, contract.from.includes(service), contract.to.includes(service));
        break;
      case 'event':
        if (contract.entity === service) allow(publish, `${root}.event.${service}.>`);
        break;
      case 'counter':
        if (contract.from.includes(service)) allow(publish, ...contract.stream.subjects);
        break;
      case 'bucket':
        if (contract.owner === service) allow(publish, ...own(contract));
        if (contract.readers.includes(service)) allow(publish, ...watch(contract));
        break;
      case 'stream':
        if (contract.owner === service) allow(publish, ...ensure(contract.name));
        if (contract.from.includes(service) && contract.owner === service && !contract.counter)
          allow(publish, ...ownFacts(contract));
        if (contract.readers.includes(service)) allow(publish, ...orderedRead(contract));
        if (contract.batchReaders.includes(service)) allow(publish, `$JS.API.DIRECT.GET.${contract.name}`);
        for (const [consumer, puller] of Object.entries(contract.consumers)) {
          if (puller === service) allow(publish, ...pull(contract.name, consumer));
        }
        break;
    }
  }
  allow(subscribe, '$SRV.*', `$SRV.*.${service}`, `$SRV.*.${service}.*`);
  return { publish: [...publish], subscribe: [...subscribe] };

  function allowSignal(subject: string, speaks: boolean, hears: boolean): void {
    if (speaks) allow(publish, subject);
    if (speaks && hears) allow(publish, `${serviceInbox(service)}.>`); // it answers its own kind
    if (!hears) return;
    // A control subject belongs to one service's connection: its own part alone.
    allow(subscribe, subject === `${root}.control.*.*.*` ? `${root}.control.${service}.*.*` : subject);
  }
}

/** What a tenant's client may do; with `ownInbox` its answers come below its own prefix only. */
export function tenantPermissions(tenant: string, { ownInbox }: { readonly ownInbox: boolean }): Permissions {
  return {
    publish: [
      `${root}.request.*.${tenant}`,
      `${root}.request.*.${tenant}.>`,
      `${root}.cancel.${tenant}`,
      `${root}.cancel.${tenant}.>`,
      `${root}.control.*.*.*`,
    ],
    subscribe: [ownInbox ? `${tenantInbox(tenant)}.>` : '_INBOX.>'],
  };
}

/** Any tenant's client, and nothing more: a connection without credentials on loopback. */
export const localPermissions: Permissions = {
  publish: [`${root}.request.*.>`, `${root}.cancel.>`, `${root}.control.*.*.*`],
  subscribe: ['_INBOX.>'],
};

/** Operators call every rpc, ask for discovery and read METER. */
export function operatorPermissions(all: readonly Contract[] = contracts): Permissions {
  const administered = all.flatMap((contract) => (contract.kind === 'rpc' ? [`${root}.${contract.service}.*.>`] : []));
  const readable = all.flatMap((contract) =>
    contract.kind === 'stream' && contract.operatorReads ? orderedRead(contract) : [],
  );
  return { publish: [...new Set([...administered, '$SRV.>', ...readable])], subscribe: [`${operatorInbox}.>`] };
}

/** The inboxes that a stop after extension may be told to answer to. */
function detours(stop: StopContract): string[] {
  return stop.from.includes('extension') ? [`${serviceInbox('extension')}.>`] : [];
}

function ensure(stream: string): string[] {
  return ['INFO', 'CREATE', 'UPDATE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
}

/** Facts that only the stream's owner tells; events are allowed by entity instead. */
function ownFacts(stream: StreamContract): readonly string[] {
  return stream.from.length === 1 ? stream.subjects : [];
}

function own(bucket: BucketContract): string[] {
  return [...ensure(`KV_${bucket.name}`), `$KV.${bucket.name}.>`, ...gets(bucket)];
}

function gets({ name, gets: how }: BucketContract): string[] {
  if (how === false) return [];
  return how === 'leader' ? [`$JS.API.STREAM.MSG.GET.KV_${name}`] : [`$JS.API.DIRECT.GET.KV_${name}.$KV.${name}.>`];
}

/** Both forms of the flow-control subject: a server flag switches to the longer one. */
function watch({ name }: BucketContract): string[] {
  return [`$JS.API.CONSUMER.CREATE.KV_${name}.*.$KV.${name}.>`, `$JS.FC.KV_${name}.>`, `$JS.FC.*.*.KV_${name}.>`];
}

function pull(stream: string, consumer: string): string[] {
  return [
    ...['CREATE', 'INFO', 'MSG.NEXT'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.${consumer}`),
    `$JS.ACK.${stream}.${consumer}.>`,
    `$JS.ACK.*.*.${stream}.${consumer}.>`,
  ];
}

function orderedRead({ name, subjects }: StreamContract): string[] {
  return [
    ...subjects.map((subject) => `$JS.API.CONSUMER.CREATE.${name}.*.${subject}`),
    `$JS.FC.${name}.>`,
    `$JS.FC.*.*.${name}.>`,
  ];
}

/**
 * One `permissions` block in NATS' configuration language.
 *
 * INVARIANT (no empty half): an empty or missing allow list would allow everything on that side.
 * @throws Error when a half is empty
 */
export function formatPermissions({ publish, subscribe }: Permissions, indent = ''): string {
  const half = (name: string, allowed: readonly string[]): string => {
    if (allowed.length === 0) throw new Error(`an empty ${name} list would allow everything`);
    return `${indent}  ${name}: { allow: [\n${allowed.map((subject) => `${indent}    "${subject}"`).join('\n')}\n${indent}  ] }`;
  };
  return `{\n${half('publish', publish)}\n${half('subscribe', subscribe)}\n${indent}}`;
}
