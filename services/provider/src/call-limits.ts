// The limits of a request at this stop: its slots, the correction of what policy charged for it, and what its answer tells of both.
import {
  minuteOf,
  rateSubject,
  type Attempt,
  type LimitsReport,
  type PlanLimits,
  type Usage,
} from '@router-mesh/contracts';
import type { House, StopPassage } from '@router-mesh/kernel';
import { Slots, type Held, type SlotLimit } from './slots.ts';

/** Failures of attempts for which no request left a process. */
const uncalled: readonly string[] = ['not_running', 'circuit_open'] satisfies Attempt['class'][];

/** What is looked at in a passage. */
type AtStop = Pick<StopPassage, 'plan' | 'travel' | 'member'>;

export class CallLimits {
  readonly #tallies: Pick<House['tallies'], 'addSoon'>;
  readonly #slots: Slots;
  readonly #held = new WeakMap<AtStop, Held>();
  /** Those whose estimate was taken back. */
  readonly #corrected = new WeakSet<AtStop>();

  constructor(house: Pick<House, 'instance' | 'log' | 'tallies'>) {
    this.#tallies = house.tallies;
    this.#slots = new Slots(house);
  }

  /**
   * Work on a passage for as long as it has its slots; where its plan asks for none, at once.
   * @throws RouterError `rate_limited` when there are none left; else whatever `work` throws
   */
  async within(passage: AtStop, work: () => Promise<void>): Promise<void> {
    const slots = passage.plan.limits?.slots ?? [];
    if (slots.length === 0) return await work();
    const held = await this.#take(passage, slots);
    this.#held.set(passage, held);
    try {
      await work();
    } finally {
      held.giveBack();
    }
  }

  /** A passage falls back: where the next candidate is another vendor's, it gets its slots anew there. */
  fallingBack(passage: AtStop): void {
    if (passage.plan.candidates[1]?.vendor !== passage.member) this.#held.get(passage)?.giveBack();
  }

  /** A call of a passage has ended: what it used counts, in place of what was charged beforehand. */
  used(passage: AtStop, { input_tokens: input, output_tokens: output }: Omit<Usage, 'estimated'>): void {
    const { limits, attempts } = passage.plan;
    if (limits?.charged === undefined) return;
    const isFirst = !this.#corrected.has(passage) && attempts.every(({ class: why }) => uncalled.includes(why));
    this.#corrected.add(passage);
    this.#correct(limits, input + output - (isFirst ? (limits.tokens ?? 0) : 0));
  }

  /** The `limits` of an answer's report; undefined where its tenant has none. */
  report(passage: AtStop): LimitsReport | undefined {
    const { limits } = passage.plan;
    if (limits === undefined) return undefined;
    const held = this.#held.get(passage);
    return { ...limits.report, ...(held === undefined ? {} : { concurrency: held.report }) };
  }

  async #take(passage: AtStop, slots: readonly SlotLimit[]): Promise<Held> {
    try {
      return await this.#slots.take(slots, passage.travel.deadline);
    } catch (error) {
      this.used(passage, { input_tokens: 0, output_tokens: 0 }); // nothing was, or will be
      throw error;
    }
  }

  /** What was guessed too high is given back while its minute lasts; what was guessed too low counts in the minute in which it is known. */
  #correct({ minute, charged = [] }: PlanLimits, tokens: number): void {
    const now = minuteOf(Date.now());
    if (tokens === 0 || (tokens < 0 && now !== minute)) return;
    for (const scope of charged) this.#tallies.addSoon(rateSubject('tokens', scope, Math.max(now, minute)), tokens);
  }
}
