// What a stop is given: one request on its way, and the things that may be done with it.
import {
  formatTrailEntry,
  parseRequestSubject,
  parseTrail,
  RouterError,
  type Attempt,
  type Plan,
  type Verb,
} from '@router-mesh/contracts';
import { AnswerWriter, decodeTravel, type Msg, type MsgHdrs, type Travel } from '@router-mesh/wire';
import { readEntryHeaders, type Asked } from './entry-headers.ts';
import { longestTimerMs } from './flight.ts';
import { judge } from './judge.ts';
import type { Link } from './link.ts';
import { afterFailure, nextStop, withoutStop, type NextStop } from './route.ts';

/** What every passage has, at the entry and behind it. */
abstract class AnyPassage {
  /** The stop's name as trails and errors show it. */
  readonly stop: string;
  readonly body: Uint8Array;
  abstract readonly request: string;
  abstract readonly tenant: string;
  protected readonly link: Link;
  #receivedAt = Date.now();
  #started = performance.now();
  #done = false;
  #code = 'ok';

  constructor(link: Link, stop: string, body: Uint8Array) {
    this.link = link;
    this.stop = stop;
    this.body = body;
  }

  /** When this stop, or its last leg, began; epoch ms. */
  get receivedAt(): number {
    return this.#receivedAt;
  }

  /** Whether it was answered, refused or handed on. */
  get done(): boolean {
    return this.#done;
  }

  /** How it ended at this stop: `ok` or an error code. */
  get code(): string {
    return this.#code;
  }

  /** End the request with an error: one message, or a frame where frames were asked for. */
  abstract refuse(error: RouterError): void;

  protected finish(code = 'ok'): void {
    this.#done = true;
    this.#code = code;
  }

  /** One more leg begins here: its time is its own. */
  protected beginLeg(): void {
    this.#receivedAt = Date.now();
    this.#started = performance.now();
  }

  /** The trail so far and this stop's part of it. */
  protected extendTrail(trail: string, code: string): string {
    const entry = formatTrailEntry({
      stop: this.stop,
      instance: this.link.instance,
      received: this.receivedAt,
      waited_ms: waitedMs(trail, this.receivedAt),
      worked_ms: performance.now() - this.#started,
      code,
    });
    return trail === '' ? entry : `${trail},${entry}`;
  }

  protected writer(travel: Pick<Travel, 'reply' | 'frames' | 'leg'>): AnswerWriter {
    return new AnswerWriter(this.link.nc, travel.reply, { framed: travel.frames, leg: travel.leg });
  }

  /** Publish to a stop; when nobody listens there, go on or answer as the route says. What it throws is yet to be answered. */
  protected send(next: NextStop): void {
    const landed = this.link.flight.hold();
    try {
      this.link.forwarder.forward(next.stop, next.travel, this.body, {
        missing: () => this.#goOnWithout(next),
        settled: landed,
      });
    } catch (error) {
      landed();
      throw error;
    }
    this.finish();
  }

  #goOnWithout(next: NextStop): void {
    this.link.counts.missing(next.stop);
    try {
      this.send(withoutStop(next));
    } catch (thrown) {
      const error = judge(this.link.log, thrown, 'a request could not go on', {
        stop: next.stop,
        request: this.request,
      });
      this.writer(next.travel).error(error);
    }
  }
}

/** How long it took from the last stop on a trail to here, by two clocks; at the entry nobody knows. */
function waitedMs(trail: string, receivedAt: number): number {
  const [last] = parseTrail(trail.slice(trail.lastIndexOf(',') + 1));
  return last === undefined ? 0 : receivedAt - last.received - last.worked_ms;
}

/** A request at the entry: nothing about it has been decided yet. */
export class EntryPassage extends AnyPassage {
  readonly verb: Verb;
  readonly tenant: string;
  readonly asked: Asked;
  readonly #reply: string;
  #framed: boolean;

  /**
   * @param reply a return address that was checked
   * @throws RouterError when subject or headers are not of their form
   */
  constructor(
    link: Link,
    stop: string,
    message: Pick<Msg, 'subject' | 'data'>,
    headers: MsgHdrs | undefined,
    reply: string,
  ) {
    super(link, stop, message.data);
    this.#reply = reply;
    const { verb, tenant } = parseRequestSubject(message.subject);
    this.verb = verb;
    this.tenant = tenant;
    this.asked = readEntryHeaders(headers);
    this.#framed = this.asked.frames;
  }

  get request(): string {
    return this.asked.request;
  }

  /** From here on the answer goes in frames, errors too: the body asked for a stream. */
  answerInFrames(): void {
    this.#framed = true;
  }

