// A bucket in memory: loaded before the first answer, swapped as a whole, and never spoilt by a bad document.
import type { BucketContract } from '@router-mesh/contracts';
import { DeliverPolicy, jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { createInbox, type NatsConnection } from '@nats-io/nats-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

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

export interface SnapshotSettings {
  readonly inboxPrefix: string;
  refused?(document: BadDocument): void;
}

/** How long to wait before looking again for a bucket that is not there: only its owner creates it. */
const retryMs = 250;

/** Watches a bucket for as long as its connection lives. */
export class SnapshotWatch<Value> {
  readonly bucket: BucketContract;
  /** Resolves when everything that stood in the bucket is in `current`. */
  readonly loaded: Promise<void>;
  #markLoaded: () => void = () => undefined;
  #current: Snapshot<Value> = { documents: new Map(), revisions: new Map(), revision: 0 };
  #working = new Map<string, { readonly value: Value; readonly revision: number }>();
  #revision = 0;
  #swapDue = false;
  #isLoaded = false;
  #stopped = false;
  #messages: ConsumerMessages | undefined;
  readonly #bad = new Map<string, BadDocument>();
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

  /** The documents that were refused and not yet replaced by good ones. */
  get bad(): readonly BadDocument[] {
    return [...this.#bad.values()];
  }

  /** Call a function after every swap, and at once when loaded already. */
  onSwap(listener: (snapshot: Snapshot<Value>) => void): void {
    this.#listeners.push(listener);
    if (this.#isLoaded) listener(this.#current);
  }

  /** Read the bucket anew: after a reconnect the server may have forgotten the watch. The old snapshot serves meanwhile. */
  restart(): void {
    this.#messages?.stop();
  }

  stop(): void {
    this.#stopped = true;
    this.#messages?.stop();
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
    const { name } = this.bucket;
    const consumer = await jetstream(nc, { checkAPI: false }).consumers.getPushConsumer(`KV_${name}`, {
      filter_subjects: `$KV.${name}.>`,
      deliver_policy: DeliverPolicy.LastPerSubject,
      deliver_prefix: createInbox(this.#settings.inboxPrefix),
    });
    let standing = (await consumer.info(true)).num_pending;
    this.#working = new Map();
    if (standing === 0) this.#swapSoon();
    this.#messages = await consumer.consume();
    for await (const message of this.#messages) {
      this.#take(message);
      standing -= 1;
      if (standing <= 0) this.#swapSoon();
    }
  }

  #take(message: JsMsg): void {
    const key = message.subject.slice(`$KV.${this.bucket.name}.`.length);
    this.#revision = Math.max(this.#revision, message.seq);
    const removed = message.headers?.has('KV-Operation') || message.headers?.has('Nats-Marker-Reason');
    if (removed) {
      this.#working.delete(key);
      this.#bad.delete(key);
      return;
    }
    const parsed = this.#parse(message);
    if ('value' in parsed) {
      this.#working.set(key, { value: parsed.value, revision: message.seq });
      this.#bad.delete(key);
      return;
    }
    const lastGood = this.#current.documents.get(key);
    if (lastGood !== undefined) this.#working.set(key, { value: lastGood, revision: this.#current.revisions.get(key) ?? 0 });
    const bad = { bucket: this.bucket.name, key, revision: message.seq, message: parsed.message };
    this.#bad.set(key, bad);
    this.#settings.refused?.(bad);
  }

  #parse(message: JsMsg): { readonly value: Value } | { readonly message: string } {
    try {
      const parsed = this.bucket.value.safeParse(message.json());
      if (parsed.success) return { value: parsed.data as Value };
      return { message: z.prettifyError(parsed.error) };
    } catch (error) {
      return { message: error instanceof Error ? error.message : 'not JSON' };
    }
  }

  /** Changes that arrive together are swapped in together. */
  #swapSoon(): void {
    if (this.#swapDue) return;
    this.#swapDue = true;
    setImmediate(() => {
      this.#swapDue = false;
      const entries = [...this.#working];
      this.#current = {
        documents: new Map(entries.map(([key, { value }]) => [key, value])),
        revisions: new Map(entries.map(([key, { revision }]) => [key, revision])),
        revision: this.#revision,
      };
      this.#isLoaded = true;
      this.#markLoaded();
      for (const listener of this.#listeners) listener(this.#current);
    });
  }
}
