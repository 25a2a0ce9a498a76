// A bucket's documents as their owner writes them.
import type { BucketContract } from '@router-mesh/contracts';
import { RouterError } from '@router-mesh/contracts';
import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';

/** Write a document; resolves to its revision. With `revision`, only over that one (0: only if there is none). @throws RouterError `conflict` */
export async function putDocument<Value extends z.ZodType>(
  nc: NatsConnection,
  bucket: BucketContract<Value>,
  key: string,
  value: z.output<Value>,
  revision?: number,
): Promise<number> {
  try {
    const expect = revision === undefined ? {} : { expect: { lastSubjectSequence: revision } };
    const acknowledgement = await jetstream(nc, { checkAPI: false }).publish(`$KV.${bucket.name}.${key}`, JSON.stringify(value), expect);
    return acknowledgement.seq;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === 10_071) {
      throw new RouterError('conflict', `"${key}" was changed meanwhile: revision ${revision ?? ''} is not its last`, { param: 'revision', cause: error });
    }
    throw new RouterError('unavailable', `bucket "${bucket.name}" did not take "${key}"`, { details: { reason: 'store_away' }, cause: error });
  }
}
