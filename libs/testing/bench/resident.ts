// The resident memory of processes over time, sampled once a second.
import { residentMb, type Pids } from './measure.ts';

/** MB by process, one number a sample. */
export interface ResidentSeries {
  readonly everyMs: number;
  readonly mb: Readonly<Record<string, readonly number[]>>;
}

const everyMs = 1000;

/** Samples from its making to its end. */
export class ResidentSampler implements Disposable {
  readonly #series: Map<string, number[]>;
  readonly #timer: NodeJS.Timeout;

  constructor(pids: Pids) {
    this.#series = new Map(Object.keys(pids).map((name) => [name, []]));
    const sample = (): void => {
      for (const [name, pid] of Object.entries(pids)) {
        const mb = residentMb(pid);
        if (mb !== undefined) this.#series.get(name)?.push(Math.round(mb * 10) / 10);
      }
    };
    sample();
    this.#timer = setInterval(sample, everyMs);
  }

  get series(): ResidentSeries {
    return { everyMs, mb: Object.fromEntries(this.#series) };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
