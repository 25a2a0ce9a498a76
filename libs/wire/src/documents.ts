// A bucket's documents as their owner writes them.
import type { BucketContract } from '@router-mesh/contracts';
import { RouterError } from '@router-mesh/contracts';
import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';
import { whileConnected } from './connection-state.ts';

/** JetStream's "wrong last sequence": said by a stream's leader, and by one that has another write to the key still under way. */
const wrongLastSequence: readonly number[] = [10_071, 10_164];

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
