// When which passage beats: one clock for all of a process, and none while there is nothing to beat for.
import { beatEveryMs, firstBeatMs } from '@router-mesh/contracts';

/** A passage whose answer goes in frames. */
export interface Beating {
  /** Never throws. */
  beat(): void;
}

export interface BeatTimes {
  /** How long a passage may be silent before it beats, ms. */
  readonly firstMs: number;
  /** From its first frame on, ms. */
  readonly everyMs: number;
  /** How exactly, ms. */
  readonly tickMs: number;
}

const times: BeatTimes = { firstMs: firstBeatMs, everyMs: beatEveryMs, tickMs: 100 };

/**
 * Lets passages beat from `follow` to `leave`.
 *
 * Most are over before their first beat is due: following costs two entries in a map, and a tick looks only at those that are due.
 */
export class Beats {
  readonly #times: BeatTimes;
  // INVARIANT (in order): all in one map wait equally long, so they stand in the order in which they are due.
  readonly #silent = new Map<Beating, number>();
  readonly #heard = new Map<Beating, number>();
  #clock: NodeJS.Timeout | undefined;

  constructor(given: Partial<BeatTimes> = {}) {
    this.#times = { ...times, ...given };
  }

  /** How many are followed. */
  get size(): number {
    return this.#silent.size + this.#heard.size;
  }

  /** A passage has sent no frame yet. */
  follow(passage: Beating): void {
    this.#silent.set(passage, performance.now() + this.#times.firstMs);
    this.#run();
  }

  /** A passage that is followed has sent a frame: the next beat is due a whole interval later. */
  spoke(passage: Beating): void {
    if (!this.#silent.delete(passage) && !this.#heard.delete(passage)) return;
    this.#heard.set(passage, performance.now() + this.#times.everyMs);
  }

  /** A passage is over. */
  leave(passage: Beating): void {
    if (!this.#silent.delete(passage)) this.#heard.delete(passage);
  }

  /** The clock outlives its last passage by one tick: under load it is never set anew. */
  #run(): void {
    this.#clock ??= setInterval(() => this.#tick(), this.#times.tickMs).unref();
  }

  #tick(): void {
    if (this.size === 0) {
      clearInterval(this.#clock);
      this.#clock = undefined;
      return;
    }
    const now = performance.now();
    for (const passages of [this.#silent, this.#heard]) {
      for (const [passage, due] of passages) {
        if (due > now) break;
        this.spoke(passage);
        passage.beat();
      }
    }
  }
}
