// Distributed counters (ADR-49): each message adds to the number of its subject, and the acknowledgement tells the sum.
import { header, RouterError } from '@router-mesh/contracts';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { whileConnected } from './connection-state.ts';

/**
 * Add to a counter of a counter stream; resolves to its new value, in whatever unit the subject counts.
 * @throws RouterError `unavailable` when the stream does not acknowledge in time
 */
export async function addToCounter(
  nc: NatsConnection,
  subject: string,
  amount: bigint,
  { timeoutMs = 2000 } = {},
): Promise<bigint> {
  const encoded = headers();
  encoded.set(header.increment, amount < 0n ? String(amount) : `+${amount}`);
  let acknowledgement: { val?: string; error?: { description?: string } };
  try {
    acknowledgement = (
      await whileConnected(nc, () => nc.request(subject, undefined, { headers: encoded, timeout: timeoutMs }))
    ).json();
  } catch (error) {
    throw new RouterError('unavailable', `counter "${subject}" was not acknowledged`, {
      details: { reason: 'counter_away' },
      cause: error,
    });
  }
  if (acknowledgement.val !== undefined) return BigInt(acknowledgement.val);
  throw new RouterError(
    'unavailable',
    `counter "${subject}" was refused: ${acknowledgement.error?.description ?? 'no value'}`,
    { details: { reason: 'counter_away' } },
  );
}
