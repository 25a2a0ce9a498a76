// Handing a request to its next stop, and hearing when nobody listens there.
import { stageSubject } from '@router-mesh/contracts';
import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import { publish } from './connection-state.ts';
import type { Control } from './control.ts';
import { travelBlock, type Travel } from './passage-headers.ts';

/** How long forwards are gathered before one PING settles them all, ms: a PING wakes up both sides, and what waits for it is memory alone. */
const settleEveryMs = 20;

/** What a forward comes to. */
interface Outcome {
  /** Called once if nobody listens there. */
  readonly missing: () => void;
  /** Called once when it is certain that somebody was listening, or `missing` has been called. */
  readonly settled: () => void;
}

/** A forward that is not settled yet. */
interface Sent extends Outcome {
  missed: boolean;
}

/**
 * Publishes requests to stages.
 *
 * Each forward carries a control subject of this connection as its reply: the server tells only the publishing connection that nobody listens (a 503).
 * The server answers in order, so what was forwarded before a PING is settled by its PONG; until then it is held, also while draining.
 */
export class Forwarder {
  readonly #nc: NatsConnection;
  readonly #notices: string;
  // INVARIANT (by number): `#sent` has the forwards from number `#first` on, in order; the next one's number comes after them.
  readonly #sent: Sent[] = [];
  #first = 0;
  #settling = false;

  constructor(nc: NatsConnection, control: Control) {
    this.#nc = nc;
    this.#notices = control.openNumbered((number) => this.#missing(number));
  }

  /**
   * Publish a request to a stop.
   * @throws RouterError `too_large` when the plan is; whatever it throws, nothing was published and no outcome will be told
   */
  forward(stop: string, travel: Travel, body: Uint8Array, outcome: Outcome): void {
    this.#send(stop, travelBlock(travel), body, outcome);
  }

  /** Publish a request to its own stop once more, for another member to take it. @throws as `forward` does */
  handBack(stop: string, headers: MsgHdrs, body: Uint8Array, outcome: Outcome): void {
    this.#send(stop, headers, body, outcome);
  }

  #send(stop: string, headers: string | MsgHdrs, body: Uint8Array, { missing, settled }: Outcome): void {
    const reply = `${this.#notices}${this.#first + this.#sent.length}`;
    publish(this.#nc, stageSubject(stop), body, { headers, reply });
    this.#sent.push({ missing, settled, missed: false });
    if (!this.#settling) this.#settleLater();
  }

  #missing(number: number): void {
    const sent = this.#sent[number - this.#first];
    if (sent === undefined || sent.missed) return;
    sent.missed = true;
    sent.missing();
  }

  #settleLater(): void {
    this.#settling = true;
    setTimeout(() => void this.#settle(), settleEveryMs);
  }

  async #settle(): Promise<void> {
    const count = this.#sent.length;
    try {
      await this.#nc.flush();
    } catch {
      // The connection is gone, and with it every notice that was still to come.
    }
    const batch = this.#sent.splice(0, count);
    this.#first += count;
    for (const { settled } of batch) settled();
    this.#settling = false;
    if (this.#sent.length > 0) this.#settleLater();
  }
}
