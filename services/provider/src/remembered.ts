// What is remembered for a while, and never too much of it. Time in epoch ms comes in as an argument.

/** Values by key, each until a time of its own; past `most` the oldest is forgotten early. */
export class Remembered<Value> {
  readonly #most: number;
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > now ? entry.value : undefined;
  }

  set(key: string, value: Value, until: number, now: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until });
    this.#forget(now);
  }

  /** From the oldest on: what is over, and what is too much. One that lasts long keeps those behind it a little longer. */
  #forget(now: number): void {
    for (const [key, { until }] of this.#entries) {
      if (until > now && this.#entries.size <= this.#most) return;
      this.#entries.delete(key);
    }
  }
}
