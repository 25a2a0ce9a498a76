// So many a second and no more: for what is told beside requests. Pure: the clock comes in as an argument.
export class Pace {
  readonly #aSecond: number;
  #left: number;
  #at = 0;

  constructor(aSecond: number) {
    this.#aSecond = aSecond;
    this.#left = aSecond;
  }

  /** Whether one more may be told now. */
  take(now: number): boolean {
    this.#left = Math.min(this.#aSecond, this.#left + (Math.max(0, now - this.#at) / 1000) * this.#aSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
