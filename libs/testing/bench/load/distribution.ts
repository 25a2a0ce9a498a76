// Times in a histogram: Node's own HdrHistogram, which keeps every value to three digits in bounded memory.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** How times are spread, ms; all 0 when there were none. */
export interface Spread {
  /** Of how many times. */
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

const nsAMs = 1e6;
/** Longer than anything that is waited for: ten minutes, ns. */
const highest = 600_000 * nsAMs;

export class Distribution {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest, figures: 3 });

  record(ms: number): void {
    this.#histogram.record(Math.min(highest, Math.max(1, Math.round(ms * nsAMs)))); // it takes no zero
  }

  add(other: Distribution): void {
    this.#histogram.add(other.#histogram);
  }

  get spread(): Spread {
    const { count } = this.#histogram;
    if (count === 0) return { count, p50: 0, p99: 0, p999: 0, max: 0 };
    const at = (percent: number): number => this.#histogram.percentile(percent) / nsAMs;
    return { count, p50: at(50), p99: at(99), p999: at(99.9), max: this.#histogram.max / nsAMs };
  }
}
