// A bucket that changes with every request, followed key by key: for what a snapshot, which is swapped as a whole, would be too dear.
import type { BucketContract } from '@router-mesh/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { readBucket } from './bucket-changes.ts';

/** Told of every key in the order of the bucket's revisions. */
export interface MirrorListener<Value> {
  /** The bucket is read from its beginning: what was told before holds no longer. */
  began(): void;
  put(key: string, value: Value, revision: number): void;
  removed(key: string): void;
}

/** How long to wait before looking again for a bucket that is not there. */
const retryMs = 250;

/** Follows a bucket for as long as its connection lives. What is not of its form is passed over. */
export class Mirror<Value> {
  readonly #nc: NatsConnection;
  readonly #bucket: BucketContract<z.ZodType<Value>>;
  readonly #inboxPrefix: string;
  readonly #listener: MirrorListener<Value>;
  #stopReading: () => void = () => undefined;

  constructor(
    nc: NatsConnection,
    bucket: BucketContract<z.ZodType<Value>>,
    inboxPrefix: string,
    listener: MirrorListener<Value>,
  ) {
    this.#nc = nc;
    this.#bucket = bucket;
    this.#inboxPrefix = inboxPrefix;
    this.#listener = listener;
    void this.#follow();
    void this.#watchConnection();
  }

  /** Read the bucket anew: a watch that the server has lost with its bucket is noticed by itself only after 4 to 6 s. */
  restart(): void {
    this.#stopReading();
  }

  /** After a reconnect the server may have forgotten watch and bucket. */
  async #watchConnection(): Promise<void> {
    for await (const { type } of this.#nc.status()) if (type === 'reconnect') this.restart();
  }

  async #follow(): Promise<void> {
    while (!this.#nc.isClosed()) {
      try {
        await this.#readOnce();
      } catch {
        await sleep(retryMs); // no bucket yet, or no server: both come back by themselves
      }
    }
  }

  async #readOnce(): Promise<void> {
    const { messages, stop } = await readBucket(this.#nc, this.#bucket.name, this.#inboxPrefix);
    this.#stopReading = stop;
    this.#listener.began();
    for await (const message of messages) this.#take(message);
  }

  #take(message: JsMsg): void {
    const key = message.subject.slice(`$KV.${this.#bucket.name}.`.length);
    const value = this.#read(message);
    if (value === undefined) this.#listener.removed(key);
    else this.#listener.put(key, value, message.seq);
  }

  /** Undefined when the key was removed, vanished, or holds what is not of its form. */
  #read(message: JsMsg): Value | undefined {
    try {
      const { headers } = message;
      if (headers?.has('KV-Operation') || headers?.has('Nats-Marker-Reason')) return undefined;
      const parsed = this.#bucket.value.safeParse(message.json());
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  }
}