  /** Write the plan and hand the request to its first stop. @param deadline epoch ms */
  forward(plan: Plan, itinerary: readonly string[], deadline: number): void {
    const { traceparent, tracestate, attempt } = this.asked;
    this.send(
      nextStop({
        request: this.request,
        tenant: this.tenant,
        reply: this.#reply,
        deadline,
        attempt,
        frames: this.#framed,
        leg: 0,
        trail: this.extendTrail('', 'ok'),
        itinerary,
        plan,
        traceparent,
        tracestate,
      }),
    );
  }

  /** Answer without visiting any stop. @throws RouterError `too_large` when the server would not carry it */
  reply(body: unknown): void {
    this.#writer().reply(body);
    this.finish();
  }

  refuse(error: RouterError): void {
    this.finish(error.code);
    this.#writer().error(error);
  }

  #writer(): AnswerWriter {
    return this.writer({ reply: this.#reply, frames: this.#framed, leg: 0 });
  }
}

/** A request at a stage: policy has written its plan. */
export class StopPassage extends AnyPassage {
  /** The member of the stop's family that was addressed: the vendor, at a provider's stop. */
  readonly member: string;
  #travel: Travel;
  #answer: AnswerWriter;
  #abort: AbortController | undefined;
  readonly #cleanUp: (() => void)[] = [];

  /** @throws RouterError `internal` when the headers are not a service's */
  constructor(link: Link, stop: string, member: string, body: Uint8Array, headers: MsgHdrs | undefined) {
    super(link, stop, body);
    this.member = member;
    this.#travel = decodeTravel(headers);
    this.#answer = this.writer(this.#travel);
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
   * Aborts when the deadline passes, the client cancels or the process can wait no longer; the reason is the RouterError to answer with.
   * Call `release` when the work is over.
   */
  get signal(): AbortSignal {
    return (this.#abort ??= this.#watch()).signal;
  }

  /** Where the client may publish `cancel`, from now until `release`. */
  openControl(): string {
    const { signal } = this; // a cancel needs something to abort
    const control = this.link.control.open((message) => {
      if (message.kind === 'cancel' && !signal.aborted) this.#abort?.abort(cancelled());
    });
    this.#cleanUp.push(() => control.release());
    return control.subject;
  }

  /** Stop watching deadline and cancels. */
  release(): void {
    for (const clean of this.#cleanUp.splice(0)) clean();
  }

  /** The trail with this stop's part, to be put into an answer or record. */
  trail(code: string): string {
    return this.extendTrail(this.travel.trail, code);
  }

  /**
   * Drop the first candidate after it failed and go on to the next, one leg further: here when it is of the same stop, else as a forward.
   * `none`: it was the last.
   */
  fallBack(attempt: Attempt): 'here' | 'forwarded' | 'none' {
    const next = afterFailure({ ...this.travel, trail: this.trail(attempt.class) }, attempt);
    if (next === undefined) return 'none';
    if (next.stop === this.stop) {
      this.#travel = next.travel;
      this.#answer = this.writer(next.travel);
      this.beginLeg();
      return 'here';
    }
    this.send(next);
    return 'forwarded';
  }

  /** Why the answer ends when the process can wait no longer: a stream that has begun is cut, all else may be asked again. */
  interruption(): RouterError {
    const message = `stop "${this.stop}" is stopping`;
    const { deltas } = this.answer;
    if (deltas > 0)
      return new RouterError('stream_interrupted', message, { details: { stop: this.stop, delivered: deltas } });
    return new RouterError('unavailable', message, { details: { reason: 'stopping', stop: this.stop } });
  }

  /** Mark as answered: what `answer` wrote was its end. */
  answered(): void {
    this.finish();
  }

  refuse(error: RouterError): void {
    this.finish(error.code);
    if (!this.answer.ended) this.answer.error(error);
  }

  #watch(): AbortController {
    const { cancellations, interrupted } = this.link;
    const abort = new AbortController();
    const timer = setTimeout(
      () => abort.abort(this.#late()),
      Math.min(Math.max(0, this.remainingMs()), longestTimerMs),
    );
    const leave = cancellations.run(this.tenant, this.request, () => abort.abort(cancelled()));
    const interrupt = (): void => abort.abort(this.interruption());
    interrupted.addEventListener('abort', interrupt);
    this.#cleanUp.push(
      () => clearTimeout(timer),
      leave,
      () => interrupted.removeEventListener('abort', interrupt),
    );
    if (interrupted.aborted) interrupt();
    if (cancellations.has(this.tenant, this.request, Date.now())) abort.abort(cancelled());
    return abort;
  }

  #late(): RouterError {
    return new RouterError('deadline_exceeded', `the time of the request was over at stop "${this.stop}"`, {
      details: { stop: this.stop },
    });
  }
}

function cancelled(): RouterError {
  return new RouterError('cancelled', 'cancelled by the client');
}
