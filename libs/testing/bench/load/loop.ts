// The closed loop: so many at once, each replaced as soon as it ends, until the time is over.
import { percentiles } from '../statistics.ts';
import type { Report } from './order.ts';

const mostFaults = 3;

/** Do something over and over; a rejection is an error, counted and told. Resolves when the last one has ended. */
export async function repeat(once: () => Promise<void>, inFlight: number, seconds: number): Promise<Report> {
  const latenciesMs: number[] = [];
  const faults = new Set<string>();
  let errors = 0;
  const started = performance.now();
  const end = started + seconds * 1000;

  const work = async (): Promise<void> => {
    for (let from = started; from < end; from = performance.now()) {
      try {
        await once();
        latenciesMs.push(performance.now() - from);
      } catch (error) {
        errors += 1;
        if (faults.size < mostFaults) faults.add(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));

  return {
    count: latenciesMs.length,
    errors,
    faults: [...faults],
    seconds: (performance.now() - started) / 1000,
    latencyMs: percentiles(latenciesMs),
  };
}
