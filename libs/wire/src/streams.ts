// Streams and buckets as their owner ensures them: at start, after every reconnect, and when one is found to be gone.
import type { BucketContract, StreamContract } from '@router-mesh/contracts';
import { nanos, type NatsConnection } from '@nats-io/nats-core';
import {
  DiscardPolicy,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { whileConnected } from './connection-state.ts';
import { isMissing } from './stream-state.ts';

const configKey = 'router-config';

/**
 * Create what is not there and update what an older version made.
 *
 * Two versions of a service run during a rollout: each stream carries the number of its configuration in its metadata, which is raised and never lowered.
 * @throws Error whatever JetStream says against it; asking again does no harm
 */
export async function ensureStores(
  nc: NatsConnection,
  stores: readonly (BucketContract | StreamContract)[],
  { replicas }: { readonly replicas: number },
): Promise<void> {
  if (stores.length === 0) return;
  // The API level stands in the server's INFO; asking for it would take one more right.
  const manager = await jetstreamManager(nc, { checkAPI: false });
  for (const store of stores)
    await whileConnected(nc, () => ensure(manager, streamConfig(store, replicas), store.config));
}

async function ensure(
  manager: JetStreamManager,
  config: Partial<StreamConfig> & { readonly name: string },
  version: number,
): Promise<void> {
  const found = await existing(manager, config.name);
  if (found === undefined) {
    await manager.streams.add(config);
    return;
  }
  const running = Number(found.metadata?.[configKey] ?? 0);
  const grown = running === version && found.num_replicas !== config.num_replicas;
  if (running < version || grown)
    await manager.streams.update(config.name, { ...config, metadata: { ...found.metadata, ...config.metadata } });
}

async function existing(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function streamConfig(
  store: BucketContract | StreamContract,
  replicas: number,
): Partial<StreamConfig> & { readonly name: string } {
  const common = {
    num_replicas: replicas,
    storage: store.memory ? StorageType.Memory : StorageType.File,
    max_bytes: store.maxBytes,
    metadata: { [configKey]: String(store.config) },
    description: store.summary,
  };
  return store.kind === 'bucket' ? { ...common, ...bucketConfig(store) } : { ...common, ...factsConfig(store) };
}

/** A bucket is a stream with these settings (ADR-8). */
function bucketConfig(bucket: BucketContract): Partial<StreamConfig> & { readonly name: string } {
  return {
    name: `KV_${bucket.name}`,
    subjects: [`$KV.${bucket.name}.>`],
    max_msgs_per_subject: bucket.history,
    discard: bucket.discard === 'new' ? DiscardPolicy.New : DiscardPolicy.Old,
    duplicate_window: nanos(120_000),
    allow_rollup_hdrs: true,
    allow_direct: true,
    deny_delete: true,
    allow_msg_ttl: true,
    subject_delete_marker_ttl: nanos(60_000),
  };
}

function factsConfig(stream: StreamContract): Partial<StreamConfig> & { readonly name: string } {
  return {
    name: stream.name,
    subjects: [...stream.subjects],
    retention: RetentionPolicy.Limits,
    discard: stream.discard === 'new' ? DiscardPolicy.New : DiscardPolicy.Old,
    max_age: nanos(stream.maxAgeSeconds * 1000),
    duplicate_window: nanos(Math.min(stream.duplicateWindowSeconds, stream.maxAgeSeconds) * 1000),
    compression: stream.compression ? StoreCompression.S2 : StoreCompression.None,
    allow_direct: stream.counter || stream.batchReaders.length > 0,
    ...(stream.counter ? { allow_msg_counter: true } : {}),
  };
}
