// Reading a framed answer: frames of several producers may overtake each other, and none may be lost unnoticed.
import { AcceptFrame, EndFrame, header, parseSequence, RouterError } from '@router-mesh/contracts';
import type { Msg } from '@nats-io/nats-core';

/** What a message of an answer means to its reader. `eos` is the empty message that closes it; `skip` is nothing new. */
export type AnswerEvent =
  | { readonly kind: 'accept'; readonly accept: AcceptFrame }
  | { readonly kind: 'delta'; readonly lines: string }
  | { readonly kind: 'end'; readonly end: EndFrame }
  | { readonly kind: 'error'; readonly error: RouterError }
  | { readonly kind: 'whole'; readonly body: unknown }
  | { readonly kind: 'eos' }
  | { readonly kind: 'skip' };

/**
 * Follows one answer, message by message.
 *
 * A frame of a lower leg than the one being read is dropped, one of a higher leg starts anew; a gap within a leg is an error.
 */
export class AnswerReader {
  #leg = -1;
  #next = 0;
  #deltas = 0;
  /** Frames of kinds that are not known; they are skipped. */
  unknownFrames = 0;

  /** How many deltas of the leg being read have come. */
  get deltas(): number {
    return this.#deltas;
  }

  /** Never throws: what cannot be read is an error of the answer. */
  read(message: Msg): AnswerEvent {
    try {
      return this.#read(message);
    } catch (cause) {
      return { kind: 'error', error: new RouterError('internal', 'an answer was not of its form', { cause }) };
    }
  }

  #read(message: Msg): AnswerEvent {
    const { headers } = message;
    if (message.data.length === 0 && headers === undefined) return { kind: 'eos' };
    if (headers?.code === 503)
      return {
        kind: 'error',
        error: new RouterError('unavailable', 'stop "policy" is not running', {
          details: { reason: 'not_running', stop: 'policy' },
        }),
      };
    const frame = headers?.get(header.frame) ?? '';
    const sequence = parseSequence(headers?.get(header.seq) ?? '');
    if (sequence === undefined) return this.#unsequenced(message, frame);
    if (sequence.leg < this.#leg) return { kind: 'skip' };
    if (sequence.leg > this.#leg) {
      this.#leg = sequence.leg;
      this.#next = 0;
      this.#deltas = 0;
    }
    if (sequence.n !== this.#next) return { kind: 'error', error: this.#gap(sequence.n) };
    this.#next += 1;
    return this.#frame(frame, message);
  }

  #frame(frame: string, message: Msg): AnswerEvent {
    switch (frame) {
      case 'accept':
        return { kind: 'accept', accept: AcceptFrame.parse(message.json()) };
      case 'delta':
        this.#deltas += 1;
        return { kind: 'delta', lines: message.string() };
      case 'end':
        return { kind: 'end', end: EndFrame.parse(message.json()) };
      case 'error':
        return { kind: 'error', error: RouterError.fromBody(message.json()) };
      default:
        this.unknownFrames += 1;
        return { kind: 'skip' };
    }
  }

  #unsequenced(message: Msg, frame: string): AnswerEvent {
    if (frame === 'error' || message.headers?.has(header.error))
      return { kind: 'error', error: RouterError.fromBody(message.json()) };
    if (frame === '') return { kind: 'whole', body: message.json() };
    if (frame !== 'beat') this.unknownFrames += 1;
    return { kind: 'skip' };
  }

  #gap(found: number): RouterError {
    const message = `frame ${this.#next} of leg ${this.#leg} is missing, ${found} came`;
    return new RouterError('stream_interrupted', message, { details: { delivered: this.#deltas } });
  }
}
