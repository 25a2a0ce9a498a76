// When the requests of an open loop are due.
import { seededRandom } from '../../soak/random.ts';

/**
 * Poisson arrivals: the moments, ms from the start, at which requests are due.
 *
 * Clients that know nothing of each other arrive like this: now three at once, now nobody. Even spacing would never let two meet,
 * and so would not show what waiting behind another costs; and it falls in step with what else happens at even intervals.
 */
export function poissonSchedule(ratePerSecond: number, seconds: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const meanGapMs = 1000 / ratePerSecond;
  const due: number[] = [];
  for (let at = gap(); at < seconds * 1000; at += gap()) due.push(at);
  return Float64Array.from(due);

  /** Exponentially distributed. */
  function gap(): number {
    return -Math.log(1 - random()) * meanGapMs;
  }
}
