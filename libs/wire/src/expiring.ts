// Keys of a bucket in memory that vanish by themselves: what dies without a word leaves nothing behind for ever.
import { header, RouterError, type BucketContract } from '@router-mesh/contracts';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';
import { publish, whileConnected } from './connection-state.ts';

/** How long the mark of a removed key stays, seconds: longer than any watch lags behind. */
const markSeconds = 10;

export interface ExpiringOptions {
  /** Rounded up to whole seconds, as the server has them. */
  readonly ttlMs: number;
  readonly timeoutMs: number;
}

/**
 * Write a key that vanishes after its time; resolves to its revision.
 * @throws RouterError `unavailable` when the bucket does not take it in time
 */
export async function putExpiring<Value extends z.ZodType>(
  nc: NatsConnection,
  bucket: BucketContract<Value>,
  key: string,
  value: z.output<Value>,
  { ttlMs, timeoutMs }: ExpiringOptions,
): Promise<number> {
  const encoded = headers();
  encoded.set(header.timeToLive, `${Math.max(1, Math.ceil(ttlMs / 1000))}s`);
  const subject = subjectOf(bucket, key);
  let acknowledgement: { seq?: number; error?: { description?: string } };
  try {
    const options = { headers: encoded, timeout: timeoutMs };
    acknowledgement = (await whileConnected(nc, () => nc.request(subject, JSON.stringify(value), options))).json();
  } catch (error) {
    throw away(bucket, key, undefined, error);
  }
  if (acknowledgement.error === undefined && acknowledgement.seq !== undefined) return acknowledgement.seq;
  throw away(bucket, key, acknowledgement.error?.description);
}

/** Remove a key without waiting; what is lost vanishes by itself. */
export function removeExpiring(nc: NatsConnection, bucket: BucketContract, key: string): void {
  const encoded = headers();
  encoded.set('KV-Operation', 'PURGE');
  encoded.set('Nats-Rollup', 'sub');
  encoded.set(header.timeToLive, `${markSeconds}s`);
  publish(nc, subjectOf(bucket, key), undefined, { headers: encoded });
}

function subjectOf({ name }: BucketContract, key: string): string {
  return `$KV.${name}.${key}`;
}

function away({ name }: BucketContract, key: string, why = 'no acknowledgement', cause?: unknown): RouterError {
  return new RouterError('unavailable', `bucket "${name}" did not take "${key}": ${why}`, {
    details: { reason: 'store_away' },
    cause,
  });
}
