// Storing facts, whatever becomes of JetStream: what it does not take in time waits on disk, and is stored late by us or by whoever follows us.
import { storeFact, type FactRefused, type NatsConnection } from '@router-mesh/wire';
import type { Logger } from 'pino';
import { FactGroups, type GroupOptions } from './fact-groups.ts';
import type { Counts } from './metrics.ts';
import { sendSpool, type SendingListener } from './send-spool.ts';
import { countFacts, type Spool, type SpooledFact } from './spool.ts';
import type { StateFolder } from './state-folder.ts';

export interface StoreOptions {
  /** Makes a second try harmless. */
  readonly messageId?: string;
  readonly timeoutMs: number;
  /** What is stored when it comes late. Without it the fact does not wait: it is lost if JetStream does not take it now. */
  late?(): string;
}

/** Acknowledged by JetStream; on disk until it is; or neither. */
export type StoreOutcome = 'stored' | 'waiting' | 'lost';

export interface FactStoreSettings {
  readonly log: Logger;
  readonly counts: Counts;
  readonly folder: StateFolder | undefined;
  /** How often to try what waits, ms. */
  readonly retryMs?: number;
  /** How often to look for what dead replicas have left, ms. */
  readonly adoptMs?: number;
}

export class FactStore {
  readonly #nc: NatsConnection;
  readonly #settings: Required<FactStoreSettings>;
  readonly #groups = new FactGroups((subject, payload, options) => this.store(subject, payload, options));
  /** What is being stored, as it would wait on disk. */
  readonly #pending = new Set<() => SpooledFact>();
  readonly #totals = { late: 0, refused: 0, lost: 0 };
  readonly #timers: NodeJS.Timeout[] = [];
  #sending = false;
  #adopting = false;
  #closed = false;

  constructor(nc: NatsConnection, settings: FactStoreSettings) {
    this.#nc = nc;
    this.#settings = { retryMs: 1000, adoptMs: 10_000, ...settings };
    const { counts, folder, retryMs, adoptMs } = this.#settings;
    counts.gauge(
      'router_spool_records',
      'Facts that wait on disk for JetStream',
      () => [[{}, this.spool?.records ?? 0]],
      [],
    );
    counts.gauge('router_spool_bytes', 'Their size', () => [[{}, this.spool?.bytes ?? 0]], []);
    counts.total('router_spool_late_total', 'Facts that were stored from a spool', () => this.#totals.late);
    counts.total(
      'router_spool_refused_total',
      'Facts in a spool that JetStream refuses for good',
      () => this.#totals.refused,
    );
    counts.total('router_spool_lost_total', 'Facts that neither JetStream nor a spool took', () => this.#totals.lost);
    if (folder === undefined) return;
    this.#timers.push(setInterval(() => this.retry(), retryMs).unref());
    // Replicas that start together do not look at the same moment.
    this.#timers.push(setTimeout(() => void this.#adopt(folder), Math.random() * Math.min(1000, adoptMs)).unref());
    this.#timers.push(setInterval(() => void this.#adopt(folder), adoptMs).unref());
  }

  get spool(): Spool | undefined {
    return this.#settings.folder?.spool;
  }

  /** Never throws. */
  async store(subject: string, payload: string, { messageId, timeoutMs, late }: StoreOptions): Promise<StoreOutcome> {
    const waiting = late && ((): SpooledFact => ({ subject, messageId, payload: late() }));
    if (waiting) this.#pending.add(waiting);
    try {
      await storeFact(this.#nc, subject, payload, { timeoutMs, ...(messageId === undefined ? {} : { messageId }) });
      return 'stored';
    } catch (error) {
      return waiting && this.#pending.has(waiting) ? this.#keep(waiting(), error) : 'lost';
    } finally {
      if (waiting) this.#pending.delete(waiting);
    }
  }

  /** Store a fact of one line together with others of its subject that come while the one before is being stored. Never throws. */
  storeLine(subject: string, line: string, options: GroupOptions): Promise<StoreOutcome> {
    return this.#groups.add(subject, line, options);
  }

  /** Try what waits, if anything does. */
  retry(): void {
    const { spool } = this;
    if (this.#sending || this.#closed || spool === undefined || spool.records === 0) return;
    this.#sending = true;
    void this.#send(spool, 'what waited on disk is stored').finally(() => (this.#sending = false));
  }

  /** Nothing more will be acknowledged: what is being stored waits on disk for whoever comes after us. Never throws: a process that stops must come to its end. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#groups.sendAll();
    for (const timer of this.#timers) clearInterval(timer);
    for (const waiting of this.#pending) this.#keep(waiting(), new Error('the service is stopping'));
    this.#pending.clear();
    try {
      this.spool?.close();
    } catch (error) {
      this.#settings.log.error({ err: error }, 'the spool could not be closed');
    }
  }

  #keep(fact: SpooledFact, reason: unknown): StoreOutcome {
    const { log } = this.#settings;
    try {
      if (this.spool === undefined) throw reason;
      // One line an outage, not one a fact.
      if (this.spool.records === 0)
        log.warn({ err: reason, subject: fact.subject }, 'JetStream does not take facts; they wait on disk');
      this.spool.add(fact);
      return 'waiting';
    } catch (error) {
      this.#totals.lost += countFacts(fact.payload);
      log.error({ err: error, subject: fact.subject, message_id: fact.messageId }, 'a fact was not stored');
      return 'lost';
    }
  }

  /** @throws nothing: what cannot be sent waits for the next time */
  async #send(spool: Spool, done: string): Promise<boolean> {
    const { log } = this.#settings;
    let count = 0;
    const listener: SendingListener = {
      stored: (facts) => {
        count += facts;
        this.#totals.late += facts;
      },
      refused: (fact, reason) => this.#refuse(fact, reason),
    };
    try {
      const empty = await sendSpool(this.#nc, spool, listener);
      if (count > 0) log.info({ facts: count, left: spool.records }, done);
      return empty;
    } catch (error) {
      if (!this.#closed) log.error({ err: error }, 'what waits on disk cannot be sent');
      return false;
    }
  }

  /** Its record goes whole into the log, which is the last place that is left for it: it holds numbers and ids only. */
  #refuse({ subject, payload }: SpooledFact, reason: FactRefused): void {
    this.#totals.refused += 1;
    this.#settings.log.error({ err: reason, subject, payload: payload.slice(0, 10_000) }, 'a fact is refused for good');
  }

  async #adopt(folder: StateFolder): Promise<void> {
    if (this.#adopting || this.#closed) return;
    this.#adopting = true;
    try {
      for (const spool of folder.orphans()) {
        const { records } = spool;
        try {
          if (records > 0) await this.#send(spool, 'what a dead replica had left is stored');
        } finally {
          spool.close();
        }
      }
    } catch (error) {
      this.#settings.log.error({ err: error }, 'the state folder cannot be read');
    } finally {
      this.#adopting = false;
    }
  }
}
