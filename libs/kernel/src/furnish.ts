// The house that a service's wiring is given, made from the parts of its life.
import {
  serviceInbox,
  type commonSettings,
  type ServiceName,
  type Settings,
  type SettingValues,
} from '@router-mesh/contracts';
import {
  askAnybody,
  getDocument,
  payloadLimit,
  publish,
  putDocument,
  readBatch,
  readFacts,
  streamState,
  whileConnected,
} from '@router-mesh/wire';
import type { House, WatchedGroup, Watches } from './define.ts';
import type { FactStore } from './fact-store.ts';
import { ImmutableDocuments } from './immutable-documents.ts';
import type { Leadership } from './leadership.ts';
import type { Link } from './link.ts';
import { tallies } from './tallies.ts';
import { ToldLines } from './told-lines.ts';

/** What a house is made of, beside the link to the mesh. */
export interface Furniture<Group extends WatchedGroup, Own extends Settings> {
  readonly service: ServiceName;
  readonly settings: SettingValues<Own & typeof commonSettings>;
  /** Keys from the environment, by name. */
  readonly keys: ReadonlyMap<string, string>;
  readonly snapshots: Watches<Group>;
  readonly facts: FactStore;
  readonly leadership: Leadership;
  /** Where copies of immutable documents lie; undefined without `ROUTER_STATE`. */
  readonly documents: string | undefined;
  note(read: () => readonly string[]): void;
  /** Whether NATS is there now. */
  connected(): boolean;
}

export function furnish<Group extends WatchedGroup, Own extends Settings>(
  { nc, log, instance, cancellations, counts }: Link,
  { service, settings, keys, snapshots, facts, leadership, documents, note, connected }: Furniture<Group, Own>,
): House<Group, Own> {
  const lines = new ToldLines(nc, log);
  return {
    instance,
    log,
    settings,
    snapshots,
    cancellations,
    keys,
    payloadLimit: () => payloadLimit(nc),
    tallies: tallies(nc, service, counts),
    get: (bucket, key) => getDocument(nc, bucket, key),
    immutable: new ImmutableDocuments((bucket, key) => getDocument(nc, bucket, key), {
      folder: documents,
      instance,
      log,
    }),
    put: (bucket, key, value, revision) => putDocument(nc, bucket, key, value, revision),
    gauge: (...gauge) => counts.gauge(...gauge),
    note,
    signal: (contract, token, body) => {
      if (connected()) publish(nc, contract.subject.replace('*', token), JSON.stringify(body));
    },
    tell: (subject, payload) => publish(nc, subject, payload),
    tellLine: (subject, line) => lines.tell(subject, line),
    settled: () => whileConnected(nc, () => nc.flush()),
    ask: (subject, payload, waitMs) => askAnybody(nc, subject, payload, waitMs),
    store: (subject, payload, options) => facts.store(subject, payload, options),
    storeLine: (subject, line, options) => facts.storeLine(subject, line, options),
    read: (stream, reading) => readFacts(nc, stream, { inboxPrefix: serviceInbox(service), ...reading }),
    readBatch: (stream, from) => readBatch(nc, stream, { from, inboxPrefix: serviceInbox(service) }),
    look: (stream) => streamState(nc, stream),
    lead: (bucket, key, work) => leadership.lead(bucket, key, work),
  };
}
