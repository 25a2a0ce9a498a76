// Writing an answer to a return address: one message, or frames in a dense order and an empty message at the end.
import { formatSequence, header, RouterError, type AcceptFrame, type EndFrame, type FrameKind } from '@router-mesh/contracts';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { payloadLimit } from './connection.ts';
import { crossedAccount } from './return-address.ts';

/**
 * The writer of one answer (of one leg of it).
 *
 * INVARIANT (frames in order): n is dense from 0 over accept, delta, end and error; nothing follows end or error but the empty message.
 */
export class AnswerWriter {
  readonly #nc: NatsConnection;
  readonly #address: string;
  readonly #framed: boolean;
  readonly #leg: number;
  #n = 0;
  #deltas = 0;
  #ended = false;

  /** `address` must have passed `isReturnAddress`. */
  constructor(nc: NatsConnection, address: string, { framed, leg }: { readonly framed: boolean; readonly leg: number }) {
    this.#nc = nc;
    this.#address = address;
    this.#framed = framed;
    this.#leg = leg;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** How many deltas have gone out. */
  get deltas(): number {
    return this.#deltas;
  }

  /** Say that a model is being called. Nothing is sent unless the answer goes in frames. */
  accept(frame: AcceptFrame): void {
    if (this.#framed) this.#frame('accept', JSON.stringify(frame));
  }

  /** One or more `chat.completion.chunk` objects, one a line. */
  delta(chunks: Uint8Array | string): void {
    this.#frame('delta', chunks);
    this.#deltas += 1;
  }

  /** The last frame of a framed answer. */
  end(frame: EndFrame): void {
    this.#frame('end', this.#fit(JSON.stringify(frame)));
    this.#close();
  }

  /** A whole answer in one message. @throws RouterError `too_large` when the server would not carry it */
  reply(body: unknown): void {
    this.#nc.publish(this.#address, this.#fit(JSON.stringify(body)));
    this.#close();
  }

  error(error: RouterError): void {
    const body = JSON.stringify(error.toBody());
    if (this.#framed) this.#frame('error', body, error);
    else this.#nc.publish(this.#address, body, { headers: errorHeaders(error) });
    this.#close();
  }

  #frame(kind: FrameKind, payload: Uint8Array | string, error?: RouterError): void {
    const encoded = error === undefined ? headers() : errorHeaders(error);
    encoded.set(header.frame, kind);
    encoded.set(header.seq, formatSequence({ leg: this.#leg, n: this.#n }));
    this.#n += 1;
    this.#nc.publish(this.#address, payload, { headers: encoded });
  }

  #close(): void {
    this.#ended = true;
    if (this.#framed || crossedAccount(this.#address)) this.#nc.publish(this.#address);
  }

  #fit(payload: string): string {
    const limit = payloadLimit(this.#nc);
    // Three bytes a UTF-16 unit at most: most answers are seen to fit without counting.
    if (payload.length * 3 > limit && Buffer.byteLength(payload) > limit) {
      throw new RouterError('too_large', `the answer has ${Buffer.byteLength(payload)} bytes and the server carries ${limit}; ask for a stream`);
    }
    return payload;
  }
}

/** The headers that every error carries (ADR-32), and the frame's name for those who read frames. */
export function errorHeaders(error: RouterError): MsgHdrs {
  const encoded = headers();
  // A header is one line of ASCII; the body has the message as it is.
  encoded.set(header.error, error.message.replace(/[^\x20-\x7e]/g, '?'));
  encoded.set(header.errorCode, String(error.status));
  encoded.set(header.frame, 'error');
  return encoded;
}
