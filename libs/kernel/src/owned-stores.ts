// The streams and buckets that a service owns: ensured at start, after every reconnect and when one is found to be gone, until the servers take them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketContract, StreamContract } from '@router-mesh/contracts';
import { ensureStores, type NatsConnection } from '@router-mesh/wire';
import type { Logger } from 'pino';

export interface OwnedStoresSettings {
  readonly replicas: number;
  readonly log: Logger;
}

export class OwnedStores {
  readonly #nc: NatsConnection;
  readonly #stores: readonly (BucketContract | StreamContract)[];
  readonly #settings: OwnedStoresSettings;
  #due = false;
  #ensuring: Promise<void> | undefined;

  constructor(nc: NatsConnection, stores: readonly (BucketContract | StreamContract)[], settings: OwnedStoresSettings) {
    this.#nc = nc;
    this.#stores = stores;
    this.#settings = settings;
  }

  /** Whether they are being ensured now. */
  get ensuring(): boolean {
    return this.#ensuring !== undefined;
  }

  /** Resolves when all are there; asked again while at it, it begins again. */
  ensure(): Promise<void> {
    this.#due = true;
    return (this.#ensuring ??= this.#try());
  }

  /** JetStream may still be electing its leaders. */
  async #try(): Promise<void> {
    const { replicas, log } = this.#settings;
    for (let attempt = 1; this.#due && !this.#nc.isClosed(); attempt += 1) {
      this.#due = false;
      try {
        await ensureStores(this.#nc, this.#stores, { replicas });
      } catch (error) {
        this.#due = true;
        const reason = error instanceof Error ? error.message : String(error);
        log.warn({ reason, attempt, ROUTER_REPLICAS: replicas }, 'streams and buckets are not ensured yet');
        await sleep(Math.min(250 * attempt, 5000));
      }
    }
    this.#ensuring = undefined;
  }
}
