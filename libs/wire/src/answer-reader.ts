// Reading a framed answer: frames of several producers may overtake each other, and none may be lost unnoticed.
import {
  AcceptFrame,
  BeatFrame,
  EndFrame,
  header,
  isControlSubject,
  parseSequence,
  RouterError,
} from '@router-mesh/contracts';
import type { Msg } from '@nats-io/nats-core';
import { readHeaders } from './read-headers.ts';

/** More than the line of an error. */
const mostHeaderBytes = 64 * 1024;

/**
 * Who says that an answer failed: the `mesh`, which is over with it; the `server`, which had nobody to give the request to; or the `reader`,
 * who found it by itself, so that the producer does not know and goes on.
 */
export type FailedBy = 'mesh' | 'server' | 'reader';

/**
 * What a message of an answer means to its reader. `eos` is the empty message that closes it; `skip` is nothing new.
 * `control` is where its producer listens, where it said so.
 */
export type AnswerEvent =
  | {
      readonly kind: 'accept';
      readonly leg: number;
      readonly accept: AcceptFrame;
      readonly control: string | undefined;
    }
  | { readonly kind: 'beat'; readonly leg: number; readonly control: string | undefined }
  | { readonly kind: 'delta'; readonly lines: string }
  | { readonly kind: 'end'; readonly end: EndFrame }
  | { readonly kind: 'error'; readonly error: RouterError; readonly by: FailedBy }
  | { readonly kind: 'whole'; readonly body: unknown }
  | { readonly kind: 'eos' }
  | { readonly kind: 'skip' };

/**
 * Follows one answer, message by message.
 *
 * INVARIANT (one producer after a delta): a frame of a lower leg than the one being read is dropped and one of a higher leg starts anew, but only
 * while no delta has come: whoever got one must never get the beginning of another answer. A gap within a leg is an error.
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
      return found(new RouterError('internal', 'an answer was not of its form', { cause }));
    }
  }

  #read(message: Msg): AnswerEvent {
    const headers = readHeaders(message, mostHeaderBytes);
    if (message.data.length === 0 && headers === undefined) return { kind: 'eos' };
    if (headers?.code === 503) return { kind: 'error', error: notRunning(), by: 'server' };
    const frame = headers?.get(header.frame) ?? '';
    const sequence = parseSequence(headers?.get(header.seq) ?? '');
    if (sequence === undefined) return this.#unsequenced(message, frame, headers?.has(header.error) ?? false);
    if (sequence.leg < this.#leg) return { kind: 'skip' };
    if (sequence.leg > this.#leg) {
      if (this.#deltas > 0) return found(this.#secondProducer(sequence.leg));
      this.#leg = sequence.leg;
      this.#next = 0;
    }
    if (sequence.n !== this.#next) return found(this.#gap(sequence.n));
    this.#next += 1;
    return this.#frame(frame, message);
  }

  #frame(frame: string, message: Msg): AnswerEvent {
    switch (frame) {
      case 'accept': {
        const accept = AcceptFrame.parse(message.json());
        return { kind: 'accept', leg: this.#leg, accept, control: controlOf(accept.control, message.reply) };
      }
      case 'delta':
        this.#deltas += 1;
        return { kind: 'delta', lines: message.string() };
      case 'end':
        return { kind: 'end', end: EndFrame.parse(message.json()) };
      case 'error':
        return { kind: 'error', error: RouterError.fromBody(message.json()), by: 'mesh' };
      default:
        this.unknownFrames += 1;
        return { kind: 'skip' };
    }
  }

  #unsequenced(message: Msg, frame: string, failed: boolean): AnswerEvent {
    if (frame === 'error' || failed) return { kind: 'error', error: RouterError.fromBody(message.json()), by: 'mesh' };
    if (frame === '') return { kind: 'whole', body: message.json() };
    if (frame === 'beat') return this.#beat(message);
    this.unknownFrames += 1;
    return { kind: 'skip' };
  }

  /** A beat may come before the accept of its leg, from a stop on the way: it starts nothing. */
  #beat(message: Msg): AnswerEvent {
    const { leg } = BeatFrame.parse(message.json());
    if (leg < this.#leg) return { kind: 'skip' };
    if (leg > this.#leg && this.#deltas > 0) return found(this.#secondProducer(leg));
    return { kind: 'beat', leg, control: controlOf(message.reply) };
  }

  #gap(at: number): RouterError {
    return this.#interrupted(`frame ${this.#next} of leg ${this.#leg} is missing, ${at} came`);
  }

  #secondProducer(leg: number): RouterError {
    return this.#interrupted(`a frame of leg ${leg} came after a delta of leg ${this.#leg}`);
  }

  #interrupted(message: string): RouterError {
    return new RouterError('stream_interrupted', message, { details: { delivered: this.#deltas } });
  }
}

function found(error: RouterError): AnswerEvent {
  return { kind: 'error', error, by: 'reader' };
}

function notRunning(): RouterError {
  return new RouterError('unavailable', 'stop "policy" is not running', {
    details: { reason: 'not_running', stop: 'policy' },
  });
}

/** The first that is a control subject: what an answer names is published to, with the reader's own rights. */
function controlOf(...named: readonly (string | undefined)[]): string | undefined {
  return named.find((subject) => subject !== undefined && isControlSubject(subject));
}
