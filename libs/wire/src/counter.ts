// Distributed counters (ADR-49): each message adds to the number of its subject, and the acknowledgement tells the sum.
import { header, RouterError } from '@router-mesh/contracts';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { publish, whileConnected } from './connection-state.ts';

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
  let acknowledgement: { val?: string; error?: { description?: string } };
  try {
    acknowledgement = (
      await whileConnected(nc, () => nc.request(subject, undefined, { headers: increment(amount), timeout: timeoutMs }))
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

/** Add to a counter without waiting: lost where its stream is away. */
export function addToCounterSoon(nc: NatsConnection, subject: string, amount: bigint): void {
  publish(nc, subject, undefined, { headers: increment(amount) });
}

function increment(amount: bigint): MsgHdrs {
  const encoded = headers();
  encoded.set(header.increment, amount < 0n ? String(amount) : `+${amount}`);
  return encoded;
}
