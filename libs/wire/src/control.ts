// The control subjects of one connection: where it hears `cancel` and limits, and that nobody listens where it published.
import { cancelWord, controlSubject, limitWord, parseLimitWord } from '@router-mesh/contracts';
import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import { listen } from './listen.ts';
import { randomToken } from './random.ts';
import { readHeaders } from './read-headers.ts';

/** What may arrive on a control subject. `limit`: so many deltas may be sent. `missing`: nobody listens on the subject that was published with it. */
export type ControlMessage =
  { readonly kind: 'cancel' } | { readonly kind: 'limit'; readonly deltas: number } | { readonly kind: 'missing' };

export interface ControlSubject {
  readonly subject: string;
  release(): void;
}

type Handler = (message: ControlMessage) => void;

/** A token of this many characters stands alone; what comes after it is the number of a notice. */
const tokenLength = randomToken().length;

/** One plain subscription for a connection's control subjects: notices of the server come only to the connection that published, and never to a queue group. */
export class Control {
  readonly #service: string;
  readonly #connection = randomToken();
  readonly #handlers = new Map<string, Handler>();
  readonly #numbered = new Map<string, (notice: number) => void>();
  readonly #subscription: Subscription;

  /** @param failed is told what a handler throws */
  constructor(nc: NatsConnection, service: string, failed?: (thrown: unknown) => void) {
    this.#service = service;
    const tokenAt = controlSubject(service, this.#connection, '').length;
    const receive = (message: Msg): void => {
      const token = message.subject.slice(tokenAt);
      const handler = token.length > tokenLength ? this.#ofNumber(token) : this.#handlers.get(token);
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

  /**
   * Control subjects for notices alone: what is returned and a number, from 0. They share a token and cost nothing each, so they are for services' ears only:
   * whoever is told one can name the others.
   */
  openNumbered(missing: (number: number) => void): string {
    const token = randomToken();
    this.#numbered.set(token, missing);
    return controlSubject(this.#service, this.#connection, token);
  }

  #ofNumber(token: string): Handler | undefined {
    const missing = this.#numbered.get(token.slice(0, tokenLength));
    const number = Number(token.slice(tokenLength));
    return missing && (({ kind }) => kind === 'missing' && missing(number));
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}

/** Whoever was told the token may say anything here: what means nothing is nothing. */
function readControl(message: Msg): ControlMessage | undefined {
  if (message.data.length > 0) return message.data.length <= longestOrder ? readOrder(message.string()) : undefined;
  try {
    return readHeaders(message)?.code === 503 ? { kind: 'missing' } : undefined;
  } catch {
    return undefined;
  }
}

/** What a reader says is short, bytes; the longest is a limit. */
const longestOrder = limitWord(9_999_999_999).length;

function readOrder(text: string): ControlMessage | undefined {
  if (text === cancelWord) return { kind: 'cancel' };
  const deltas = parseLimitWord(text);
  return deltas === undefined ? undefined : { kind: 'limit', deltas };
}
