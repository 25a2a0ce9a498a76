// One request and its answer: published once, read to its end, and cancelled at the mesh when nobody waits for it any more.
import { cancelSubject, header, requestSubject, RouterError, type Verb } from '@router-mesh/contracts';
import {
  AnswerReader,
  createInbox,
  headers,
  type AnswerEvent,
  type Msg,
  type MsgHdrs,
  type Subscription,
} from '@router-mesh/wire';
import { disconnected, type Line } from './line.ts';
import type { Terms } from './request-options.ts';

/** A request as it is to be published. */
export interface Question {
  readonly tenant: string;
  readonly verb: Verb;
  readonly terms: Terms;
  /** Whether its answer comes in frames. */
  readonly framed: boolean;
  /** Below which the inbox of its answer is. */
  readonly inboxPrefix: string;
}

/** Who waits for the answer. */
export interface Asker {
  /** A part of the answer came; returns whether it was the last one. */
  heard(event: AnswerEvent): boolean;
  /** There is no answer, or no more of it. */
  failed(error: RouterError): void;
  /** The exchange is over, one way or the other. */
  over(): void;
}

/** How long past a request's time the mesh is given to say so itself, ms. */
const graceMs = 1000;

/** Runs from its construction, where its time begins, until the answer is complete, has failed, or nobody waits for it. */
export class Exchange {
  readonly #question: Question;
  readonly #asker: Asker;
  readonly #reader = new AnswerReader();
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #abort = (): void => this.cancel();
  #line: Line | undefined;
  #subscription: Subscription | undefined;
  /** Where the producer hears `cancel`, once it has told. */
  #control: string | undefined;
  #over = false;

  constructor(question: Question, asker: Asker) {
    const { signal, timeoutMs } = question.terms;
    this.#question = question;
    this.#asker = asker;
    this.#timer = setTimeout(() => this.#abandon(late(timeoutMs)), timeoutMs + graceMs);
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  get request(): string {
    return this.#question.terms.request;
  }

  /** Publish the request, with a subscription of its own for the answer: the mesh sees by it that the reader is there. */
  publish(line: Line, body: Uint8Array): void {
    if (this.#over) return;
    const { tenant, verb, inboxPrefix } = this.#question;
    this.#line = line;
    try {
      line.check();
      const inbox = createInbox(inboxPrefix);
      this.#subscription = line.subscribe(inbox, (error, message) => {
        if (error === null) this.#receive(message);
        else this.fail(forbidden('listen on', inbox, 'set inboxPrefix', error));
      });
      line.publish(requestSubject(verb, tenant), body, { headers: this.#headers(), reply: inbox });
    } catch (error) {
      this.fail(RouterError.from(error));
    }
  }

  /** Tell the mesh that the answer is not wanted any more, and end. */
  cancel(): void {
    const { signal } = this.#question.terms;
    this.#abandon(new RouterError('cancelled', 'cancelled by the client', { cause: signal?.reason }));
  }

  /** End: the connection was lost, and with it whatever was still to come. */
  lost(line: Line): void {
    if (line !== this.#line) return;
    const { deltas } = this.#reader;
    if (deltas === 0) {
      this.fail(disconnected('the connection to NATS was lost before the answer came'));
      return;
    }
    const details = { reason: 'disconnected', delivered: deltas };
    const message = `the connection to NATS was lost after ${deltas} deltas`;
    this.fail(new RouterError('stream_interrupted', message, { details }));
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

  /** End what nobody waits for: the model is not to go on for nothing. */
  #abandon(error: RouterError): void {
    if (this.#over) return;
    if (this.#line?.up) {
      const { tenant } = this.#question;
      if (this.#control !== undefined) this.#line.publish(this.#control, 'cancel');
      this.#line.publish(cancelSubject(tenant), JSON.stringify({ request: this.request }));
    }
    this.fail(error);
  }

  #headers(): MsgHdrs {
    const { terms, framed } = this.#question;
    const left = terms.timeoutMs - (performance.now() - this.#startedAt);
    const encoded = headers();
    encoded.set(header.request, terms.request);
    encoded.set(header.timeout, String(Math.max(1, Math.ceil(left))));
    if (framed) encoded.set(header.frames, '1');
    return encoded;
  }

  #receive(message: Msg): void {
    if (this.#over) return;
    try {
      this.#hear(this.#reader.read(message), message);
    } catch (cause) {
      this.#abandon(new RouterError('internal', 'the answer was not of its form', { cause }));
    }
  }

  #hear(event: AnswerEvent, message: Msg): void {
    switch (event.kind) {
      case 'accept':
        this.#control = event.accept.control;
        return;
      case 'error':
        // What the reader found by itself (a missing frame) is not known to the producer, which goes on.
        if (isTold(message)) this.fail(event.error);
        else this.#abandon(event.error);
        return;
      case 'eos':
        this.#abandon(new RouterError('internal', 'the answer was closed before its end'));
        return;
      default:
        if (this.#asker.heard(event)) this.#settle();
    }
  }

  /** Let go of everything. Returns whether it was still to be done. */
  #settle(): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#question.terms.signal?.removeEventListener('abort', this.#abort);
    this.#subscription?.unsubscribe();
    this.#asker.over();
    return true;
  }
}

/** Whether a message is an error: of the mesh, or of the server, which has nobody to give the request to. */
function isTold({ headers: said }: Msg): boolean {
  return said?.get(header.frame) === 'error' || said?.code === 503;
}

function late(timeoutMs: number): RouterError {
  return new RouterError('deadline_exceeded', `the answer was not complete within ${timeoutMs} ms`, {
    details: { stop: 'client' },
  });
}

function forbidden(what: string, subject: string, remedy: string, cause?: unknown): RouterError {
  return new RouterError('unauthenticated', `these credentials may not ${what} "${subject}"; ${remedy}`, { cause });
}
