// The clock by which a client is patient: ticks that were lived through, not time that has passed.

export interface Ticking {
  tick(): void;
}

/**
 * Ticks for whoever is registered, and only while anybody is.
 *
 * INVARIANT (frames before verdicts): a process that was stopped, or too busy to read, gets one tick for all that time, and reads what lies in its
 * socket before the next one. So whoever counts ticks never takes its own pause for the silence of others.
 */
export class Ticker {
  readonly #periodMs: number;
  readonly #ticking = new Set<Ticking>();
  #timer: NodeJS.Timeout | undefined;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  add(one: Ticking): void {
    this.#ticking.add(one);
    // It keeps no process alive: what it is patient with has a connection, which does.
    this.#timer ??= setInterval(() => this.#ticking.forEach((each) => each.tick()), this.#periodMs).unref();
  }

  delete(one: Ticking): void {
    this.#ticking.delete(one);
    if (this.#ticking.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
