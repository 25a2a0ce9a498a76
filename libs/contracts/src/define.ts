// The kinds of contract there are. A contract is a value: services declare that they serve it, callers call it, permissions and docs are generated from it.
import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/** The members of the mesh that exist, each with its own NATS user. */
export const services = ['policy', 'provider'] as const;
export type ServiceName = (typeof services)[number];

/** Services that have a name on the wire already but do not run yet; permissions are written when they do. */
export type LaterService = 'experiment' | 'extension' | 'cost';

/** Who may publish: a tenant's clients, operators, or services by name. */
export type Speaker = 'tenant' | 'operator' | ServiceName | LaterService;

interface Described {
  readonly summary: string;
}

/** Where requests of clients come in. */
export interface EntryContract extends Described {
  readonly kind: 'entry';
  /** With `*` for the verb and `>` for the tenant path. */
  readonly subject: string;
  readonly queue: ServiceName;
  readonly from: readonly ['tenant'];
  /** Where a service over its cap hands requests back; one member per verb. */
  readonly handedBack: StopContract;
}

/** A stop of an itinerary. One `per` something is a family: `provider.<vendor>`, each member a queue group of its own. */
export interface StopContract extends Described {
  readonly kind: 'stop';
  readonly name: string;
  readonly per?: string;
  /** The queue group, where it is not the stop's own name (and member). */
  readonly queue?: string;
  readonly service: ServiceName | LaterService;
  readonly from: readonly Speaker[];
}

/** Request and reply: administration and queries. The subject ends in the tenant path that it concerns. */
export interface RpcContract<
  Request extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> extends Described {
  readonly kind: 'rpc';
  readonly service: ServiceName;
  readonly verb: string;
  readonly from: 'operator';
  readonly request: Request;
  readonly reply: Reply;
  readonly errors: readonly ErrorCode[];
}

/** A plain message to everybody who listens; nothing is stored, and nothing answered but by those who have something to say. */
export interface SignalContract<Body extends z.ZodType = z.ZodType, Subject extends string = string> extends Described {
  readonly kind: 'signal';
  /** One that ends in `>` ends in the tenant path that it concerns. */
  readonly subject: Subject;
  readonly from: readonly Speaker[];
  readonly to: readonly ServiceName[];
  readonly body: Body;
}

/** A fact in the past tense, kept in a stream: `router.v2.event.<entity>.<verb>.<tenant…>`. */
export interface EventContract<Body extends z.ZodType = z.ZodType> extends Described {
  readonly kind: 'event';
  readonly entity: ServiceName;
  readonly verb: string;
  readonly body: Body;
}

/** A JetStream key-value bucket. Only its owner creates and writes it; readers watch. */
export interface BucketContract<Value extends z.ZodType = z.ZodType> extends Described {
  readonly kind: 'bucket';
  readonly name: string;
  readonly owner: ServiceName;
  readonly readers: readonly ServiceName[];
  readonly key: string;
  readonly value: Value;
  readonly history: number;
  readonly maxBytes: number;
  /** In memory, with a time to live a key. */
  readonly memory: boolean;
  /** What becomes of a write when it is full: `new` refuses it, `old` makes room, for what may be lost. */
  readonly discard: 'old' | 'new';
  /** Whether the owner reads single keys, from any replica or from the leader alone, who knows the last write; a watch needs no such right. */
  readonly gets: boolean | 'leader';
  /** Raised whenever what stands here changes; never lowered in a running server. */
  readonly config: number;
}

/** A JetStream stream. */
export interface StreamContract extends Described {
  readonly kind: 'stream';
  readonly name: string;
  readonly subjects: readonly string[];
  readonly owner: ServiceName;
  /** Who publishes what it stores. */
  readonly from: readonly ServiceName[];
  readonly memory: boolean;
  readonly maxAgeSeconds: number;
  readonly maxBytes: number;
  readonly duplicateWindowSeconds: number;
  readonly discard: 'old' | 'new';
  readonly compression: boolean;
  /** Counters of ADR-49: the last value a subject. */
  readonly counter: boolean;
  /** Durable consumers by name, and who pulls from them. */
  readonly consumers: Readonly<Record<string, ServiceName>>;
  /** Services that read all of it by an ordered consumer. */
  readonly readers: readonly ServiceName[];
  /** Services that look from time to time what has come, and read it in batches: by direct gets, with nothing that waits for them in the server. */
  readonly batchReaders: readonly ServiceName[];
  /** Whether operators may read it by an ordered consumer, one tenant's subtree at a time. */
  readonly operatorReads: boolean;
  readonly config: number;
}

/** A family of counters in a counter stream. */
export interface CounterContract extends Described {
  readonly kind: 'counter';
  readonly stream: StreamContract;
  /** Placeholders in angle brackets; the tenant path follows. */
  readonly pattern: string;
  readonly from: readonly ServiceName[];
}

export type Contract =
  | EntryContract
  | StopContract
  | RpcContract
  | SignalContract
  | EventContract
  | BucketContract
  | StreamContract
  | CounterContract;

export const entry = (contract: Omit<EntryContract, 'kind'>): EntryContract => ({ kind: 'entry', ...contract });

export const stop = <const Given extends Omit<StopContract, 'kind'>>(
  contract: Given,
): Given & { readonly kind: 'stop' } => ({ kind: 'stop', ...contract });

export const rpc = <Request extends z.ZodType, Reply extends z.ZodType>(
  contract: Omit<RpcContract<Request, Reply>, 'kind'>,
): RpcContract<Request, Reply> => ({ kind: 'rpc', ...contract });

export const signal = <Body extends z.ZodType, const Subject extends string>(
  contract: Omit<SignalContract<Body, Subject>, 'kind'>,
): SignalContract<Body, Subject> => ({
  kind: 'signal',
  ...contract,
});

export const event = <Body extends z.ZodType>(contract: Omit<EventContract<Body>, 'kind'>): EventContract<Body> => ({
  kind: 'event',
  ...contract,
});

const mebibyte = 1024 * 1024;

export const bucket = <Value extends z.ZodType>(
  contract: Pick<BucketContract<Value>, 'name' | 'owner' | 'readers' | 'key' | 'value' | 'summary'> &
    Partial<BucketContract<Value>>,
): BucketContract<Value> => ({
  history: 1,
  maxBytes: 256 * mebibyte,
  memory: false,
  discard: 'new',
  gets: false,
  config: 1,
  ...contract,
  kind: 'bucket',
});

export const stream = (
  contract: Pick<StreamContract, 'name' | 'subjects' | 'owner' | 'from' | 'maxAgeSeconds' | 'summary'> &
    Partial<StreamContract>,
): StreamContract => ({
  memory: false,
  maxBytes: 1024 * mebibyte,
  duplicateWindowSeconds: 120,
  discard: 'old',
  compression: false,
  counter: false,
  consumers: {},
  readers: [],
  batchReaders: [],
  operatorReads: false,
  config: 1,
  ...contract,
  kind: 'stream',
});

export const counter = (contract: Omit<CounterContract, 'kind'>): CounterContract => ({ kind: 'counter', ...contract });
