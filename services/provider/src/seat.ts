// Who speaks: of the calls that are made for one request at one time, one says something to its reader, and the others are silent.
import { RouterError, type Candidate } from '@router-mesh/contracts';
import type { StopPassage } from '@router-mesh/kernel';
import { outrun } from './holding.ts';

type AtStop = Pick<StopPassage, 'accept' | 'signal'>;

/** The place of one call among those that race. */
export interface Seat {
  /** Aborts when the request ends, or when another call has taken the floor. */
  readonly signal: AbortSignal;
  /** Whether it has taken the floor. */
  readonly speaks: boolean;
  /** The call is about to go out. */
  begin(): void;
  /** Take the floor, right before the first word. @throws RouterError when another call has it */
  take(): void;
}

/**
 * The floor of one request.
 *
 * INVARIANT (one voice): whoever takes the floor keeps it, and all others are aborted in the same moment; nothing of an answer is said without it. So the words of two calls never mix.
 */
export class Floor {
  readonly #passage: AtStop;
  readonly #seats: { readonly seat: Seat; leave(): void }[] = [];
  readonly #taken = Promise.withResolvers<void>();
  #speaker: Seat | undefined;

  constructor(passage: AtStop) {
    this.#passage = passage;
  }

  get isTaken(): boolean {
    return this.#speaker !== undefined;
  }

  /** Resolves when somebody speaks. */
  get taken(): Promise<void> {
    return this.#taken.promise;
  }

  /**
   * A place for one more call. The first says `accept` when it goes out; another one when it takes the floor, for until then it is not said whether its model answers.
   * @param events is told when the call goes out, and when it takes the floor
   */
  seat(candidate: Candidate, events: { begun?(): void; spoke?(): void } = {}): Seat {
    const abort = new AbortController();
    const isFirst = this.#seats.length === 0;
    const accept = (): void => this.#passage.accept(candidate);
    const speaker = (): Seat | undefined => this.#speaker;
    const seat: Seat = {
      signal: AbortSignal.any([this.#passage.signal, abort.signal]),
      get speaks() {
        return speaker() === seat;
      },
      begin: () => {
        events.begun?.();
        if (isFirst) accept();
      },
      take: () => {
        if (this.#speaker === seat) return;
        if (this.#speaker !== undefined) throw tooSlow();
        this.#speaker = seat;
        for (const other of this.#seats) if (other.seat !== seat) other.leave();
        events.spoke?.();
        if (!isFirst) accept();
        this.#taken.resolve();
      },
    };
    this.#seats.push({ seat, leave: () => abort.abort(tooSlow()) });
    return seat;
  }
}

/** The seat of a call that no other one will race. */
export class SoleSeat implements Seat {
  readonly #passage: AtStop;
  readonly #candidate: Candidate;
  #speaks = false;

  constructor(passage: AtStop, candidate: Candidate) {
    this.#passage = passage;
    this.#candidate = candidate;
  }

  get signal(): AbortSignal {
    return this.#passage.signal;
  }

  get speaks(): boolean {
    return this.#speaks;
  }

  begin(): void {
    this.#passage.accept(this.#candidate);
  }

  take(): void {
    this.#speaks = true;
  }
}

/** Its record says `superseded`. */
function tooSlow(): RouterError {
  return new RouterError('cancelled', 'another call of the request was quicker', { details: { reason: outrun } });
}
