// A request at a stage: policy has written its plan; a stop answers it, hands it on, or goes on to the next candidate.
import {
  modelId,
  mostUnansweredBeats,
  RouterError,
  type Attempt,
  type Candidate,
  type Plan,
} from '@router-mesh/contracts';
import {
  decodeTravel,
  type AnswerWriter,
  type ControlMessage,
  type ControlSubject,
  type MsgHdrs,
  type Travel,
} from '@router-mesh/wire';
import { longestTimerMs } from './flight.ts';
import type { Link } from './link.ts';
import { Passage } from './passage.ts';
import { afterFailure, replanned, sameAgain, type Replanning } from './route.ts';
import type { StopTrace } from './tracing.ts';

/** A request at a stage: policy has written its plan. */
export class StopPassage extends Passage {
  /** The member of the stop's family that was addressed: the vendor, at a provider's stop. */
  readonly member: string;
  readonly trace: StopTrace | undefined;
  #travel: Travel;
  #answer: AnswerWriter;
  #abort: AbortController | undefined;
  /** Nobody reads what this passage would say. */
  #unread = false;
  #deadline: NodeJS.Timeout | undefined;
  #opened: ControlSubject | undefined;

  /** @throws RouterError `internal` when the headers are not a service's */
  constructor(link: Link, stop: string, member: string, body: Uint8Array, headers: MsgHdrs | undefined) {
    super(link, stop, body);
    this.member = member;
    this.#travel = decodeTravel(headers);
    this.#answer = this.writer(this.#travel);
    this.trace = link.tracer?.stop({ ...this.#travel, stop, place: 'stage' });
    if (this.#travel.frames) link.beats.follow(this);
  }

  get travel(): Travel {
    return this.#travel;
  }

  /** The answer of the leg that this passage is on. */
  get answer(): AnswerWriter {
    return this.#answer;
  }

  get request(): string {
    return this.travel.request;
  }

  get tenant(): string {
    return this.travel.tenant;
  }

  get plan(): Plan {
    return this.travel.plan;
  }

  /** Ms that are left. */
  remainingMs(): number {
    return this.travel.deadline - Date.now();
  }

  /** @throws RouterError `deadline_exceeded` naming the stop */
  checkDeadline(): void {
    if (this.remainingMs() <= 0) throw this.#late();
  }

  /**
   * Aborts when the deadline passes, the client cancels, the reader is gone or the process can wait no longer; the reason is the RouterError to answer with.
   * Call `release` when the work is over.
   */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  /** Whether the work was told to end. */
  get aborted(): boolean {
    return this.#abort?.signal.aborted ?? false;
  }

  /** Where the reader may publish `cancel` and its limits, from the first call until `release`. */
  openControl(): string {
    this.#opened ??= this.link.control.open((message) => this.#hear(message));
    return this.#opened.subject;
  }

  /** Say that a candidate is being called; nothing is sent unless the answer goes in frames. */
  accept(candidate: Candidate): void {
    if (!this.travel.frames) return;
    this.answer.accept({
      request: this.request,
      instance: this.link.instance,
      control: this.openControl(),
      route: this.plan.route,
      provider: candidate.vendor,
      model: modelId(candidate),
    });
    this.link.beats.spoke(this);
  }

  beat(): void {
    if (this.answer.unanswered < mostUnansweredBeats) this.answer.beat(this.openControl());
    else this.#stop(readerGone());
  }

  /** Stop the work, and end the request here without another word: nobody reads what this passage would say. */
  abandon(error: RouterError): void {
    this.#unread = true;
    this.#stop(error);
  }

  /** End the request here without a word: another passage answers it. @param code how it ended at this stop */
  drop(code: string): void {
    this.finish(code);
  }

  /** Stop watching deadline and cancels. */
  override release(): void {
    this.#opened?.release();
    if (this.#abort === undefined) return;
    clearTimeout(this.#deadline);
    this.link.cancellations.leave(this);
  }

  /** The client cancelled it. */
  cancel(): void {
    this.#abort?.abort(cancelled());
  }

  /** The process can wait no longer. */
  override interrupt(): void {
    this.#abort?.abort(this.interruption());
  }

  /** The trail with this stop's part, to be put into an answer or record. */
  trail(code: string): string {
    return this.extendTrail(this.travel.trail, code);
  }

  /**
   * Drop the first candidate after it failed and go on to the next, one leg further: here when it is of the same stop, else as a forward.
   * `none`: it was the last that is to be tried after such a failure.
   * @param before what an answer must wait for, should this stop have to give it after all; never rejects
   */
  fallBack(attempt: Attempt, before: Promise<unknown>): 'here' | 'forwarded' | 'none' {
    const next = afterFailure({ ...this.travel, trail: this.trail(attempt.class) }, attempt);
    if (next === undefined) return 'none';
    if (next.stop === this.stop) {
      this.#goOnHere(next.travel);
      return 'here';
    }
    this.send(next, attempt.class, before);
    return 'forwarded';
  }

  /** Go on with the same candidate after it failed, one leg further. */
  tryAgain(attempt: Attempt): void {
    this.#goOnHere(sameAgain({ ...this.travel, trail: this.trail(attempt.class) }, attempt));
  }

  /** Go on here with what is left of the plan: the leg stays, and so does what was said on it. */
  replan(changes: Replanning): void {
    this.#travel = replanned(this.travel, changes);
  }

  /** Why the answer ends when the process can wait no longer: a stream that has begun is cut, all else may be asked again. */
  override interruption(): RouterError {
    const { deltas } = this.answer;
    if (deltas === 0) return super.interruption();
    return new RouterError('stream_interrupted', `stop "${this.stop}" is stopping`, {
      details: { stop: this.stop, delivered: deltas },
    });
  }

  /** Mark as answered: what `answer` wrote was its end. */
  answered(): void {
    this.finish();
  }

  refuse(error: RouterError): void {
    this.finish(error.code);
    if (!this.answer.ended && !this.#unread) this.answer.error(error);
  }

  get #aborting(): AbortController {
    return this.#abort ?? this.#watch();
  }

  #stop(error: RouterError): void {
    this.#aborting.abort(error); // the first reason stays
  }

  #hear(message: ControlMessage): void {
    switch (message.kind) {
      case 'cancel':
        return this.#stop(cancelled());
      case 'limit':
        return this.answer.limit(message.deltas);
      case 'missing':
        return this.abandon(readerGone());
    }
  }

  #goOnHere(travel: Travel): void {
    this.#travel = travel;
    this.#answer = this.writer(travel);
    this.beginLeg();
  }

  /** For all that may end the work, this passage itself is what is told: nothing more is made for it. */
  #watch(): AbortController {
    const { cancellations, interrupted } = this.link;
    const abort = (this.#abort = new AbortController());
    this.#deadline = setTimeout(StopPassage.#expire, Math.min(Math.max(0, this.remainingMs()), longestTimerMs), this);
    cancellations.run(this);
    if (interrupted.aborted) this.interrupt();
    if (cancellations.has(this.tenant, this.request, Date.now())) this.cancel();
    return abort;
  }

  static readonly #expire = (passage: StopPassage): void => passage.#stop(passage.#late());

  #late(): RouterError {
    return new RouterError('deadline_exceeded', `the time of the request was over at stop "${this.stop}"`, {
      details: { stop: this.stop },
    });
  }
}

function cancelled(): RouterError {
  return new RouterError('cancelled', 'cancelled by the client');
}

function readerGone(): RouterError {
  return new RouterError('cancelled', 'the reader of the answer is gone', { details: { reason: 'reader_gone' } });
}
