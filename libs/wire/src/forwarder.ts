// Handing a request to its next stop, and hearing when nobody listens there.
import { stageSubject } from '@router-mesh/contracts';
import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import { publish } from './connection-state.ts';
import type { Control, ControlSubject } from './control.ts';
import { encodeTravel, type Travel } from './passage-headers.ts';

/** How long forwards are gathered before one PING settles them all, ms. */
const settleEveryMs = 5;

/** What a forward comes to. */
interface Outcome {
  /** Called once if nobody listens there. */
  readonly missing: () => void;
  /** Called once when it is certain that somebody was listening, or `missing` has been called. */
  readonly settled: () => void;
}

interface Sent {
  readonly control: ControlSubject;
  settled(): void;
}

/**
 * Publishes requests to stages.
 *
 * Each forward carries a control subject of this connection as its reply: the server tells only the publishing connection that nobody listens (a 503).
 * The server answers in order, so what was forwarded before a PING is settled by its PONG; until then it is held, also while draining.
 */
export class Forwarder {
  readonly #nc: NatsConnection;
  readonly #control: Control;
  #unsettled: Sent[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(nc: NatsConnection, control: Control) {
    this.#nc = nc;
    this.#control = control;
  }

  /**
   * Publish a request to a stop.
   * @throws RouterError `too_large` when the plan is; whatever it throws, nothing was published and no outcome will be told
   */
  forward(stop: string, travel: Travel, body: Uint8Array, outcome: Outcome): void {
    this.#send(stop, encodeTravel(travel), body, outcome);
  }

  /** Publish a request to its own stop once more, for another member to take it. @throws as `forward` does */
  handBack(stop: string, headers: MsgHdrs, body: Uint8Array, outcome: Outcome): void {
    this.#send(stop, headers, body, outcome);
  }

  #send(stop: string, headers: MsgHdrs, body: Uint8Array, { missing, settled }: Outcome): void {
    const subject = stageSubject(stop);
    const control = this.#control.open((message) => {
      if (message.kind !== 'missing') return;
      control.release();
      missing();
    });
    try {
      publish(this.#nc, subject, body, { headers, reply: control.subject });
    } catch (error) {
      control.release();
      throw error;
    }
    this.#unsettled.push({ control, settled });
    this.#timer ??= setTimeout(() => void this.#settle(), settleEveryMs);
  }

  async #settle(): Promise<void> {
    const batch = this.#unsettled;
    this.#unsettled = [];
    try {
      await this.#nc.flush();
    } catch {
      // The connection is gone, and with it every notice that was still to come.
    }
    for (const { control, settled } of batch) {
      control.release();
      settled();
    }
    this.#timer = this.#unsettled.length === 0 ? undefined : setTimeout(() => void this.#settle(), settleEveryMs);
  }
}
