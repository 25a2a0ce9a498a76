// The closed loop: so many at once, each replaced as soon as it ends, until the time is over.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Once } from './once.ts';
import type { ClosedLoop } from './order.ts';
import type { Recorder } from './recorder.ts';

/** Do something over and over; a rejection is an error, counted and told. Resolves when the last one has ended. */
export async function repeat(
  once: Once,
  { inFlight, spreadMs = 0 }: Omit<ClosedLoop, 'kind'>,
  seconds: number,
  recorder: Recorder,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const work = async (place: number): Promise<void> => {
    if (spreadMs > 0) await sleep(place * spreadMs);
    for (let from = performance.now(); from < end; from = performance.now()) {
      try {
        await once(from);
        recorder.answered(performance.now() - from);
      } catch (error) {
        recorder.failed(error);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, place) => work(place)));
}
