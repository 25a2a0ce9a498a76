// The limits of a request at this stop: its slots, the correction of what policy charged for it, and what its answer tells of both.
import {
  minuteOf,
  rateSubject,
  type Attempt,
  type FailureClass,
  type LimitsReport,
  type PlanLimits,
  type Usage,
} from '@router-mesh/contracts';
import { nextCandidates, type House, type StopPassage } from '@router-mesh/kernel';
import { Slots, type Held, type SlotLimit } from './slots.ts';

/** Failures that always mean that no request left a process; and those that mean it where no upstream gave a status for them. */
const uncalled: readonly string[] = ['not_running', 'circuit_open'] satisfies FailureClass[];
const uncalledByUs: readonly string[] = ['overloaded', 'auth'] satisfies FailureClass[];

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
  within(passage: AtStop, work: () => Promise<void>): Promise<void> {
    const slots = passage.plan.limits?.slots ?? [];
    return slots.length === 0 ? work() : this.#withSlots(slots, passage, work);
  }

  async #withSlots(slots: readonly SlotLimit[], passage: AtStop, work: () => Promise<void>): Promise<void> {
    const held = await this.#slots.take(slots, passage.travel.deadline);
    this.#held.set(passage, held);
    try {
      await work();
    } finally {
      held.giveBack();
    }
  }

  /** A passage ends here and goes nowhere else: where no call was made for it, what was charged beforehand is taken back. */
  ended(passage: AtStop): void {
    if (!this.#corrected.has(passage)) this.used(passage, { input_tokens: 0, output_tokens: 0 });
  }

  /** A passage falls back: where the next candidate is another vendor's, it gets its slots anew there. */
  fallingBack(passage: AtStop, failure: FailureClass): void {
    if (nextCandidates(passage.plan.candidates, failure)[0]?.vendor !== passage.member)
      this.#held.get(passage)?.giveBack();
  }

  /** A passage is about to be answered: whoever has the answer may ask again at once, and finds the slot free. */
  answering(passage: AtStop): void {
    this.#held.get(passage)?.giveBack();
  }

  /** A call of a passage has ended: what it used counts, in place of what was charged beforehand. */
  used(passage: AtStop, { input_tokens: input, output_tokens: output }: Omit<Usage, 'estimated'>): void {
    const { limits, attempts } = passage.plan;
    if (limits?.charged === undefined) return;
    const isFirst = !this.#corrected.has(passage) && attempts.every(isUncalled);
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

  /** What was guessed too high is given back while its minute lasts; what was guessed too low counts in the minute in which it is known. */
  #correct({ minute, charged = [] }: PlanLimits, tokens: number): void {
    const now = minuteOf(Date.now());
    if (tokens === 0 || (tokens < 0 && now !== minute)) return;
    for (const scope of charged) this.#tallies.addSoon(rateSubject('tokens', scope, Math.max(now, minute)), tokens);
  }
}

/** INVARIANT (a status is the upstream's): what we refuse ourselves, for a full bulkhead or a key that is missing, has none. */
function isUncalled({ class: why, status }: Attempt): boolean {
  return uncalled.includes(why) || (status === undefined && uncalledByUs.includes(why));
}
