// What JetStream says about messages that were published to it: read by one subscription a connection, with nothing made for each message but a place in a map.
import { createInbox, PermissionViolationError, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { checkConnected, publish, whenLost } from './connection-state.ts';
import { listen } from './listen.ts';

/** How often to look for what is not acknowledged in time, ms; only while something waits. */
const lookMs = 100;

interface Waiting {
  readonly subject: string;
  /** By `performance.now()`. */
  readonly until: number;
  answered(answer: Msg): void;
  failed(reason: Error): void;
}

const readers = new WeakMap<NatsConnection, Acknowledgements>();

/** The reader of a connection, made when it is first asked for. */
export function acknowledgementsOf(nc: NatsConnection): Acknowledgements {
  const found = readers.get(nc);
  if (found !== undefined) return found;
  const made = new Acknowledgements(nc);
  readers.set(nc, made);
  return made;
}

export class Acknowledgements {
  readonly #nc: NatsConnection;
  /** Our address, to which a token is added. */
  readonly #inbox: string;
  /** By token, in the order of asking. */
  readonly #waiting = new Map<string, Waiting>();
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(nc: NatsConnection) {
    this.#nc = nc;
    this.#inbox = `${createInbox(inboxPrefixOf(nc))}.`;
    listen(nc, `${this.#inbox}*`, (message) => this.#hear(message));
    whenLost(nc, (lost) => this.#fail(lost));
    void this.#hearRefusals();
  }

  /**
   * Publish, and resolve to the answer.
   * @throws InvalidArgumentError when the server would not carry it; Error when nobody answers in time (give or take 0.1 s), nobody listens or the right is missing;
   * RouterError `unavailable` when the connection is down, or goes down
   */
  ask(subject: string, payload: string, headers: MsgHdrs | undefined, timeoutMs: number): Promise<Msg> {
    return new Promise((answered, failed) => {
      checkConnected(this.#nc);
      this.#asked += 1;
      const token = String(this.#asked);
      publish(this.#nc, subject, payload, { reply: this.#inbox + token, ...(headers && { headers }) });
      this.#waiting.set(token, { subject, until: performance.now() + timeoutMs, answered, failed });
      this.#timer ??= setTimeout(() => this.#look(), lookMs);
    });
  }

  #hear(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length);
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return; // it was given up
    this.#waiting.delete(token);
    // The server's word that nobody listens there; JetStream's answers are JSON.
    if (message.data.length === 0) waiting.failed(new Error(`nobody takes what is published to "${waiting.subject}"`));
    else waiting.answered(message);
  }

  #look(): void {
    const now = performance.now();
    this.#fail(new Error('it was not acknowledged in time'), ({ until }) => until <= now);
    this.#timer = this.#waiting.size === 0 ? undefined : setTimeout(() => this.#look(), lookMs);
  }

  #fail(reason: Error, meant: (waiting: Waiting) => boolean = () => true): void {
    for (const [token, waiting] of this.#waiting) {
      if (!meant(waiting)) continue;
      this.#waiting.delete(token);
      waiting.failed(reason);
    }
  }

  /** A right that is missing is told of the subject, not of the message. */
  async #hearRefusals(): Promise<void> {
    for await (const status of this.#nc.status()) {
      const error = status.type === 'error' ? status.error : undefined;
      if (error instanceof PermissionViolationError && error.operation === 'publish')
        this.#fail(error, ({ subject }) => subject === error.subject);
    }
  }
}

/** Every connection has its options; its public type leaves them out. */
function inboxPrefixOf(nc: NatsConnection): string | undefined {
  return (nc as NatsConnection & { readonly options: { readonly inboxPrefix?: string } }).options.inboxPrefix;
}
