// What is under way in a process, so that it can be waited for before it stops.

/** Timers of more than 2^31 - 1 ms fire at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** Counts what is under way. */
export class Flight {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  /** One more thing is under way: until `end`, which is called once. */
  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves to whether all landed in time. */
  async landed(timeoutMs: number): Promise<boolean> {
    if (this.#count === 0) return true;
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.min(timeoutMs, longestTimerMs));
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
}
