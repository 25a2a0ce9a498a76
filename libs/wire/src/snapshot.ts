// A bucket in memory: loaded before the first answer, swapped as a whole, and never spoilt by a bad document.
import type { BucketContract } from '@router-mesh/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { readBucket } from './bucket-changes.ts';

/** All good documents of a bucket at one revision. Immutable: hold on to it for as long as one decision takes. */
export interface Snapshot<Value> {
  readonly documents: ReadonlyMap<string, Value>;
  /** The revision of each document. */
  readonly revisions: ReadonlyMap<string, number>;
  /** The last revision seen. */
  readonly revision: number;
}

/** A document that is not of its form; the last good one under its key, if any, stays in force. */
export interface BadDocument {
  readonly bucket: string;
  readonly key: string;
  readonly revision: number;
  readonly message: string;
}

/** The documents of a bucket as they were kept elsewhere, each with its revision; their form is checked again. */
export interface SnapshotCopy {
  readonly revision: number;
  readonly documents: readonly (readonly [key: string, revision: number, value: unknown])[];
}

export interface SnapshotSettings {
  readonly inboxPrefix: string;
  refused?(document: BadDocument): void;
}

/** What one reading of a bucket has brought so far. */
interface Reading<Value> {
  readonly documents: Map<string, { readonly value: Value; readonly revision: number }>;
  readonly bad: Map<string, BadDocument>;
  revision: number;
  /** Everything that stood in the bucket has come; what comes now are changes. */
  complete: boolean;
}

/** How long to wait before looking again for a bucket that is not there: only its owner creates it. */
const retryMs = 250;

/** Watches a bucket for as long as its connection lives. */
export class SnapshotWatch<Value> {
  readonly bucket: BucketContract;
  /** Resolves when everything that stood in the bucket is in `current`, or a copy of it. */
  readonly loaded: Promise<void>;
  #markLoaded: () => void = () => undefined;
  #current: Snapshot<Value> = { documents: new Map(), revisions: new Map(), revision: 0 };
  #bad: ReadonlyMap<string, BadDocument> = new Map();
  #isLoaded = false;
  #isCopy = false;
  #stopped = false;
  #stopReading: () => void = () => undefined;
  /** What is to be swapped in at the end of this turn of the event loop. */
  #due: Reading<Value> | undefined;
  readonly #listeners: ((snapshot: Snapshot<Value>) => void)[] = [];
  readonly #settings: SnapshotSettings;

  constructor(nc: NatsConnection, bucket: BucketContract<z.ZodType<Value>>, settings: SnapshotSettings) {
    this.bucket = bucket;
    this.#settings = settings;
    this.loaded = new Promise((resolve) => (this.#markLoaded = resolve));
    void this.#follow(nc);
  }

  get current(): Snapshot<Value> {
    return this.#current;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Whether what is in force is a copy, and the bucket itself has not been read yet. */
  get isCopy(): boolean {
    return this.#isCopy;
  }

  /** The documents that were refused and not yet replaced by good ones. */
  get bad(): readonly BadDocument[] {
    return [...this.#bad.values()];
  }

  /** Call a function after every swap, and at once when loaded already. */
  onSwap(listener: (snapshot: Snapshot<Value>) => void): void {
    this.#listeners.push(listener);
    if (this.#isLoaded) listener(this.#current);
  }

  /** Begin with a copy, unless the bucket has been read already; what is read later replaces it as a whole. */
  startFrom(copy: SnapshotCopy): void {
    if (this.#isLoaded) return;
    const documents = copy.documents.flatMap(([key, revision, value]) => {
      const parsed = this.bucket.value.safeParse(value);
      return parsed.success ? [[key, { value: parsed.data as Value, revision }] as const] : [];
    });
    this.#isCopy = true;
    this.#put({ documents: new Map(documents), bad: new Map(), revision: copy.revision, complete: true });
  }

  /** Read the bucket anew: after a reconnect the server may have forgotten the watch. The old snapshot serves meanwhile. */
  restart(): void {
    this.#stopReading();
  }

  stop(): void {
    this.#stopped = true;
    this.#stopReading();
  }

  async #follow(nc: NatsConnection): Promise<void> {
    while (!this.#stopped && !nc.isClosed()) {
      try {
        await this.#watchOnce(nc);
      } catch {
        await sleep(retryMs); // no bucket yet, or no server: both come back by themselves
      }
    }
  }

  async #watchOnce(nc: NatsConnection): Promise<void> {
    const { standing, messages, stop } = await readBucket(nc, this.bucket.name, this.#settings.inboxPrefix);
    if (this.#stopped) stop();
    this.#stopReading = stop;
    const reading: Reading<Value> = { documents: new Map(), bad: new Map(), revision: 0, complete: standing === 0 };
    if (reading.complete) this.#swapSoon(reading);
    for await (const message of messages) {
      this.#take(message, reading);
      reading.complete ||= message.info.pending === 0;
      if (reading.complete) this.#swapSoon(reading);
    }
  }

  #take(message: JsMsg, reading: Reading<Value>): void {
    const key = message.subject.slice(`$KV.${this.bucket.name}.`.length);
    reading.revision = Math.max(reading.revision, message.seq);
    reading.bad.delete(key);
    const taken = this.#parse(message);
    if (taken.kind === 'good') reading.documents.set(key, { value: taken.value, revision: message.seq });
    else if (taken.kind === 'removed') reading.documents.delete(key);
    else this.#refuse({ bucket: this.bucket.name, key, revision: message.seq, message: taken.message }, reading);
  }

  /** INVARIANT (the last good one stays): a bad document changes nothing under its key, neither while watching nor when read anew. */
  #refuse(bad: BadDocument, reading: Reading<Value>): void {
    const { key, revision } = bad;
    const value = this.#current.documents.get(key);
    if (!reading.complete && !reading.documents.has(key) && value !== undefined) {
      reading.documents.set(key, { value, revision: this.#current.revisions.get(key) ?? 0 });
    }
    reading.bad.set(key, bad);
    if (this.#bad.get(key)?.revision !== revision) this.#settings.refused?.(bad);
  }

  #parse(message: JsMsg): Taken<Value> {
    try {
      const { headers } = message;
      if (headers?.has('KV-Operation') || headers?.has('Nats-Marker-Reason')) return { kind: 'removed' };
      const parsed = this.bucket.value.safeParse(message.json());
      if (parsed.success) return { kind: 'good', value: parsed.data as Value };
      return { kind: 'bad', message: z.prettifyError(parsed.error) };
    } catch {
      return { kind: 'bad', message: 'is not JSON' };
    }
  }

  /** Changes that arrive together are swapped in together. */
  #swapSoon(reading: Reading<Value>): void {
    if (this.#due === undefined) setImmediate(() => this.#swap());
    this.#due = reading;
  }

  #swap(): void {
    const reading = this.#due;
    this.#due = undefined;
    if (reading === undefined) return;
    this.#isCopy = false;
    this.#put(reading);
  }

  #put(reading: Reading<Value>): void {
    const entries = [...reading.documents];
    this.#current = {
      documents: new Map(entries.map(([key, { value }]) => [key, value])),
      revisions: new Map(entries.map(([key, { revision }]) => [key, revision])),
      revision: reading.revision,
    };
    this.#bad = new Map(reading.bad);
    this.#isLoaded = true;
    this.#markLoaded();
    for (const listener of this.#listeners) listener(this.#current);
  }
}

/** What a message of a bucket is. */
type Taken<Value> =
  | { readonly kind: 'good'; readonly value: Value }
  | { readonly kind: 'removed' }
  | { readonly kind: 'bad'; readonly message: string };
