// How one model did in the last minute: calls, errors and times. Pure: the clock comes in as an argument.

const windowMs = 60_000;
const slotMs = 5000;
const slots = windowMs / slotMs;
/** Answers whose times are kept; of more in a minute, the last ones tell. */
const mostTimes = 256;

interface Slot {
  /** Its number since the epoch. */
  readonly number: number;
  calls: number;
  errors: number;
}

interface Time {
  readonly at: number;
  readonly ms: number;
  readonly firstMs: number | undefined;
}

export interface Times {
  readonly calls: number;
  readonly errors: number;
  readonly p50_ms?: number;
  readonly p95_ms?: number;
  readonly first_p95_ms?: number;
}

/** A sliding window over the calls of one model. All times epoch ms. */
export class Vitals {
  inFlight = 0;
  /** When it was last called. */
  usedAt = 0;
  readonly #slots: Slot[] = [];
  readonly #times: Time[] = [];
  #next = 0;

  answered(at: number, ms: number, firstMs: number | undefined): void {
    this.#slot(at).calls += 1;
    this.#times[this.#next] = { at, ms, firstMs };
    this.#next = (this.#next + 1) % mostTimes;
  }

  /** @param unwell whether by the upstream's fault */
  failed(at: number, unwell: boolean): void {
    const slot = this.#slot(at);
    slot.calls += 1;
    if (unwell) slot.errors += 1;
  }

  read(now: number): Times {
    const kept = this.#slots.filter(({ number }) => number > Math.floor(now / slotMs) - slots);
    const times = this.#times.filter(({ at }) => at > now - windowMs);
    const whole = times.map(({ ms }) => ms).sort((a, b) => a - b);
    const first = times.flatMap(({ firstMs }) => (firstMs === undefined ? [] : [firstMs])).sort((a, b) => a - b);
    return {
      calls: kept.reduce((sum, slot) => sum + slot.calls, 0),
      errors: kept.reduce((sum, slot) => sum + slot.errors, 0),
      ...(whole.length === 0 ? {} : { p50_ms: percentile(whole, 50), p95_ms: percentile(whole, 95) }),
      ...(first.length === 0 ? {} : { first_p95_ms: percentile(first, 95) }),
    };
  }

  #slot(at: number): Slot {
    const number = Math.floor(at / slotMs);
    const index = number % slots;
    const found = this.#slots[index];
    if (found?.number === number) return found;
    return (this.#slots[index] = { number, calls: 0, errors: 0 });
  }
}

/** Nearest rank, of numbers in order; 0 of none. */
function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
}
