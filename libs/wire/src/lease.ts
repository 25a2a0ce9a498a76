// A lease: what one instance of a service does at a time, and who does it next when that one is gone.
import type { BucketContract, LeaseDocument } from '@router-mesh/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { putDocument } from './documents.ts';
import { SnapshotWatch } from './snapshot.ts';

type LeaseBucket = BucketContract<z.ZodType<LeaseDocument>>;

export interface LeaseSettings {
  /** The instance. */
  readonly holder: string;
  readonly inboxPrefix: string;
  /** How often its holder writes it again, ms. */
  readonly renewMs?: number;
  /** How long JetStream may take to store that, ms. */
  readonly patienceMs?: number;
  /** How long nobody else has to have seen it change before taking it over, ms. */
  readonly expireMs?: number;
}

/** What whoever holds the lease works with. */
export interface Tenure {
  /** How far the work had come before, as the last holder wrote it. */
  readonly checkpoint: number | undefined;
  /** The work has come so far: stored when the lease is written again. */
  reached(checkpoint: number): void;
  /** Aborts when the lease is lost or given back. */
  readonly signal: AbortSignal;
}

/** How often to look whether the lease is free, ms. */
const lookMs = 250;

/**
 * One key of a bucket of leases, as one instance sees it.
 *
 * INVARIANT (one holder): a holder gives up at the latest `renewMs + patienceMs` after its last write, and by its own clock nobody takes over before having seen
 * `expireMs` without one. No clocks are compared. A holder whose process was stopped may for a moment not know that it is none: its checkpoint is refused, for every
 * write is a compare-and-set; what else it stores must be harmless when done twice.
 */
export class Lease {
  readonly #nc: NatsConnection;
  readonly #bucket: LeaseBucket;
  readonly #key: string;
  readonly #settings: Required<LeaseSettings>;
  readonly #watch: SnapshotWatch<LeaseDocument>;
  /** The last revision seen, and since when, by our own clock. */
  #seen = { revision: -1, at: 0 };

  constructor(nc: NatsConnection, bucket: LeaseBucket, key: string, settings: LeaseSettings) {
    this.#nc = nc;
    this.#bucket = bucket;
    this.#key = key;
    this.#settings = { renewMs: 3000, patienceMs: 4000, expireMs: 10_000, ...settings };
    this.#watch = new SnapshotWatch(nc, bucket, settings);
    this.#watch.onSwap(() => this.#look());
  }

  /** Whenever the lease is ours, do the work; until the signal aborts. Work that ends or throws is begun anew. */
  async lead(work: (tenure: Tenure) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#nc.isClosed()) {
      const taken = this.#isFree() ? await this.#take() : undefined;
      if (taken === undefined) await pause(lookMs, signal);
      else await this.#hold(taken, work, signal);
    }
    this.#watch.stop();
  }

  /** After a reconnect the server may have forgotten the watch. */
  restart(): void {
    this.#watch.restart();
  }

  #look(): number {
    const revision = this.#watch.current.revisions.get(this.#key) ?? 0;
    if (revision !== this.#seen.revision) this.#seen = { revision, at: performance.now() };
    return revision;
  }

  #isFree(): boolean {
    if (!this.#watch.isLoaded) return false;
    this.#look();
    const holder = this.#watch.current.documents.get(this.#key)?.holder ?? '';
    // Our own name there is a write of ours whose acknowledgement was lost.
    return (
      holder === '' || holder === this.#settings.holder || performance.now() - this.#seen.at > this.#settings.expireMs
    );
  }

  async #take(): Promise<{ revision: number; checkpoint: number | undefined } | undefined> {
    const { checkpoint } = this.#watch.current.documents.get(this.#key) ?? {};
    try {
      return { revision: await this.#write(this.#settings.holder, checkpoint, this.#seen.revision), checkpoint };
    } catch {
      return undefined; // another one was quicker, or JetStream is away
    }
  }

  async #hold(
    taken: { readonly revision: number; readonly checkpoint: number | undefined },
    work: (tenure: Tenure) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { holder, renewMs } = this.#settings;
    let { revision, checkpoint } = taken;
    const over = new AbortController();
    const tenure = {
      checkpoint,
      reached: (next: number) => void (checkpoint = next),
      signal: AbortSignal.any([signal, over.signal]),
    };
    const renewing = (async () => {
      for (;;) {
        await pause(renewMs, tenure.signal);
        if (tenure.signal.aborted) return;
        revision = await this.#write(holder, checkpoint, revision);
      }
    })().catch(() => (revision = -1));
    void renewing.then(() => over.abort());
    await work(tenure).catch(() => undefined); // who throws says so itself
    await pause(lookMs, tenure.signal);
    over.abort();
    await renewing;
    if (revision >= 0) await this.#write('', checkpoint, revision).catch(() => undefined);
  }

  /** Only over the revision that we know. @throws RouterError when another stands there, or JetStream takes too long */
  async #write(holder: string, checkpoint: number | undefined, revision: number): Promise<number> {
    const document = { holder, ...(checkpoint === undefined ? {} : { checkpoint }) };
    const impatient = new AbortController();
    try {
      return await Promise.race([
        putDocument(this.#nc, this.#bucket, this.#key, document, revision),
        sleep(this.#settings.patienceMs, undefined, { signal: impatient.signal }).then(() => {
          throw new Error('the lease was not stored in time');
        }),
      ]);
    } finally {
      impatient.abort();
    }
  }
}

/** Wait, but not longer than until the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
