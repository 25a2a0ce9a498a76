// What a service is: contracts it serves, buckets it owns and watches, settings, and handlers that must fit the contracts.
import type {
  BucketContract,
  commonSettings,
  EntryContract,
  EventContract,
  LeaseDocument,
  RpcContract,
  ServiceName,
  Settings,
  SettingValues,
  SignalContract,
  StopContract,
  StoreFill,
  StreamContract,
} from '@router-mesh/contracts';
import type {
  BadDocument,
  Cancellations,
  ReadingSettings,
  SnapshotWatch,
  StoredDocument,
  Batch,
  StoredFact,
  StreamState,
  Tenure,
} from '@router-mesh/wire';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { GroupOptions } from './fact-groups.ts';
import type { StoreOptions, StoreOutcome } from './fact-store.ts';
import type { EntryPassage } from './entry-passage.ts';
import type { ImmutableDocuments } from './immutable-documents.ts';
import type { StopPassage } from './stop-passage.ts';
import type { Tallies } from './tallies.ts';

export type Served = EntryContract | StopContract | RpcContract | SignalContract;
export type ServedGroup = Readonly<Record<string, Served>>;
export type WatchedGroup = Readonly<Record<string, BucketContract>>;

type Later<Result> = Result | Promise<Result>;

/** Who an rpc or signal concerns. */
export interface Concerning {
  readonly tenant: string;
}

/** What a signal's handler may do beyond listening. */
export interface Answering {
  /** Answer whoever said it, if it asked from an inbox of this service's own; else nothing happens. */
  answer(text: string): void;
}

/** The handler that a contract asks for. A thrown RouterError is the answer; anything else is logged and answered as `internal`. */
export type Handler<Contract extends Served> = Contract extends EntryContract
  ? (passage: EntryPassage) => Later<void>
  : Contract extends StopContract
    ? (passage: StopPassage) => Later<void>
    : Contract extends RpcContract<infer Request, infer Reply>
      ? (request: z.output<Request>, about: Concerning) => Later<z.input<Reply>>
      : Contract extends SignalContract<infer Body, infer Subject>
        ? (body: z.output<Body>, about: Subject extends `${string}>` ? Concerning & Answering : Answering) => void
        : never;

export type Handlers<Serves extends ServedGroup> = { readonly [Key in keyof Serves]: Handler<Serves[Key]> };

export type Watches<Group extends WatchedGroup> = {
  readonly [Key in keyof Group]: SnapshotWatch<z.output<Group[Key]['value']>>;
};

