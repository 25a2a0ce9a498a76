// Keys of a bucket in memory that vanish by themselves: what dies without a word leaves nothing behind for ever.
import { header, RouterError, type BucketContract } from '@router-mesh/contracts';
import { headers, type Msg, type NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';
import { publish, whileConnected } from './connection-state.ts';

/** How long the mark of a removed key stays, seconds: longer than any watch lags behind. */
const markSeconds = 10;

/** JetStream's word that a key is not there. */
const notFound = 404;

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

/**
 * Read a key, from whichever replica answers first; for a bucket whose owner may (`gets`). Undefined when it is not there, has vanished or is not of its form.
 * @throws RouterError `unavailable` when the bucket does not answer in time
 */
export async function getExpiring<Value extends z.ZodType>(
  nc: NatsConnection,
  bucket: BucketContract<Value>,
  key: string,
  { timeoutMs }: Pick<ExpiringOptions, 'timeoutMs'>,
): Promise<z.output<Value> | undefined> {
  const subject = `$JS.API.DIRECT.GET.KV_${bucket.name}.${subjectOf(bucket, key)}`;
  let message: Msg;
  try {
    message = await whileConnected(nc, () => nc.request(subject, undefined, { timeout: timeoutMs }));
  } catch (error) {
    throw notRead(bucket, key, undefined, error);
  }
  const { headers: about } = message;
  if (about?.code === notFound || message.data.length === 0) return undefined; // it never was, or a mark says that it is gone
  if (about !== undefined && about.code >= 400) throw notRead(bucket, key, about.description);
  try {
    return bucket.value.safeParse(message.json()).data;
  } catch {
    return undefined;
  }
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

function notRead({ name }: BucketContract, key: string, why = 'no answer', cause?: unknown): RouterError {
  return new RouterError('unavailable', `bucket "${name}" did not tell "${key}": ${why}`, {
    details: { reason: 'store_away' },
    cause,
  });
}

function away({ name }: BucketContract, key: string, why = 'no acknowledgement', cause?: unknown): RouterError {
  return new RouterError('unavailable', `bucket "${name}" did not take "${key}": ${why}`, {
    details: { reason: 'store_away' },
    cause,
  });
}
