// Facts that nobody waits for, one a line: those of one subject that are told together go out in one message.
import { handedOver, publish, type NatsConnection } from '@router-mesh/wire';
import type { Logger } from 'pino';

/** A message has no more characters, unless it is of one fact. */
const mostCharacters = 256 * 1024;

/** What is told is published in a microtask of the same turn of the event loop, when all that one read of a socket has brought is dealt with so far. */
export class ToldLines {
  readonly #nc: NatsConnection;
  readonly #log: Logger;
  readonly #told = new Map<string, string>();
  #handedOver: Promise<void> = Promise.resolve();

  constructor(nc: NatsConnection, log: Logger) {
    this.#nc = nc;
    this.#log = log;
  }

  /**
   * INVARIANT (told before it is done): resolves when the line has been handed to the system, so that a process that is killed has told what it does after that.
   * Lost is what is told while NATS is away.
   */
  tell(subject: string, line: string): Promise<void> {
    if (this.#told.size === 0) this.#handedOver = this.#publishSoon();
    const before = this.#told.get(subject);
    if (before === undefined) this.#told.set(subject, line);
    else if (before.length + line.length < mostCharacters) this.#told.set(subject, `${before}\n${line}`);
    else {
      this.#publish(subject, before);
      this.#told.set(subject, line);
    }
    return this.#handedOver;
  }

  async #publishSoon(): Promise<void> {
    await Promise.resolve();
    this.#publishAll();
    await handedOver();
  }

  #publishAll(): void {
    for (const [subject, text] of this.#told) this.#publish(subject, text);
    this.#told.clear();
  }

  /** Nobody could catch what it threw: a fact that the server would not carry. */
  #publish(subject: string, text: string): void {
    try {
      publish(this.#nc, subject, text);
    } catch (error) {
      this.#log.error({ err: error, subject }, 'a fact could not be told');
    }
  }
}
