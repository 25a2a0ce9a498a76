/** How many calls carried each `demo.key`: the one thing the demo remembers from call to call, for `fail_first`. */

/** Counts by key, bounded: past `limit` keys the oldest is forgotten. */
export class KeyCounts {
  readonly #counts = new Map<string, number>();
  readonly #limit: number;

  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  /** Count a call and tell how many with its key came before it. */
  next(key: string): number {
    const before = this.#counts.get(key) ?? 0;
    this.#counts.set(key, before + 1);
    if (this.#counts.size > this.#limit) this.#forgetOldest();
    return before;
  }

  /** Forget all keys. */
  clear(): void {
    this.#counts.clear();
  }

  #forgetOldest(): void {
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest);
      return;
    }
  }
}
