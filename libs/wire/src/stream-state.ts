// How full a stream or bucket is, and how far it has come.
import type { BucketContract, StoreFill, StreamContract } from '@router-mesh/contracts';
import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { whileConnected } from './connection-state.ts';

export interface StreamState extends StoreFill {
  /** The sequence of its last message, 0 when there never was one. */
  readonly last: number;
}

/** Ask a store's leader; for its owner, who has the right. @throws Error when there is no such store (see `isMissing`), or JetStream does not answer */
export async function streamState(nc: NatsConnection, store: BucketContract | StreamContract): Promise<StreamState> {
  const manager = await jetstreamManager(nc, { checkAPI: false });
  const name = store.kind === 'bucket' ? `KV_${store.name}` : store.name;
  const { state, config } = await whileConnected(nc, () => manager.streams.info(name));
  return { bytes: state.bytes, max_bytes: config.max_bytes, messages: state.messages, last: state.last_seq };
}

/** Whether an error is JetStream's word that there is no such stream or bucket. */
export function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === 10_059;
}
