// The closed loop: so many at once, each replaced as soon as it ends, until the time is over.
import { setTimeout as sleep } from 'node:timers/promises';
import { percentiles } from '../statistics.ts';
import type { Order, Report } from './order.ts';

const mostFaults = 3;

/** Do something over and over; a rejection is an error, counted and told. Resolves when the last one has ended. */
export async function repeat(
  once: () => Promise<void>,
  { inFlight, seconds, spreadMs = 0 }: Omit<Order, 'task'>,
): Promise<Report> {
  const latenciesMs: number[] = [];
  const faults = new Set<string>();
  let errors = 0;
  const started = performance.now();
  const end = started + seconds * 1000;

  const work = async (place: number): Promise<void> => {
    if (spreadMs > 0) await sleep(place * spreadMs);
    for (let from = performance.now(); from < end; from = performance.now()) {
      try {
        await once();
        latenciesMs.push(performance.now() - from);
      } catch (error) {
        errors += 1;
        if (faults.size < mostFaults) faults.add(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, place) => work(place)));

  return {
    count: latenciesMs.length,
    errors,
    faults: [...faults],
    seconds: (performance.now() - started) / 1000,
    latencyMs: percentiles(latenciesMs),
  };
}
