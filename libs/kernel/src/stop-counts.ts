// What is counted of one stop or rpc: plain numbers, for it is done at every request and read now and then.
import { createHistogram } from 'node:perf_hooks';
import type { Timing } from '@router-mesh/contracts';
import { isAsItShould } from './outcome.ts';

/** Upper bounds of the buckets that times are shown in, seconds. */
export const boundsOfSeconds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300] as const;

/** The times of the requests that ended with one code. */
export class Times {
  /** How many were within each bound and above the one before it; the last are those above all. */
  readonly buckets = boundsOfSeconds.map(() => 0).concat(0);
  seconds = 0;
  count = 0;

  add(seconds: number): void {
    let bucket = 0;
    for (const bound of boundsOfSeconds) {
      if (seconds <= bound) break;
      bucket += 1;
    }
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.seconds += seconds;
    this.count += 1;
  }
}

export class StopCounts {
  readonly #byCode = new Map<string, Times>();
  readonly #microseconds = createHistogram();
  #requests = 0;
  #errors = 0;
  #inFlight = 0;

  get inFlight(): number {
    return this.#inFlight;
  }

  /** By `ok` or an error code. */
  get byCode(): ReadonlyMap<string, Times> {
    return this.#byCode;
  }

  /** A request came. */
  began(): void {
    this.#inFlight += 1;
  }

  /** A request that had begun is over. @param ms how long its handler took */
  ended(code: string, ms: number): void {
    this.#inFlight -= 1;
    this.#requests += 1;
    if (!isAsItShould(code)) this.#errors += 1;
    this.#microseconds.record(Math.max(1, Math.round(ms * 1000)));
    this.#times(code).add(ms / 1000);
  }

  timing(): Timing {
    const percentile = (percent: number): number =>
      this.#requests === 0 ? 0 : this.#microseconds.percentile(percent) / 1000;
    return {
      requests: this.#requests,
      errors: this.#errors,
      in_flight: this.#inFlight,
      p50_ms: percentile(50),
      p99_ms: percentile(99),
    };
  }

  #times(code: string): Times {
    const found = this.#byCode.get(code);
    if (found !== undefined) return found;
    const times = new Times();
    this.#byCode.set(code, times);
    return times;
  }
}
