// How many deltas of a stream its producer may send: as many as the reader took, and its credit.

/**
 * The limits that a reader tells.
 *
 * INVARIANT (bounded reader): what was granted is never more than `credit` deltas ahead of what was taken, so no more than that lie unread.
 */
export class Grants {
  readonly #credit: number;
  /** How much of the credit is used up before it is renewed: a limit costs a message, and waiting for one costs time. */
  readonly #step: number;
  #taken = 0;
  #granted: number;

  constructor(credit: number) {
    this.#credit = credit;
    this.#step = Math.max(1, Math.floor(credit / 2));
    this.#granted = credit; // the request itself says so
  }

  /** A delta was taken. Returns the limit to tell, when it is time for one. */
  take(): number | undefined {
    this.#taken += 1;
    return this.#taken + this.#credit - this.#granted >= this.#step ? this.renew() : undefined;
  }

  /** The limit as it is now: told in answer to every beat, since the last one may be lost. */
  renew(): number {
    this.#granted = this.#taken + this.#credit;
    return this.#granted;
  }
}
