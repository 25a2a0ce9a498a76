// What only one instance of a service does at a time.
import { serviceInbox, type BucketContract, type LeaseDocument, type ServiceName } from '@router-mesh/contracts';
import { Lease, type NatsConnection, type Tenure } from '@router-mesh/wire';
import type { Logger } from 'pino';
import type { z } from 'zod';

export class Leadership {
  readonly #nc: NatsConnection;
  readonly #log: Logger;
  readonly #holder: { readonly holder: string; readonly inboxPrefix: string };
  readonly #leases: Lease[] = [];
  readonly #leading: Promise<void>[] = [];
  readonly #over = new AbortController();

  constructor(nc: NatsConnection, log: Logger, service: ServiceName, instance: string) {
    this.#nc = nc;
    this.#log = log;
    this.#holder = { holder: instance, inboxPrefix: serviceInbox(service) };
  }

  /** Do the work whenever the lease is ours; work that throws is begun anew, here or elsewhere. */
  lead(bucket: BucketContract<z.ZodType<LeaseDocument>>, key: string, work: (tenure: Tenure) => Promise<void>): void {
    const lease = new Lease(this.#nc, bucket, key, this.#holder);
    this.#leases.push(lease);
    const logged = (tenure: Tenure): Promise<void> =>
      work(tenure).catch((error: unknown) => {
        if (!tenure.signal.aborted) this.#log.warn({ err: error, lease: key }, 'the work of a lease broke off');
        throw error;
      });
    this.#leading.push(lease.lead(logged, this.#over.signal));
  }

  /** After a reconnect. */
  restart(): void {
    for (const lease of this.#leases) lease.restart();
  }

  /** Resolves when all leases are given back. */
  async stop(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#leading);
  }
}
