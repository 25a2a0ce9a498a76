// One connection to NATS: what goes out on it while it is up, and what is told when it is lost.
import {
  connectNats,
  payloadLimit,
  publish,
  watchConnection,
  type ConnectionSettings,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@router-mesh/wire';
import { disconnected } from './failures.ts';

/** What befalls a line. */
export interface LineListener {
  /** Nothing that is under way on it will be answered any more. */
  lost(line: Line): void;
  /** These credentials may not publish to that subject. */
  refused(line: Line, subject: string): void;
}

type Receive = (error: Error | null, message: Msg) => void;

/** How long a closing line waits for the server to have everything, ms. */
const farewellMs = 2000;

/**
 * A guarded connection.
 *
 * INVARIANT (no silent drop): the client library drops what is published while it is disconnected, so nothing is published then; what was published
 * just before is under way when `lost` is told.
 */
export class Line {
  readonly #nc: NatsConnection;
  #state: 'up' | 'down' | 'closed' = 'up';

  private constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  /** @throws RouterError `unavailable` when no server answers, `unauthenticated` when it refuses the credentials */
  static async open(settings: ConnectionSettings, listener: LineListener): Promise<Line> {
    const line = new Line(await connectNats(settings));
    line.#watch(listener);
    return line;
  }

  get up(): boolean {
    return this.#state === 'up' && !this.#nc.isClosed();
  }

  /** The most a message may carry here, bytes; while it is down, what it was. */
  get payloadLimit(): number {
    return payloadLimit(this.#nc);
  }

  /** @throws RouterError `unavailable` with the reason `disconnected` */
  check(): void {
    if (this.#state === 'down') throw disconnected('there is no connection to NATS now; it is being tried again');
    if (this.#state === 'closed') throw disconnected('the connection to NATS is closed for good; connect anew');
  }

  subscribe(subject: string, receive: Receive): Subscription {
    return this.#nc.subscribe(subject, { callback: receive });
  }

  publish(
    subject: string,
    payload: Uint8Array | string,
    about?: { readonly headers: string; readonly reply: string },
  ): void {
    publish(this.#nc, subject, payload, about);
  }

  /** Resolves when the server has everything that was published. @throws RouterError `unavailable` when the connection is lost meanwhile */
  async flush(): Promise<void> {
    try {
      await this.#nc.flush();
    } catch (cause) {
      throw disconnected('the connection to NATS was lost', cause);
    }
  }

  /** Send what is still to be sent, and close. */
  async close(): Promise<void> {
    if (this.up) await settledWithin(this.#nc.flush(), farewellMs);
    this.#state = 'closed';
    await this.#nc.close();
  }

  #watch(listener: LineListener): void {
    void watchConnection(this.#nc, {
      disconnected: () => {
        this.#state = 'down';
        listener.lost(this);
      },
      reconnected: () => (this.#state = 'up'),
      refusedPublish: (subject) => listener.refused(this, subject),
    });
    void this.#nc.closed().then(() => {
      this.#state = 'closed';
      listener.lost(this);
    });
  }
}

async function settledWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    const settle = (): void => {
      clearTimeout(timer);
      resolve();
    };
    work.then(settle, settle);
  });
}
