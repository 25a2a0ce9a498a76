// One publication of a request: an inbox of its own, and whoever answers there.
import { cancelWord, limitWord } from '@router-mesh/contracts';
import { AnswerReader, createInbox, type AnswerEvent, type Msg, type Subscription } from '@router-mesh/wire';
import { forbidden } from './failures.ts';
import type { Line } from './line.ts';

/** Who follows a publication. */
export interface AttemptListener {
  heard(event: AnswerEvent): void;
  /** The server does not let us listen. */
  refused(error: Error): void;
}

/** Subscribed from its construction; the mesh sees by its subscription that the reader is there. */
export class Attempt {
  readonly #line: Line;
  readonly #inbox: string;
  readonly #subscription: Subscription;
  readonly #listener: AttemptListener;
  readonly #reader = new AnswerReader();
  /** Where its producer listens, once it has told, and of which leg that one is. */
  #control: string | undefined;
  #controlLeg = -1;
  #ended = false;

  constructor(line: Line, inboxPrefix: string, listener: AttemptListener) {
    this.#line = line;
    this.#listener = listener;
    this.#inbox = createInbox(inboxPrefix);
    this.#subscription = line.subscribe(this.#inbox, (error, message) => this.#receive(error, message));
  }

  /** Whether the mesh has said that it is over: nobody is at it any more. */
  get ended(): boolean {
    return this.#ended;
  }

  publish(subject: string, body: Uint8Array, headers: string): void {
    this.#line.publish(subject, body, { headers, reply: this.#inbox });
  }

  /** Tell the producer how many deltas it may send. @param control where a beat came from; where the accept did, without */
  grant(limit: number, control = this.#control): void {
    if (control !== undefined && this.#line.up) this.#line.publish(control, limitWord(limit));
  }

  /** Tell the producer, when it is known, that nobody waits for its answer. */
  cancel(): void {
    if (!this.#ended && this.#control !== undefined && this.#line.up) this.#line.publish(this.#control, cancelWord);
  }

  /** Others are to answer: neither wait for this producer nor let it go on. */
  leave(): void {
    this.cancel();
    this.close();
  }

  /** Listen no longer. */
  close(): void {
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
  }

  #receive(error: Error | null, message: Msg): void {
    if (error !== null) {
      this.#listener.refused(forbidden('listen on', this.#inbox, 'set inboxPrefix', error));
      return;
    }
    const event = this.#reader.read(message);
    this.#note(event);
    this.#listener.heard(event);
  }

  #note(event: AnswerEvent): void {
    if (event.kind === 'error') this.#ended ||= event.by !== 'reader';
    // A stop on the way may beat before and after the accept of its leg; who accepted last is who calls the model.
    if (event.kind === 'accept' || (event.kind === 'beat' && event.leg > this.#controlLeg)) {
      this.#control = event.control;
      if (event.kind === 'accept') this.#controlLeg = event.leg;
    }
  }
}
