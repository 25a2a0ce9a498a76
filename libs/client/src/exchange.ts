// One request and its answer: published, once more when it seems lost, read to its end, and cancelled at the mesh when nobody waits for it any more.
import { cancelSubject, requestSubject, RouterError } from '@router-mesh/contracts';
import type { AnswerEvent } from '@router-mesh/wire';
import { Attempt } from './attempt.ts';
import { cancelled, forbidden, late, lostConnection, malformed } from './failures.ts';
import { Grants } from './grants.ts';
import type { Line } from './line.ts';
import type { Patience } from './patience.ts';
import { headersOf, type Question } from './question.ts';
import { Race, type AnswerPart, type Step } from './race.ts';
import type { Ticker } from './ticker.ts';

/** Who waits for the answer. */
export interface Asker {
  /** A part of the answer came; returns whether it was the last one. @throws for what is no part of the answer that was asked for */
  heard(part: AnswerPart): boolean;
  /** There is no answer, or no more of it. */
  failed(error: RouterError): void;
  /** The exchange is over, one way or the other. */
  over(): void;
}

/** How long past a request's time the mesh is given to say so itself, ms. */
const graceMs = 1000;

/**
 * Runs from its construction, where its time begins, until the answer is complete, has failed, or nobody waits for it.
 *
 * INVARIANT (a winner is never cancelled): providers remember a cancelled id for a minute and cannot tell publications by it, so the id is only
 * cancelled when the request ends without an answer. What lost the race is told on its own control subject, and hears by its closed inbox.
 */
export class Exchange {
  readonly #question: Question;
  readonly #asker: Asker;
  readonly #ticker: Ticker;
  readonly #race: Race;
  readonly #grants: Grants;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #abort = (): void => this.cancel();
  #line: Line | undefined;
  /** Kept for as long as it may be published again. */
  #body: Uint8Array | undefined;
  /** In the order of their publication; the winner alone once there is one. */
  #attempts: Attempt[] = [];
  #decided = false;
  #over = false;

  constructor(question: Question, asker: Asker, ticker: Ticker, patience: Patience) {
    const { signal, timeoutMs } = question.terms;
    this.#question = question;
    this.#asker = asker;
    this.#ticker = ticker;
    this.#race = new Race(patience);
    this.#grants = new Grants(question.credit);
    this.#timer = setTimeout(() => this.#abandon(late(timeoutMs)), timeoutMs + graceMs);
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  get request(): string {
    return this.#question.terms.request;
  }

  /** Publish the request for the first time. */
  publish(line: Line, body: Uint8Array): void {
    if (this.#over) return;
    this.#line = line;
    this.#body = body;
    this.#ticker.add(this);
    this.#publish(line, body);
  }

  /** A delta was taken by who reads the answer. */
  taken(): void {
    if (this.#over) return;
    const limit = this.#grants.take();
    if (limit !== undefined) for (const winner of this.#attempts) winner.grant(limit);
  }

  /** Never throws: it is called from a timer, which nobody stands behind. */
  tick(): void {
    try {
      this.#do(this.#race.tick());
    } catch (thrown) {
      this.fail(RouterError.from(thrown));
    }
  }

  /** Tell the mesh that the answer is not wanted any more, and end. */
  cancel(): void {
    this.#abandon(cancelled(this.#question.terms.signal?.reason));
  }

  /** End: the connection was lost, and with it whatever was still to come. */
  lost(line: Line): void {
    if (line === this.#line) this.fail(lostConnection(this.#race.deltas));
  }

  /** End: the server does not let us publish there. */
  refused(line: Line, subject: string): void {
    const ours = requestSubject(this.#question.verb, this.#question.tenant);
    if (line !== this.#line || subject !== ours) return;
    this.fail(forbidden('publish to', subject, 'connect as a client of that tenant'));
  }

  fail(error: RouterError): void {
    if (this.#settle()) this.#asker.failed(error);
  }

  get #leftMs(): number {
    return this.#question.terms.timeoutMs - (performance.now() - this.#startedAt);
  }

  #publish(line: Line, body: Uint8Array): void {
    const { tenant, verb, inboxPrefix } = this.#question;
    const number = this.#race.published();
    try {
      line.check();
      const attempt: Attempt = new Attempt(line, inboxPrefix, {
        heard: (event) => this.#hear(number, attempt, event),
        refused: (error) => this.fail(RouterError.from(error)),
      });
      this.#attempts.push(attempt);
      attempt.publish(requestSubject(verb, tenant), body, headersOf(this.#question, number, this.#leftMs));
    } catch (error) {
      this.fail(RouterError.from(error));
    }
  }

  #hear(number: number, attempt: Attempt, event: AnswerEvent): void {
    if (this.#over) return;
    try {
      if (event.kind === 'beat') attempt.grant(this.#grants.renew(), event.control);
      const step = this.#race.hear(number, event);
      if (!this.#race.open) this.#body = undefined;
      if (step.kind === 'take') this.#decide(attempt);
      if (step.kind === 'wait' && (event.kind === 'error' || event.kind === 'eos')) attempt.leave();
      this.#do(step);
    } catch (cause) {
      this.#abandon(malformed(cause));
    }
  }

  #do(step: Step): void {
    switch (step.kind) {
      case 'wait':
        return;
      case 'publish':
        // What has no time left would be late wherever it comes.
        if (this.#line !== undefined && this.#body !== undefined && this.#leftMs > 0)
          this.#publish(this.#line, this.#body);
        return;
      case 'take':
        if (this.#asker.heard(step.part)) this.#settle();
        return;
      case 'fail':
        this.#abandon(step.error);
    }
  }

  /** The first part of the answer has come: let go of the other publications. */
  #decide(winner: Attempt): void {
    if (this.#decided) return;
    this.#decided = true;
    for (const attempt of this.#attempts) if (attempt !== winner) attempt.leave();
    this.#attempts = [winner];
  }

  /** End what nobody waits for: the model is not to go on for nothing. */
  #abandon(error: RouterError): void {
    if (this.#over) return;
    if (this.#line?.up && !this.#isEnded()) {
      for (const attempt of this.#attempts) attempt.cancel();
      this.#line.publish(cancelSubject(this.#question.tenant), JSON.stringify({ request: this.request }));
    }
    this.fail(error);
  }

  /** Whether nobody in the mesh is at it any more. */
  #isEnded(): boolean {
    return this.#attempts.length > 0 && this.#attempts.every(({ ended }) => ended);
  }

  /** Let go of everything. Returns whether it was still to be done. */
  #settle(): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#ticker.delete(this);
    this.#question.terms.signal?.removeEventListener('abort', this.#abort);
    for (const attempt of this.#attempts) attempt.close();
    this.#asker.over();
    return true;
  }
}
