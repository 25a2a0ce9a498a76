// One shared counter as this replica sees it: blocks of it are leased, and spent from memory. Pure: time and answers come in as arguments.

/** How long a counter of tokens that was found full is not asked again, ms: calls that used less than was guessed give back. */
const askAgainMs = 1000;

/** Whether a cost may be spent now, whether more must be leased first, or whether there is no more to be had. */
export type Verdict = 'enough' | 'ask' | 'full';

export interface Moment {
  /** Epoch ms. */
  readonly now: number;
  /** The minute of the epoch. */
  readonly minute: number;
  /** The shared counter cannot be asked. */
  readonly away: boolean;
}

/** How much is leased at one time: a hundredth of the limit, rounded down, at least 1, and enough for what waits. */
export function blockOf(limit: number, waiting: number): number {
  return Math.max(1, Math.floor(limit / 100), waiting);
}

/**
 * What one replica may spend of a limit.
 *
 * INVARIANT (never above the limit): a lease grants only the part of it that lies below the limit, and what lies above is given back to the
 * counter; so the counter is never less than what all replicas together were granted.
 */
export class Blocks {
  #minute = -1;
  /** Granted and not spent. */
  #left = 0;
  /** By this replica in this minute, and what all had taken when the counter last answered; undefined until it has. */
  #spent = 0;
  #granted = 0;
  #total: number | undefined;
  /** With which limit the counter was found full, and until when that is believed. */
  #full: { readonly limit: number; readonly until: number } | undefined;
  /** This replica's part of all that was granted in the last minute in which the counter answered. */
  #share: number | undefined;
  readonly #refills: boolean;

  /** @param refills whether what was taken may come back within the minute */
  constructor({ refills }: { readonly refills: boolean }) {
    this.#refills = refills;
  }

  /** The last minute in which it was used. */
  get minute(): number {
    return this.#minute;
  }

  verdict(cost: number, limit: number, moment: Moment): Verdict {
    this.#enter(moment.minute);
    if (this.#left >= cost) return 'enough';
    if (moment.away) return this.#spent + cost <= this.#shareOf(limit) ? 'enough' : 'full';
    const { limit: asked, until } = this.#full ?? { limit: 0, until: 0 };
    return limit <= asked && moment.now < until ? 'full' : 'ask';
  }

  /** Take what a verdict has found to be enough. */
  spend(cost: number): void {
    this.#left = Math.max(0, this.#left - cost);
    this.#spent += cost;
  }

  /**
   * Take in what the counter answered.
   * @param total after the amount was added, in the minute that is named
   * @returns how much of the amount was not granted: to be given back
   */
  lease(amount: number, total: number, limit: number, { now, minute }: Pick<Moment, 'now' | 'minute'>): number {
    const granted = Math.min(amount, Math.max(0, limit - (total - amount)));
    if (minute !== this.#minute) return amount - granted; // its minute is over
    this.#left += granted;
    this.#granted += granted;
    this.#total = Math.max(0, total - (amount - granted));
    const until = this.#refills ? now + askAgainMs : Number.POSITIVE_INFINITY;
    if (total >= limit) this.#full = { limit, until };
    return amount - granted;
  }

  /** What is left of the limit in this minute, as far as this replica knows. */
  remaining(limit: number): number {
    if (this.#total === undefined) return Math.max(0, Math.floor(this.#shareOf(limit)) - this.#spent);
    return Math.max(0, limit - this.#total + this.#left);
  }

  /** Where nothing was observed the replica goes by the whole limit. */
  #shareOf(limit: number): number {
    return Math.max(1, Math.ceil(limit * (this.#share ?? this.#observed() ?? 1)));
  }

  #observed(): number | undefined {
    if (this.#total === undefined || this.#total <= 0 || this.#granted <= 0) return undefined;
    return Math.min(1, this.#granted / this.#total);
  }

  #enter(minute: number): void {
    if (minute === this.#minute) return;
    this.#share = this.#observed() ?? this.#share;
    this.#minute = minute;
    this.#left = 0;
    this.#spent = 0;
    this.#granted = 0;
    this.#total = undefined;
    this.#full = undefined;
  }
}
