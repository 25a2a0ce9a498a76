// The buckets that a service watches, with what the world is told of them.
import { platformTenant, serviceInbox } from '@router-mesh/contracts';
import { publishEvent, SnapshotWatch } from '@router-mesh/wire';
import type { ServiceDefinition, WatchedGroup, Watches } from './define.ts';
import type { Link } from './link.ts';

type Watching<Group extends WatchedGroup> = Pick<
  ServiceDefinition<never, Group>,
  'name' | 'documentRefused' | 'watches'
>;

/** Watch them from now on; their revisions and bad documents stand in the metrics. */
export function watchBuckets<Group extends WatchedGroup>(
  { nc, log, instance, counts }: Link,
  { name, documentRefused, watches }: Watching<Group>,
): Watches<Group> {
  const snapshots = Object.fromEntries(
    Object.entries(watches).map(([key, bucket]) => [
      key,
      new SnapshotWatch(nc, bucket, {
        inboxPrefix: serviceInbox(name),
        refused: (document) => {
          log.error(document, 'a document is not of its form; the last good one stays in force');
          publishEvent(nc, documentRefused, platformTenant, { ...document, instance });
        },
      }),
    ]),
  );
  const perBucket = (read: (watch: SnapshotWatch<unknown>) => number) => () =>
    Object.values(snapshots).map((watch) => [{ bucket: watch.bucket.name }, read(watch)] as const);
  counts.gauge(
    'router_snapshot_revision',
    'Revision of a bucket that is in force',
    perBucket((watch) => watch.current.revision),
    ['bucket'],
  );
  counts.gauge(
    'router_bad_documents',
    'Documents that are not of their form',
    perBucket((watch) => watch.bad.length),
    ['bucket'],
  );
  return snapshots as Watches<Group>;
}
