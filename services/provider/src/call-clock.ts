// The time-outs of one call while it runs: what passes first ends the call with a reason that names it.
import { CallFailure } from './failure.ts';
import type { TimeLimit, TimeLimits } from './time-limits.ts';

/** What the reading of a stream tells its clock. */
export interface StreamClock {
  /** The first event with data is there. */
  began(): void;
  /** We want the upstream's next bytes from now on. */
  waiting(): void;
  /** They are there; whatever time we take now is not the upstream's. */
  served(): void;
}

/** A clock for those who have no time-outs. */
export const noClock: StreamClock = { began: () => undefined, waiting: () => undefined, served: () => undefined };

/**
 * The clock of one call, which runs from its construction until `stop`.
 *
 * INVARIANT (silence is the upstream's): the idle time passes only between `waiting` and `served`. While a reader has no room we do not read, and an
 * upstream that may not speak is not silent.
 */
export class CallClock implements StreamClock {
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #idle: TimeLimit;
  readonly #total: NodeJS.Timeout;
  readonly #end = (): void => this.#abort.abort(this.#outer.reason);
  #first: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #began = false;
  #waiting = false;

  /** @param outer ends the call as well, with its own reason: cancels, the deadline, the end of the process */
  constructor({ firstToken, idle, total }: TimeLimits, outer: AbortSignal, stream: boolean) {
    this.#outer = outer;
    this.#idle = idle;
    this.#total = this.#timer(total, 'the model was not done');
    if (stream) this.#first = this.#timer(firstToken, 'the model began no stream');
    if (outer.aborted) this.#end();
    else outer.addEventListener('abort', this.#end);
  }

  /** Aborts when a time is over or `outer` aborts; its reason is what the call failed with. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  began(): void {
    this.#began = true;
    clearTimeout(this.#first);
  }

  waiting(): void {
    this.#waiting = true;
    if (!this.#began) return; // until then it is the first token that is waited for
    if (this.#silence !== undefined) this.#silence.refresh();
    else this.#silence = setTimeout(() => this.#fellSilent(), timerMs(this.#idle));
  }

  served(): void {
    this.#waiting = false;
  }

  stop(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#first);
    clearTimeout(this.#silence);
    this.#outer.removeEventListener('abort', this.#end);
  }

  #fellSilent(): void {
    if (this.#waiting) this.#abort.abort(tooLate(this.#idle, 'the model said no more'));
  }

  #timer(limit: TimeLimit, what: string): NodeJS.Timeout {
    return setTimeout(() => this.#abort.abort(tooLate(limit, what)), timerMs(limit));
  }
}

/** @param unreached whether the model cannot have seen the request */
export function tooLate({ ms, setBy }: TimeLimit, what: string, unreached = false): CallFailure {
  return new CallFailure('timeout', `${what} within ${ms} ms (${setBy})`, { unreached });
}

/** What setTimeout can hold is 24 days; more would be over at once. */
function timerMs({ ms }: TimeLimit): number {
  return Math.min(ms, 2 ** 31 - 1);
}
