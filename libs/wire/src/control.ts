// The control subjects of one connection: where it hears `cancel`, and that a next stop is not running.
import { controlSubject } from '@router-mesh/contracts';
import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import { randomToken } from './connection.ts';

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

  constructor(nc: NatsConnection, service: string) {
    this.#service = service;
    const tokenAt = controlSubject(service, this.#connection, '').length;
    this.#subscription = nc.subscribe(controlSubject(service, this.#connection, '*'), {
      callback: (_error, message) => {
        const handler = this.#handlers.get(message.subject.slice(tokenAt));
        const heard = handler === undefined ? undefined : readControl(message);
        if (handler !== undefined && heard !== undefined) handler(heard);
      },
    });
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

function readControl(message: Msg): ControlMessage | undefined {
  if (message.data.length === 0) return message.headers?.code === 503 ? { kind: 'missing' } : undefined;
  return message.data.length <= 16 && message.string() === 'cancel' ? { kind: 'cancel' } : undefined;
}
