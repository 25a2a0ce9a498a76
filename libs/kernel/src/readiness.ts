// Whether a service is ready, what it waits for, and what is wrong and goes on. Pure.
import type { SnapshotWatch } from '@router-mesh/wire';
import type { Readiness } from './health.ts';

/** What a service is waiting for in its life, in this order. */
export type Phase = 'nats' | 'stores' | 'buckets' | 'stops' | 'serving' | 'stopping';

/** How a service stands. */
export interface Standing {
  readonly phase: Phase;
  readonly connected: boolean;
  /** Whether its own streams and buckets are being ensured now. */
  readonly ensuring: boolean;
  /** Whether it has a folder for what is to outlive it. */
  readonly remembers: boolean;
  readonly watches: readonly SnapshotWatch<unknown>[];
  /** What its stores have to say. */
  readonly notes: readonly string[];
}

/** Who serves from copies on disk is ready without the stores. */
export function readinessOf({ phase, connected, ensuring, remembers, watches, notes }: Standing): Readiness {
  const copied = watches.filter((watch) => watch.isCopy);
  return {
    missing: [
      ...(connected ? [] : ['nats']),
      ...(phase === 'stores' || (ensuring && copied.length === 0) ? ['stores'] : []),
      ...watches.filter((watch) => !watch.isLoaded).map((watch) => `bucket ${watch.bucket.name}`),
      ...(phase === 'stops' || phase === 'stopping' ? [phase] : []),
    ],
    snapshots: Object.fromEntries(watches.map((watch) => [watch.bucket.name, watch.current.revision])),
    notes: [
      ...(remembers ? [] : ['ROUTER_STATE is not set: nothing outlives this process']),
      ...copied.map(({ bucket, current }) => `bucket ${bucket.name}: from disk, revision ${current.revision}`),
      ...(ensuring && copied.length > 0 ? ['stores: JetStream is away'] : []),
      ...notes,
      ...watches.flatMap((watch) =>
        watch.bad.map(
          (bad) => `bucket ${bad.bucket}: document "${bad.key}" (revision ${bad.revision}) is not of its form`,
        ),
      ),
    ],
  };
}
