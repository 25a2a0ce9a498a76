// The rate limits of a replica: requests are let in from leased blocks, without waiting where a block has room.
import { minuteOf, rateSubject, type LimitsReport, type LimitScope, type RouterError } from '@router-mesh/contracts';
import { blockOf, Blocks, type Moment } from './blocks.ts';
import type { Limited } from './limited.ts';
import { neverWithin, overLimit, resetMs } from './over-limit.ts';

/** The counters that all replicas share. */
export interface SharedCounters {
  /** Whether they do not answer: then nothing is asked of them here. */
  readonly away: boolean;
  /** Resolves to the new value; undefined, and `away` from then on, when there is no answer. */
  add(subject: string, amount: number): Promise<number | undefined>;
  /** Give back without waiting. */
  addSoon(subject: string, amount: number): void;
}

/** A rate limit, and what a request takes of it. */
export interface Charge extends Limited {
  readonly name: 'rpm' | 'tpm';
  readonly cost: number;
}

/** What became of a request: it was let in and counted; it is over a limit and was counted nowhere; or blocks must be leased to know. */
export type Ruling =
  | { readonly kind: 'in'; readonly minute: number; readonly report: LimitsReport }
  | { readonly kind: 'over'; readonly by: Charge; readonly error: RouterError }
  | { readonly kind: 'ask'; readonly leases: readonly Lease[] };

interface Lease {
  readonly counter: Shared;
  readonly charge: Charge;
  readonly minute: number;
}

/** A counter with those who wait for more of it. */
interface Shared {
  readonly blocks: Blocks;
  /** What they want together. */
  waiting: number;
  leasing: Promise<void> | undefined;
}

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
}

export class Rates {
  readonly #counters: SharedCounters;
  readonly #clock: Clock;
  readonly #shared = new Map<string, Shared>();
  #minute = 0;

  constructor(counters: SharedCounters, clock: Clock = { now: Date.now, random: Math.random }) {
    this.#counters = counters;
    this.#clock = clock;
  }

  /** Let a request in, if all its limits do: it counts in all of them or in none. */
  rule(charges: readonly Charge[]): Ruling {
    const moment = this.#moment();
    const leases: Lease[] = [];
    const counters = charges.map((charge) => ({ charge, counter: this.#counter(charge) }));
    for (const { charge, counter } of counters) {
      const { cost, limit } = charge;
      if (cost > limit) return { kind: 'over', by: charge, error: neverWithin(charge, cost) };
      const verdict = counter.blocks.verdict(cost, limit, moment);
      if (verdict === 'full')
        return { kind: 'over', by: charge, error: overLimit(charge, moment.now, this.#clock.random()) };
      if (verdict === 'ask') leases.push({ counter, charge, minute: moment.minute });
    }
    if (leases.length > 0) return { kind: 'ask', leases };
    for (const { charge, counter } of counters) counter.blocks.spend(charge.cost);
    return { kind: 'in', minute: moment.minute, report: this.#report(counters, moment.now) };
  }

  /** Resolves when the counters have answered, or are away: rule again then. */
  async lease(leases: readonly Lease[]): Promise<void> {
    await Promise.all(leases.map((lease) => this.#wait(lease)));
  }

  /** INVARIANT (one lease at a time): whoever comes while a lease is asked for waits for that one, and then for one that is enough for all who still wait. */
  async #wait(lease: Lease): Promise<void> {
    const { counter, charge } = lease;
    counter.waiting += charge.cost;
    try {
      await (counter.leasing ??= this.#ask(lease).finally(() => (counter.leasing = undefined)));
    } finally {
      counter.waiting -= charge.cost;
    }
  }

  async #ask({ counter, charge, minute }: Lease): Promise<void> {
    await Promise.resolve(); // whoever is woken in the same moment joins
    const { limit } = charge;
    const amount = blockOf(limit, Math.min(counter.waiting, limit));
    const subject = rateSubject(metricOf(charge), charge, minute);
    const total = await this.#counters.add(subject, amount);
    if (total === undefined) return;
    const tooMuch = counter.blocks.lease(amount, total, limit, { now: this.#clock.now(), minute });
    if (tooMuch > 0) this.#counters.addSoon(subject, -tooMuch);
  }

  #counter(charge: Charge): Shared {
    const name = `${charge.name} ${charge.scope} ${charge.tenant}`;
    const found = this.#shared.get(name);
    if (found !== undefined) return found;
    const counter: Shared = {
      blocks: new Blocks({ refills: charge.name === 'tpm' }),
      waiting: 0,
      leasing: undefined,
    };
    this.#shared.set(name, counter);
    return counter;
  }

  #moment(): Moment {
    const now = this.#clock.now();
    const minute = minuteOf(now);
    if (minute !== this.#minute) this.#forgetUnused(minute);
    return { now, minute, away: this.#counters.away };
  }

  /** What was used in neither this minute nor the last five is forgotten, with its share. */
  #forgetUnused(minute: number): void {
    this.#minute = minute;
    for (const [name, { blocks, leasing }] of this.#shared)
      if (leasing === undefined && blocks.minute < minute - 5) this.#shared.delete(name);
  }

  #report(counters: readonly { readonly charge: Charge; readonly counter: Shared }[], now: number): LimitsReport {
    const tightest: { rpm?: Window; tpm?: Window } = {};
    for (const { charge, counter } of counters) {
      const { name, limit } = charge;
      const remaining = counter.blocks.remaining(limit);
      if (remaining < (tightest[name]?.remaining ?? Infinity))
        tightest[name] = { limit, remaining, reset_ms: resetMs(now) };
    }
    return tightest;
  }
}

type Window = NonNullable<LimitsReport['rpm']>;

/** The counter of a limit counts requests or tokens. */
function metricOf({ name }: Pick<Charge, 'name'> & LimitScope): 'requests' | 'tokens' {
  return name === 'rpm' ? 'requests' : 'tokens';
}
