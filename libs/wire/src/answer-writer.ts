// Writing an answer to a return address: one message, or frames in a dense order and an empty message at the end.
import {
  formatSequence,
  header,
  RouterError,
  type AcceptFrame,
  type BeatFrame,
  type EndFrame,
  type FrameKind,
} from '@router-mesh/contracts';
import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import { checkConnected, isConnected, payloadLimit, publish } from './connection-state.ts';
import { headerBlock, headerLine, readBlock } from './header-block.ts';
import { crossedAccount } from './return-address.ts';

type SequencedFrame = Exclude<FrameKind, 'beat'>;

/** What each kind of frame is called in its headers: put together once, for a stream has a hundred frames. */
const frameLine: Readonly<Record<FrameKind, string>> = {
  accept: headerLine(header.frame, 'accept'),
  delta: headerLine(header.frame, 'delta'),
  beat: headerLine(header.frame, 'beat'),
  end: headerLine(header.frame, 'end'),
  error: headerLine(header.frame, 'error'),
};
const beatHeaders = headerBlock(frameLine.beat);

export interface AnswerOptions {
  readonly framed: boolean;
  readonly leg: number;
  /** Deltas that the reader takes before its first limit; without it there is no flow control. */
  readonly credit?: number | undefined;
}

/**
 * The writer of one answer (of one leg of it).
 *
 * INVARIANT (frames in order): n is dense from 0 over accept, delta, end and error; nothing follows end or error but the empty message.
 * INVARIANT (within the limit): a reader with credit is never sent more deltas than it said it takes; all other frames always go.
 */
export class AnswerWriter {
  readonly #nc: NatsConnection;
  readonly #address: string;
  readonly #framed: boolean;
  readonly #leg: number;
  readonly #credit: number | undefined;
  #limit: number;
  #n = 0;
  #deltas = 0;
  #ended = false;
  /** Whether the reader was told where it may answer. */
  #told = false;
  #unanswered = 0;
  #wake: (() => void) | undefined;

  /** `address` must have passed `isReturnAddress`. */
  constructor(nc: NatsConnection, address: string, { framed, leg, credit }: AnswerOptions) {
    this.#nc = nc;
    this.#address = address;
    this.#framed = framed;
    this.#leg = leg;
    this.#credit = credit;
    this.#limit = credit ?? Infinity;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** How many deltas have gone out. */
  get deltas(): number {
    return this.#deltas;
  }

  /** Whether the reader takes no more deltas now: wait for `room`. */
  get full(): boolean {
    return this.#deltas >= this.#limit;
  }

  /** Beats since the reader last said its limit; always 0 for one without credit, which answers none. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Say that a model is being called. Nothing is sent unless the answer goes in frames. */
  accept(frame: AcceptFrame): void {
    if (!this.#framed) return;
    this.#frame('accept', JSON.stringify(frame), '', this.#replyTo(frame.control));
    this.#told = true;
  }

  /**
   * Say that the producer lives, at any time before the end. Nothing is sent unless the answer goes in frames, nor while NATS is away: a beat that is
   * lost would be held against the reader.
   * @param control where the reader may answer; without it nobody is told that the reader is gone
   */
  beat(control?: string): void {
    if (!this.#framed || this.#ended || !isConnected(this.#nc)) return;
    const reply = this.#replyTo(control);
    const beat: BeatFrame = { leg: this.#leg };
    publish(this.#nc, this.#address, JSON.stringify(beat), { headers: beatHeaders, reply });
    this.#told ||= reply !== undefined;
    if (this.#credit !== undefined && this.#told) this.#unanswered += 1;
  }

  /** The reader takes so many deltas of this leg. Limits only rise, so one that is late or said again does no harm. */
  limit(deltas: number): void {
    this.#unanswered = 0;
    if (deltas <= this.#limit) return;
    this.#limit = deltas;
    if (!this.full) this.#wake?.();
  }

  /** Resolves when a delta may go out; one may wait at a time. @throws the signal's reason */
  async room(signal: AbortSignal): Promise<void> {
    if (!this.full) return;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    this.#wake = resolve;
    try {
      await promise;
    } finally {
      this.#wake = undefined;
      signal.removeEventListener('abort', abort);
    }
  }

  /**
   * One or more `chat.completion.chunk` objects, one a line. Wait for `room` before.
   * @throws RouterError `too_large` when the server would not carry them, `unavailable` while NATS is away: a piece that is lost must end the stream
   */
  delta(chunks: Uint8Array | string): void {
    checkConnected(this.#nc);
    if (this.full) throw new Error(`delta ${this.#deltas + 1}, where the reader takes ${this.#limit}`);
    this.#frame('delta', this.#fit(chunks));
    this.#deltas += 1;
  }

  /** The last frame of a framed answer. @throws RouterError `too_large` when the server would not carry it */
  end(frame: EndFrame): void {
    this.endJson(JSON.stringify(frame));
  }

  /** The same, of the JSON of an `EndFrame`. */
  endJson(frame: string): void {
    this.#frame('end', this.#fit(frame));
    this.#close();
  }

  /** A whole answer in one message. @throws RouterError `too_large` when the server would not carry it */
  reply(body: unknown): void {
    this.replyJson(JSON.stringify(body));
  }

  /** The same, of its JSON. */
  replyJson(body: string): void {
    this.#begin('reply');
    publish(this.#nc, this.#address, this.#fit(body));
    this.#close();
  }

  error(thrown: RouterError): void {
    const error = shorten(thrown);
    const body = JSON.stringify(error.toBody());
    this.#begin('error');
    if (this.#framed) this.#frame('error', body, errorLines(error));
    else publish(this.#nc, this.#address, body, { headers: headerBlock(errorLines(error) + frameLine.error) });
    this.#close();
  }

  #frame(kind: SequencedFrame, payload: Uint8Array | string, lines = '', reply?: string): void {
    this.#begin(kind);
    if (!this.#framed) throw new Error(`a frame "${kind}" in an answer that was not asked for in frames`);
    const sequence = formatSequence({ leg: this.#leg, n: this.#n });
    const block = headerBlock(`${lines}${frameLine[kind]}${header.seq}: ${sequence}\r\n`);
    publish(this.#nc, this.#address, payload, { headers: block, reply });
    this.#n += 1; // only now: a frame that could not be published leaves no gap
  }

  /** Across accounts each reply on a frame leaves a mapping in the server that nobody takes away. */
  #replyTo(control: string | undefined): string | undefined {
    return crossedAccount(this.#address) ? undefined : control;
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
  return readBlock(headerBlock(errorLines(error) + frameLine.error));
}

function errorLines(error: RouterError): string {
  // A header is one line of ASCII; the body has the message as it is.
  const message = error.message.replace(/[^\x20-\x7e]/g, '?');
  return headerLine(header.error, message) + headerLine(header.errorCode, String(error.status));
}
