// A stop's place in its queue group: in it, away for a while, or out for good.
import type { NatsConnection, Subscription } from '@router-mesh/wire';

/**
 * One place in a queue group.
 *
 * It is left by `drain()`, never by `unsubscribe()`: what the server has already given to this member is still delivered (an `unsubscribe()` lost 2 950 of a burst of 3 000).
 * INVARIANT (out is out): what was left or forgotten never comes back, also when it was away at that time.
 */
export class Membership {
  readonly #nc: NatsConnection;
  readonly #subscribe: () => Subscription;
  #subscription: Subscription;
  #state: 'in' | 'away' | 'out' = 'in';
  /** While the last subscription drains. */
  #draining: Promise<void> | undefined;

  /** Joins at once. */
  constructor(nc: NatsConnection, subscribe: () => Subscription) {
    this.#nc = nc;
    this.#subscribe = subscribe;
    this.#subscription = subscribe();
  }

  get isAway(): boolean {
    return this.#state === 'away';
  }

  /** Leave for a while; resolves when all that was under way has been delivered. Undefined when there is nothing to leave. */
  stepOut(): Promise<void> | undefined {
    if (this.#state !== 'in') return undefined;
    this.#state = 'away';
    return this.#drain();
  }

  /** Come back, if it is away and all that was under way then has been delivered: a place is never left twice in one round trip. Whether it did. */
  stepIn(): boolean {
    if (this.#state !== 'away' || this.#draining !== undefined || this.#nc.isClosed()) return false;
    this.#subscription = this.#subscribe();
    this.#state = 'in';
    return true;
  }

  /** Leave for good; resolves when all that was under way has been delivered. */
  async leave(): Promise<void> {
    this.#state = 'out';
    await this.#drain();
  }

  /** Be out at once and for good, whatever was under way: NATS is away, and a reconnect must not bring the subscription back. */
  forget(): void {
    this.#state = 'out';
    this.#subscription.unsubscribe();
  }

  #drain(): Promise<void> {
    if (this.#draining !== undefined) return this.#draining;
    if (this.#subscription.isClosed() || this.#nc.isClosed()) return Promise.resolve();
    const draining = this.#subscription
      .drain()
      .catch(() => undefined) // the connection was closed meanwhile: nothing will be delivered any more
      .then(() => void (this.#draining = undefined));
    return (this.#draining = draining);
  }
}
