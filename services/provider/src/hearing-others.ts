// What was said to a stop while it was silent is heard before it says anything.
import type { House } from '@router-mesh/kernel';
import { askMs } from './holding.ts';
import { unlessAborted } from './wait.ts';

/**
 * To be waited for before anything of an answer is said, and counted from here on.
 *
 * INVARIANT (heard before said): who was silent for as long as a later attempt waits for its word may have stood still, and that attempt may run. What lies
 * in our socket is read before the reader gets a piece: a `runs`, a cancel, or that it has left.
 * What it returns throws the signal's reason.
 */
export function hearingOthers(house: Pick<House, 'settled'>, signal: AbortSignal): () => Promise<void> | undefined {
  const startedAt = performance.now();
  return () => (performance.now() - startedAt < askMs ? undefined : hear(house, signal));
}

async function hear(house: Pick<House, 'settled'>, signal: AbortSignal): Promise<void> {
  const settled = house.settled().catch(() => undefined); // while NATS is away nothing can be said anyway
  await unlessAborted(settled, signal);
  signal.throwIfAborted();
}
