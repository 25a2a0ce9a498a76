// The control subjects of one connection: where it hears `cancel`, and that a next stop is not running.
import { controlSubject } from '@router-mesh/contracts';
import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import { randomToken } from './connection.ts';
import { listen } from './listen.ts';
import { readHeaders } from './read-headers.ts';

/** What may arrive on a control subject. `missing`: nobody listens on the subject that was published with it. */
export type ControlMessage = { readonly kind: 'cancel' } | { readonly kind: 'missing' };

export interface ControlSubject {
  readonly subject: string;
  release(): void;
}

/** One plain subscription for a connection's control subjects: notices of the server come only to the connection that published, and never to a queue group. */
export class Control {
  readonly #service: string;
  readonly #connection = randomToken();
  readonly #handlers = new Map<string, (message: ControlMessage) => void>();
  readonly #subscription: Subscription;

  /** @param failed is told what a handler throws */
  constructor(nc: NatsConnection, service: string, failed?: (thrown: unknown) => void) {
    this.#service = service;
    const tokenAt = controlSubject(service, this.#connection, '').length;
    const receive = (message: Msg): void => {
      const handler = this.#handlers.get(message.subject.slice(tokenAt));
      const heard = handler === undefined ? undefined : readControl(message);
      if (handler !== undefined && heard !== undefined) handler(heard);
    };
    this.#subscription = listen(nc, controlSubject(service, this.#connection, '*'), receive, { failed });
  }

  /** How many control subjects are open. */
  get size(): number {
    return this.#handlers.size;
  }

  /** Open a control subject that cannot be guessed; release it when what it controls is over. */
  open(handler: (message: ControlMessage) => void): ControlSubject {
    const token = randomToken();
    this.#handlers.set(token, handler);
    return {
      subject: controlSubject(this.#service, this.#connection, token),
      release: () => this.#handlers.delete(token),
    };
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}

/** Whoever was told the token may say anything here: what means nothing is nothing. */
function readControl(message: Msg): ControlMessage | undefined {
  if (message.data.length > 0)
    return message.data.length <= 16 && message.string() === 'cancel' ? { kind: 'cancel' } : undefined;
  try {
    return readHeaders(message)?.code === 503 ? { kind: 'missing' } : undefined;
  } catch {
    return undefined;
  }
}
