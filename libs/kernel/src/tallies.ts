// Counters and slots that instances share, as a service's wiring may use them.
import { serviceInbox, type BucketContract, type EventContract, type ServiceName } from '@router-mesh/contracts';
import {
  addToCounter,
  addToCounterSoon,
  getExpiring,
  Mirror,
  publishEvent,
  putExpiring,
  removeExpiring,
  type MirrorListener,
  type NatsConnection,
} from '@router-mesh/wire';
import type { z } from 'zod';
import type { Counts } from './metrics.ts';

export interface Tallies {
  /** Add to a shared counter; resolves to its new value. @throws RouterError `unavailable` when it does not answer in time */
  add(subject: string, amount: number, options: { readonly timeoutMs: number }): Promise<number>;
  /** Add to a shared counter without waiting; lost where it is away. */
  addSoon(subject: string, amount: number): void;
  /** Write a key that vanishes by itself; resolves to its revision. @throws RouterError `unavailable` when the bucket does not take it in time */
  putExpiring<Value extends z.ZodType>(
    bucket: BucketContract<Value>,
    key: string,
    value: z.output<Value>,
    options: { readonly ttlMs: number; readonly timeoutMs: number },
  ): Promise<number>;
  /** Read such a key; undefined when it is not there. @throws RouterError `unavailable` when the bucket does not answer in time */
  getExpiring<Value extends z.ZodType>(
    bucket: BucketContract<Value>,
    key: string,
    options: { readonly timeoutMs: number },
  ): Promise<z.output<Value> | undefined>;
  /** Remove such a key without waiting. */
  removeExpiring(bucket: BucketContract, key: string): void;
  /** Follow a bucket key by key, in the order of its revisions, for the rest of this process's life. */
  mirror<Value>(
    bucket: BucketContract<z.ZodType<Value>>,
    listener: MirrorListener<Value>,
  ): Pick<Mirror<Value>, 'restart'>;
  /** Tell an event without waiting. */
  announce<Body extends z.ZodType>(event: EventContract<Body>, tenant: string, body: z.input<Body>): void;
  /** Show a number of this service on /metrics, read when asked for. */
  gauge(name: string, help: string, read: () => number): void;
  /** The same for a number that only grows. */
  total(name: string, help: string, read: () => number): void;
}

export function tallies(nc: NatsConnection, service: ServiceName, counts: Counts): Tallies {
  return {
    add: async (subject, amount, options) => Number(await addToCounter(nc, subject, BigInt(amount), options)),
    addSoon: (subject, amount) => addToCounterSoon(nc, subject, BigInt(amount)),
    putExpiring: (bucket, key, value, options) => putExpiring(nc, bucket, key, value, options),
    getExpiring: (bucket, key, options) => getExpiring(nc, bucket, key, options),
    removeExpiring: (bucket, key) => removeExpiring(nc, bucket, key),
    mirror: (bucket, listener) => new Mirror(nc, bucket, serviceInbox(service), listener),
    announce: (event, tenant, body) => publishEvent(nc, event, tenant, body),
    gauge: (name, help, read) => counts.gauge(name, help, () => [[{}, read()]], []),
    total: (name, help, read) => counts.total(name, help, read),
  };
}
