// Which publication of a request answers it, when to publish once more, and when to give up. Pure: what was heard comes in, what to do comes out.
import { RouterError } from '@router-mesh/contracts';
import type { AnswerEvent, FailedBy } from '@router-mesh/wire';
import type { Patience } from './patience.ts';

/** The parts of an answer that its asker wants to have. */
export type AnswerPart = Extract<AnswerEvent, { readonly kind: 'delta' | 'end' | 'whole' }>;

/** What is to be done. `take`: the part belongs to the answer, and the publication that it came for has decided. */
export type Step =
  | { readonly kind: 'wait' }
  | { readonly kind: 'publish' }
  | { readonly kind: 'take'; readonly part: AnswerPart }
  | { readonly kind: 'fail'; readonly error: RouterError };

/** One publication of the request. */
interface Runner {
  /** Ticks since its last frame, or since it was published. */
  silent: number;
  /** Whether it was accepted, or is being kept by a stop that beats. */
  accepted: boolean;
  /** It has failed: nothing more of it counts. */
  over: boolean;
}

const wait: Step = { kind: 'wait' };

/**
 * The publications of one request.
 *
 * INVARIANT (one answer): the first `delta`, `end` or whole message decides; whatever is heard of another publication after that is nothing.
 */
export class Race {
  readonly #patience: Patience;
  readonly #runners: Runner[] = [];
  #winner: number | undefined;
  /** Whether the mesh was heard at all: then nothing is published again. */
  #heard = false;
  #sincePublished = 0;
  #deltas = 0;
  /** Why a publication failed, while others may still answer. */
  #noted: RouterError | undefined;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** How many deltas of the answer have come. */
  get deltas(): number {
    return this.#deltas;
  }

  /** Whether the request may be published again. */
  get open(): boolean {
    return !this.#heard && this.#runners.length <= this.#patience.republish.length;
  }

  /** The request was published; returns the number of the publication, from 0. */
  published(): number {
    this.#sincePublished = 0;
    return this.#runners.push({ silent: 0, accepted: false, over: false }) - 1;
  }

  /** Something came for a publication. */
  hear(number: number, event: AnswerEvent): Step {
    const runner = this.#runners[number];
    if (runner === undefined || runner.over || (this.#winner ?? number) !== number) return wait;
    runner.silent = 0;
    // The server speaks for nobody: that nobody listens now says nothing about the publications before.
    this.#heard ||= event.kind !== 'error' || event.by !== 'server';
    switch (event.kind) {
      case 'accept':
      case 'beat':
        runner.accepted = true;
        return wait;
      case 'skip':
        return wait;
      case 'eos':
        return this.#failed(runner, new RouterError('internal', 'the answer was closed before its end'), 'reader');
      case 'error':
        return this.#failed(runner, event.error, event.by);
      default:
        this.#winner = number;
        if (event.kind === 'delta') this.#deltas += 1;
        return { kind: 'take', part: event };
    }
  }

  /** Some time was lived through in which nothing, or not enough, was heard. */
  tick(): Step {
    for (const runner of this.#runners) runner.silent += 1;
    this.#sincePublished += 1;
    if (this.#winner === undefined && this.open) {
      const patience = this.#patience.republish[this.#runners.length - 1] ?? 0;
      return this.#sincePublished >= patience ? { kind: 'publish' } : wait;
    }
    const hopeful = this.#runners.some(
      (runner, number) => this.#mayAnswer(runner) && (this.#winner ?? number) === number,
    );
    return hopeful ? wait : { kind: 'fail', error: this.#lost() };
  }

  #failed(runner: Runner, error: RouterError, by: FailedBy): Step {
    runner.over = true;
    if (this.#winner !== undefined) return { kind: 'fail', error };
    if (by !== 'server' || this.#noted === undefined) this.#noted = error;
    const othersGoOn = this.#runners.some((other) => this.#mayAnswer(other) && (by === 'server' || other.accepted));
    return othersGoOn ? wait : { kind: 'fail', error: this.#noted };
  }

  #mayAnswer({ over, silent }: Runner): boolean {
    return !over && silent < this.#patience.silent;
  }

  #lost(): RouterError {
    const reason = 'producer_lost';
    if (this.#deltas > 0) {
      const message = `nothing more was heard of the producer after ${this.#deltas} deltas`;
      return new RouterError('stream_interrupted', message, { details: { reason, delivered: this.#deltas } });
    }
    if (this.#noted !== undefined) return this.#noted;
    const message = this.#heard
      ? 'nothing more was heard of the producer, and nothing of its answer had come'
      : `nobody in the mesh was heard, though asked ${this.#runners.length} times`;
    return new RouterError('unavailable', message, { details: { reason } });
  }
}
