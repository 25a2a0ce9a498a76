// Facts that nobody waits for, one a line: those of one subject that are told together go out in one message.
import { publish, type NatsConnection } from '@router-mesh/wire';
import type { Logger } from 'pino';

/** A message has no more characters, unless it is of one fact. */
const mostCharacters = 256 * 1024;

/**
 * INVARIANT (told as it is done): what is told is published in a microtask of the same turn of the event loop, when all that one read of a socket has brought is dealt
 * with so far. So a process that is killed has told what it did in every turn but perhaps the one in which it died.
 */
export class ToldLines {
  readonly #nc: NatsConnection;
  readonly #log: Logger;
  readonly #told = new Map<string, string>();

  constructor(nc: NatsConnection, log: Logger) {
    this.#nc = nc;
    this.#log = log;
  }

  tell(subject: string, line: string): void {
    if (this.#told.size === 0) queueMicrotask(() => this.#publishAll());
    const before = this.#told.get(subject);
    if (before === undefined) this.#told.set(subject, line);
    else if (before.length + line.length < mostCharacters) this.#told.set(subject, `${before}\n${line}`);
    else {
      this.#publish(subject, before);
      this.#told.set(subject, line);
    }
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
