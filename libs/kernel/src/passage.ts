// What every stop is given, at the entry and behind it: one request on its way, and how it goes on or ends.
import { endOfTrail, formatTrailEntry, RouterError } from '@router-mesh/contracts';
import { AnswerWriter, type Travel } from '@router-mesh/wire';
import type { Beating } from './beats.ts';
import { judge } from './judge.ts';
import type { Link } from './link.ts';
import { retryLaterMs } from './retry-after.ts';
import { withoutStop, type NextStop } from './route.ts';
import type { StopTrace } from './tracing.ts';

/** Whoever waits until a body is held no more. */
export interface Freed {
  freed(): void;
}

/** What every passage has, at the entry and behind it. */
export abstract class Passage implements Beating {
  /** The stop's name as trails and errors show it. */
  readonly stop: string;
  readonly body: Uint8Array;
  /** What goes on to the next stop: the body, as it came or as it was changed here. */
  protected carried: Uint8Array;
  abstract readonly request: string;
  abstract readonly tenant: string;
  /** The span of this passage; undefined when nobody traces. */
  abstract readonly trace: StopTrace | undefined;
  protected readonly link: Link;
  #receivedAt = Date.now();
  #started = performance.now();
  #done = false;
  #code = 'ok';
  /** Forwards of which it is not certain yet that somebody has them. */
  #unsettled = 0;
  #freed: Freed | undefined;

  constructor(link: Link, stop: string, body: Uint8Array) {
    this.link = link;
    this.stop = stop;
    this.body = body;
    this.carried = body;
  }

  /** When this stop, or its last leg, began; epoch ms. */
  get receivedAt(): number {
    return this.#receivedAt;
  }

  /** Whether it was answered, refused or handed on. */
  get done(): boolean {
    return this.#done;
  }

  /** How it ended at this stop: `ok` or an error code. */
  get code(): string {
    return this.#code;
  }

  /** Tells once that no forward holds the body any more: at once when none does. For when the handler is done. */
  whenFreed(waiting: Freed): void {
    if (this.#unsettled === 0) waiting.freed();
    else this.#freed = waiting;
  }

  /** The handler is done: nothing is watched for it any more. */
  release(): void {
    // what is watched for a handler is its stop's
  }

  /** The process can wait no longer. */
  interrupt(): void {
    // whoever works here answers soon, or is abandoned
  }

  /** What a request is answered that the process can wait for no longer. */
  interruption(): RouterError {
    return stopping(this.stop);
  }

  /** End the request with an error: one message, or a frame where frames were asked for. */
  abstract refuse(error: RouterError): void;

  /** Tell the reader that its request is being worked on. */
  abstract beat(): void;

  /** INVARIANT (beats end): whatever ends a passage comes through here, and none beats after it. */
  protected finish(code = 'ok'): void {
    this.link.beats.leave(this);
    this.#done = true;
    this.#code = code;
  }

  /** One more leg begins here: its time is its own. */
  protected beginLeg(): void {
    this.#receivedAt = Date.now();
    this.#started = performance.now();
  }

  /** The trail so far and this stop's part of it. */
  protected extendTrail(trail: string, code: string): string {
    const entry = formatTrailEntry({
      stop: this.stop,
      instance: this.link.instance,
      received: this.receivedAt,
      waited_ms: waitedMs(trail, this.receivedAt),
      worked_ms: performance.now() - this.#started,
      code,
    });
    return trail === '' ? entry : `${trail},${entry}`;
  }

  protected writer({
    reply,
    frames: framed,
    leg,
    credit,
  }: Pick<Travel, 'reply' | 'frames' | 'leg' | 'credit'>): AnswerWriter {
    return new AnswerWriter(this.link.nc, reply, { framed, leg, credit });
  }

  /**
   * Publish to a stop; when nobody listens there, go on or answer as the route says. What it throws is yet to be answered.
   * @param code how the request ended here
   * @param before what an answer must wait for
   */
  protected send(next: NextStop, code = 'ok', before?: Promise<unknown>): void {
    this.#unsettled += 1;
    this.link.flight.begin();
    const settled = (): void => {
      this.link.flight.end();
      this.#unsettled -= 1;
      if (this.#unsettled === 0) this.#freed?.freed();
    };
    const travel = this.trace === undefined ? next.travel : { ...next.travel, ...this.trace.context };
    try {
      this.link.forwarder.forward(next.stop, travel, this.carried, {
        missing: () => this.#goOnWithout(next, code, before),
        settled,
      });
    } catch (error) {
      settled();
      throw error;
    }
    this.finish(code);
  }

  #goOnWithout(next: NextStop, code: string, before: Promise<unknown> | undefined): void {
    this.link.counts.missing(next.stop);
    try {
      this.send(withoutStop(next, retryLaterMs(Math.random())), code, before);
    } catch (thrown) {
      const error = judge(this.link.log, thrown, 'a request could not go on', {
        stop: next.stop,
        request: this.request,
      });
      const { flight } = this.link;
      flight.begin();
      void Promise.resolve(before).finally(() => {
        this.writer(next.travel).error(error);
        flight.end();
      });
    }
  }
}

/** How long it took from the last stop on a trail to here, by two clocks; at the entry nobody knows. */
function waitedMs(trail: string, receivedAt: number): number {
  if (trail === '') return 0;
  return receivedAt - (endOfTrail(trail) ?? receivedAt);
}

export function stopping(stop: string): RouterError {
  return new RouterError('unavailable', `stop "${stop}" is stopping`, { details: { reason: 'stopping', stop } });
}
