// A bucket's documents as their owner writes them.
import type { BucketContract } from '@router-mesh/contracts';
import { RouterError } from '@router-mesh/contracts';
import { jetstream, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';
import { whileConnected } from './connection-state.ts';

/** JetStream's "wrong last sequence": said by a stream's leader, and by one that has another write to the key still under way. */
const wrongLastSequence: readonly number[] = [10_071, 10_164];

/** JetStream's "no message found". */
const noMessageFound = 10_037;

/**
 * Write a document; resolves to its revision. With `revision`, only over that one (0: only if there is none).
 * @throws RouterError `conflict` when another one stands there, `unavailable` when the bucket does not take it
 */
export async function putDocument<Value extends z.ZodType>(
  nc: NatsConnection,
  bucket: BucketContract<Value>,
  key: string,
  value: z.output<Value>,
  revision?: number,
): Promise<number> {
  try {
    const expect = revision === undefined ? {} : { expect: { lastSubjectSequence: revision } };
    const client = jetstream(nc, { checkAPI: false });
    const acknowledgement = await whileConnected(nc, () =>
      client.publish(`$KV.${bucket.name}.${key}`, JSON.stringify(value), expect),
    );
    return acknowledgement.seq;
  } catch (error) {
    if (error instanceof JetStreamApiError && wrongLastSequence.includes(error.code)) {
      throw new RouterError('conflict', `"${key}" was changed meanwhile: revision ${revision ?? ''} is not its last`, {
        param: 'revision',
        cause: error,
      });
    }
    throw new RouterError('unavailable', `bucket "${bucket.name}" did not take "${key}"`, {
      details: { reason: 'store_away' },
      cause: error,
    });
  }
}

/** A document as the leader of its bucket has it: the last one that was acknowledged. */
export interface StoredDocument<Value> {
  readonly value: Value;
  readonly revision: number;
}

/**
 * Read a document; undefined when there is none. For a service whose contract lets it: `gets`.
 * @throws RouterError `unavailable` when the bucket does not answer, `internal` when the document is not of its form
 */
export async function getDocument<Value extends z.ZodType>(
  nc: NatsConnection,
  bucket: BucketContract<Value>,
  key: string,
): Promise<StoredDocument<z.output<Value>> | undefined> {
  const message = await lastMessage(nc, bucket, key);
  if (message === undefined || message.header.has('KV-Operation') || message.header.has('Nats-Marker-Reason'))
    return undefined;
  const parsed = bucket.value.safeParse(message.json());
  if (parsed.success) return { value: parsed.data, revision: message.seq };
  throw new RouterError('internal', `document "${key}" of bucket "${bucket.name}" is not of its form`, {
    cause: parsed.error,
  });
}

async function lastMessage(nc: NatsConnection, bucket: BucketContract, key: string) {
  try {
    const manager = await jetstreamManager(nc, { checkAPI: false });
    const query = { last_by_subj: `$KV.${bucket.name}.${key}` };
    const message = await whileConnected(nc, () => manager.streams.getMessage(`KV_${bucket.name}`, query));
    return message ?? undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === noMessageFound) return undefined;
    throw new RouterError('unavailable', `bucket "${bucket.name}" does not answer`, {
      details: { reason: 'store_away' },
      cause: error,
    });
  }
}
