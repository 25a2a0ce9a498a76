// A second call that races the first when that has said nothing for so long as its plan says: whoever speaks first answers.
import { modelId, type Candidate, type Plan } from '@router-mesh/contracts';
import { nextCandidates, type StopPassage } from '@router-mesh/kernel';
import { attemptOf, CallFailure, NotCalled } from './failure.ts';
import { callModel, tellFailure, type Called, type Calls } from './one-call.ts';
import { Floor, type Seat } from './seat.ts';

/** What setTimeout can hold. */
const longestTimerMs = 2 ** 31 - 1;

/** What came of one of the calls. */
type Outcome = { readonly called: Called } | { readonly error: unknown };

/** One of the calls. */
interface Runner {
  readonly candidate: Candidate;
  readonly seat: Seat;
  readonly outcome: Promise<Outcome>;
}

/** The calls of one passage, of which two may run at one time, once. */
export class Hedge {
  readonly #calls: Calls;
  readonly #passage: StopPassage;
  readonly #afterMs: number;
  #raced = false;

  /** @param afterMs how long the first may be silent */
  constructor(calls: Calls, passage: StopPassage, afterMs: number) {
    this.#calls = calls;
    this.#passage = passage;
    this.#afterMs = afterMs;
  }

  /** Whether a second call went out. */
  get raced(): boolean {
    return this.#raced;
  }

  /**
   * Call a candidate; once it is silent for too long, the next one too, or the same again where the next is another vendor's.
   *
   * One that fails beside the other is added to the attempts of the plan and, where they are two candidates, left out of them. The leg stays: both answer on it.
   * @throws what the last of them failed with; when both were called, neither is to be tried again
   */
  async call(candidate: Candidate, stored: Promise<boolean>[]): Promise<Called> {
    const floor = new Floor(this.#passage);
    const seat = floor.seat(candidate);
    const calling = callModel(this.#calls, this.#passage, candidate, stored, seat);
    const first: Runner = { candidate, seat, outcome: outcomeOf(calling) };
    if (!(await isSilent(this.#afterMs, floor, first))) return unwrap(await first.outcome);
    return await this.#race(floor, first, stored);
  }

  async #race(floor: Floor, first: Runner, stored: Promise<boolean>[]): Promise<Called> {
    const second = this.#start(floor, first, stored);
    const runners = [first, second];
    const early = await Promise.race(runners.map((runner) => runner.outcome.then((outcome) => ({ runner, outcome }))));
    if ('error' in early.outcome && !floor.isTaken) this.#failed(early.runner, early.outcome.error, runners);
    await Promise.all([first.outcome, second.outcome]);
    const speaker = runners.find(({ seat }) => seat.speaks);
    if (speaker !== undefined) return unwrap(await speaker.outcome);
    // Nobody spoke. What the request ends or goes on with is the failure of the last; a second one that could not be called at all is none.
    const last = early.runner === first && !isNotCalled(await second.outcome) ? second : first;
    return unwrap(await last.outcome);
  }

  #start(floor: Floor, { candidate }: Runner, stored: Promise<boolean>[]): Runner {
    const other = secondOf(this.#passage.plan, this.#passage.member);
    const second = other ?? candidate;
    const seat = floor.seat(second, {
      begun: () => this.#begun(),
      // What was too slow is no candidate any more: what becomes of the answer is the second one's.
      spoke: () => (other === undefined ? undefined : this.#leaveOut(candidate)),
    });
    return { candidate: second, seat, outcome: outcomeOf(callModel(this.#calls, this.#passage, second, stored, seat)) };
  }

  /** It is out: there is no other one after it, here or at the next stop. */
  #begun(): void {
    this.#raced = true;
    this.#passage.replan({ hedge_after_ms: undefined });
  }

  /** One of two failed before anybody spoke: the other goes on alone. */
  #failed({ candidate }: Runner, error: unknown, runners: readonly Runner[]): void {
    if (!(error instanceof CallFailure) || error instanceof NotCalled) return;
    const attempt = attemptOf(modelId(candidate), error);
    tellFailure(this.#calls, this.#passage, attempt, error);
    this.#passage.replan({ attempts: [...this.#passage.plan.attempts, attempt] });
    if (new Set(runners.map((runner) => runner.candidate)).size > 1) this.#leaveOut(candidate);
  }

  #leaveOut(candidate: Candidate): void {
    const { candidates } = this.#passage.plan;
    this.#passage.replan({ candidates: candidates.filter((one) => one !== candidate) });
  }
}

/** The candidate right behind the first, where it is the same vendor's and to be tried after one that is too slow. */
function secondOf({ candidates }: Plan, vendor: string): Candidate | undefined {
  const [next] = nextCandidates(candidates, 'timeout');
  return next !== undefined && next === candidates[1] && next.vendor === vendor ? next : undefined;
}

/** Resolves to whether nothing is said after so long, by a call that still runs. */
async function isSilent(afterMs: number, floor: Floor, { outcome }: Runner): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), Math.min(afterMs, longestTimerMs));
  void floor.taken.then(() => resolve(false));
  void outcome.then(() => resolve(false));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function outcomeOf(calling: Promise<Called>): Promise<Outcome> {
  return calling.then(
    (called) => ({ called }),
    (error: unknown) => ({ error }),
  );
}

function isNotCalled(outcome: Outcome): boolean {
  return 'error' in outcome && outcome.error instanceof NotCalled;
}

function unwrap(outcome: Outcome): Called {
  if ('called' in outcome) return outcome.called;
  throw outcome.error;
}