/** What the kernel gives to a service's wiring. */
export interface House<Group extends WatchedGroup = WatchedGroup, Own extends Settings = Settings> {
  readonly instance: string;
  readonly log: Logger;
  readonly settings: SettingValues<Own & typeof commonSettings>;
  readonly snapshots: Watches<Group>;
  readonly cancellations: Cancellations;
  /** Keys from the environment (`ROUTER_KEY_*`), by name. */
  readonly keys: ReadonlyMap<string, string>;
  /** The most a message may carry here, bytes. */
  readonly payloadLimit: () => number;
  /** Counters and slots that instances share. */
  readonly tallies: Tallies;
  /** Write a document of a bucket the service owns; resolves to its revision. @throws RouterError `conflict` when `revision` is not its last */
  put<Value extends z.ZodType>(
    bucket: BucketContract<Value>,
    key: string,
    value: z.output<Value>,
    revision?: number,
  ): Promise<number>;
  /** Read a document of a bucket the service owns from its leader; undefined when there is none. @throws RouterError `unavailable` when the bucket does not answer */
  get<Value extends z.ZodType>(
    bucket: BucketContract<Value>,
    key: string,
  ): Promise<StoredDocument<z.output<Value>> | undefined>;
  /** Documents of a bucket that never change under their keys: read once, and kept on disk. */
  readonly immutable: ImmutableDocuments;
  /** Show a number in /metrics that is read when asked for; its labels must be bounded sets. */
  gauge(
    name: string,
    help: string,
    read: () => Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>,
    labelNames: readonly string[],
  ): void;
  /** Tell on /readyz and in `router status` what is wrong and goes on; read when asked for. */
  note(read: () => readonly string[]): void;
  /** Say something to everybody who listens on a signal's subject, with `token` in the place of its `*`; nothing is said while NATS is away. */
  signal<Body extends z.ZodType>(contract: SignalContract<Body>, token: string, body: z.input<Body>): void;
  /** Publish a fact without waiting for it to be stored. */
  tell(subject: string, payload: string): void;
  /** The same for a fact of one line, together with others of its subject that are told at once. Resolves when it is on its way, and a SIGKILL could not take it back. */
  tellLine(subject: string, line: string): Promise<void>;
  /** Resolves when the server has taken what was published before, and has said where nobody listened. @throws RouterError `unavailable` while NATS is away */
  settled(): Promise<void>;
  /** Ask everybody who listens; resolves to the first answer, or to undefined when none comes in time. @throws RouterError `unavailable` while NATS is away */
  ask(subject: string, payload: string, waitMs: number): Promise<string | undefined>;
  /** Publish a fact; resolves to what became of it, in the time given. Never throws. */
  store(subject: string, payload: string, options: StoreOptions): Promise<StoreOutcome>;
  /** The same for a fact of one line, which may go together with others of its subject: what one message has is stored, late or lost together. Never throws. */
  storeLine(subject: string, line: string, options: GroupOptions): Promise<StoreOutcome>;
  /** Read a stream that the service may read, in its order, until the signal aborts. @throws Error when the connection goes down or JetStream does not answer */
  read(stream: StreamContract, reading: Omit<ReadingSettings, 'inboxPrefix'>): AsyncIterable<StoredFact>;
  /** What stands in a stream that the service reads in batches, from a sequence on. @throws Error as `read` does */
  readBatch(stream: StreamContract, from: number): Promise<Batch>;
  /** How full a stream of the service is and how far it has come. @throws Error when JetStream does not answer */
  look(stream: StreamContract): Promise<StreamState>;
  /** Do something in one instance at a time, whenever it is this one, until the service stops. */
  lead(bucket: BucketContract<z.ZodType<LeaseDocument>>, key: string, work: (tenure: Tenure) => Promise<void>): void;
}

export interface ServiceDefinition<
  Serves extends ServedGroup = ServedGroup,
  Group extends WatchedGroup = WatchedGroup,
  Own extends Settings = Settings,
> {
  readonly name: ServiceName;
  readonly summary: string;
  readonly serves: Serves;
  readonly owns: readonly (BucketContract | StreamContract)[];
  /** Loaded before the first answer, swapped as immutable snapshots. */
  readonly watches: Group;
  readonly settings: Own;
  /** The event that tells of a document that is not of its form. */
  readonly documentRefused: EventContract<z.ZodType<unknown, BadDocument & { instance: string }>>;
  /** The event that tells of a store of the service that is nearly full. */
  readonly storeFilling: EventContract<z.ZodType<unknown, StoreFill & { store: string; instance: string }>>;
  /** For each family of stops, the members to serve now; asked again whenever a watched bucket changes. */
  readonly members?: (house: House<Group, Own>) => Readonly<Record<string, readonly string[]>>;
  /** Called once before anything is served: documents to seed, pools to open. */
  readonly prepare?: (house: House<Group, Own>) => Promise<void>;
  readonly handlers: (house: House<Group, Own>) => Handlers<Serves>;
}

/** A service as a value; `run` brings it to life. A missing or mistyped handler does not compile. */
export function defineService<
  const Serves extends ServedGroup,
  const Group extends WatchedGroup,
  const Own extends Settings,
>(definition: ServiceDefinition<Serves, Group, Own>): ServiceDefinition<Serves, Group, Own> {
  for (const bucket of Object.values(definition.watches)) {
    if (!bucket.readers.includes(definition.name))
      throw new Error(`bucket "${bucket.name}" does not name "${definition.name}" as a reader`);
  }
  return definition;
}
