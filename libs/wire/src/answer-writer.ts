// Writing an answer to a return address: one message, or frames in a dense order and an empty message at the end.
import {
  formatSequence,
  header,
  RouterError,
  type AcceptFrame,
  type EndFrame,
  type FrameKind,
} from '@router-mesh/contracts';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { checkConnected, payloadLimit, publish } from './connection-state.ts';
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
  constructor(
    nc: NatsConnection,
    address: string,
    { framed, leg }: { readonly framed: boolean; readonly leg: number },
  ) {
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

  /**
   * One or more `chat.completion.chunk` objects, one a line.
   * @throws RouterError `too_large` when the server would not carry them, `unavailable` while NATS is away: a piece that is lost must end the stream
   */
  delta(chunks: Uint8Array | string): void {
    checkConnected(this.#nc);
    this.#frame('delta', this.#fit(chunks));
    this.#deltas += 1;
  }

  /** The last frame of a framed answer. @throws RouterError `too_large` when the server would not carry it */
  end(frame: EndFrame): void {
    this.#frame('end', this.#fit(JSON.stringify(frame)));
    this.#close();
  }

  /** A whole answer in one message. @throws RouterError `too_large` when the server would not carry it */
  reply(body: unknown): void {
    this.#begin('reply');
    publish(this.#nc, this.#address, this.#fit(JSON.stringify(body)));
    this.#close();
  }

  error(thrown: RouterError): void {
    const error = shorten(thrown);
    const body = JSON.stringify(error.toBody());
    this.#begin('error');
    if (this.#framed) this.#frame('error', body, error);
    else publish(this.#nc, this.#address, body, { headers: errorHeaders(error) });
    this.#close();
  }

  #frame(kind: FrameKind, payload: Uint8Array | string, error?: RouterError): void {
    this.#begin(kind);
    if (!this.#framed) throw new Error(`a frame "${kind}" in an answer that was not asked for in frames`);
    const encoded = error === undefined ? headers() : errorHeaders(error);
    encoded.set(header.frame, kind);
    encoded.set(header.seq, formatSequence({ leg: this.#leg, n: this.#n }));
    publish(this.#nc, this.#address, payload, { headers: encoded });
    this.#n += 1; // only now: a frame that could not be published leaves no gap
  }

  #begin(kind: string): void {
    if (this.#ended) throw new Error(`"${kind}" after the end of an answer`);
  }

  #close(): void {
    this.#ended = true;
    if (this.#framed || crossedAccount(this.#address)) publish(this.#nc, this.#address);
  }

  #fit<Payload extends Uint8Array | string>(payload: Payload): Payload {
    const limit = payloadLimit(this.#nc);
    // Three bytes a UTF-16 unit at most: most answers are seen to fit without counting.
    if (payload.length * 3 > limit && Buffer.byteLength(payload) > limit) {
      const size = Buffer.byteLength(payload);
      throw new RouterError('too_large', `the answer has ${size} bytes and the server carries ${limit}`, {
        details: { limit, size },
      });
    }
    return payload;
  }
}

const longestText = 1000;

/** An error is a line: one that quotes a client's own megabytes (the name of a field, say) would not fit into any message. */
function shorten(error: RouterError): RouterError {
  const { code, message, param, details } = error;
  if (message.length <= longestText && (param?.length ?? 0) <= longestText) return error;
  return new RouterError(code, message.slice(0, longestText), {
    ...(param === undefined ? {} : { param: param.slice(0, longestText) }),
    ...(details === undefined ? {} : { details }),
  });
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
