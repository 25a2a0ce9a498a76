// The status of the mesh as text. Pure.
import { showAge } from './ages.ts';
import { dim, list, table, warning } from './output.ts';
import { contracts, type Totals } from '@router-mesh/contracts';
import type { Instance } from './instances.ts';

const columns = [
  { title: 'SERVICE' },
  { title: 'INSTANCE' },
  { title: 'VERSION' },
  { title: 'UP', right: true },
  { title: 'STOP' },
  { title: 'REQ/S', right: true },
  { title: 'REQUESTS', right: true },
  { title: 'ERRORS', right: true },
  { title: 'IN FLIGHT', right: true },
  { title: 'P50 MS', right: true },
  { title: 'P99 MS', right: true },
];

export function showStatus(
  server: { readonly url: string; readonly version: string },
  instances: readonly Instance[],
  now: number,
): string {
  const parts = [
    `nats-server ${server.version} at ${server.url}`,
    table(
      columns,
      instances.flatMap((instance) => rowsOf(instance, now)),
    ),
    list([
      ['documents', showRevisions(instances)],
      ['stores', showStores(instances)],
      ['spool', showSpool(instances)],
      ['troubles', showTotals(instances)],
    ]),
    ...instances.flatMap(troubles),
  ];
  return parts.join('\n\n');
}

/** A row a stop; who it is stands in the first one. */
function rowsOf({ service, instance, version, started, stops }: Instance, now: number): string[][] {
  const who = [service, instance, version, showAge(now - started)];
  const rows = Object.entries(stops).map(
    ([stop, { rate, requests, errors, in_flight: inFlight, p50_ms: p50, p99_ms: p99 }]) => [
      stop,
      rate.toFixed(1),
      String(requests),
      String(errors),
      String(inFlight),
      ...(requests === 0 ? ['-', '-'] : [p50.toFixed(1), p99.toFixed(1)]),
    ],
  );
  const [first = ['none'], ...more] = rows;
  return [[...who, ...first], ...more.map((row) => ['', '', '', '', ...row])];
}

/** `router_v2_providers 3`; where instances differ, each with its own. */
function showRevisions(instances: readonly Instance[]): string {
  const buckets = [...new Set(instances.flatMap(({ snapshots }) => Object.keys(snapshots)))].sort();
  const shown = buckets.map((bucket) => {
    const having = instances.filter(({ snapshots }) => snapshots[bucket] !== undefined);
    const revisions = new Set(having.map(({ snapshots }) => snapshots[bucket]));
    if (revisions.size === 1) return `${bucket} at revision ${[...revisions].join('')}`;
    const each = having.map(({ service, instance, snapshots }) => `${snapshots[bucket]} in ${service} ${instance}`);
    return warning(`${bucket} at revisions ${each.join(', ')}`);
  });
  return shown.join(dim(', ')) || 'none';
}

/** Buckets that are meant to be full. */
const makeRoom = new Set(
  contracts.flatMap((contract) => (contract.kind === 'bucket' && contract.discard === 'old' ? [contract.name] : [])),
);

/** `ROUTER_V2_METER 12 %`, those that hold anything, fullest first; as whichever instance saw it last. */
function showStores(instances: readonly Instance[]): string {
  const fills = new Map(instances.flatMap(({ stores }) => Object.entries(stores)));
  const shares = [...fills]
    .filter(([, { messages, max_bytes: most }]) => messages > 0 && most > 0)
    .map(([name, { bytes, max_bytes: most }]) => ({ name, percent: (100 * bytes) / most }))
    .sort((a, b) => b.percent - a.percent);
  const shown = shares.map(({ name, percent }) => {
    const text = `${name} ${percent < 1 ? '<1' : Math.round(percent)} % full`;
    return percent > 80 && !makeRoom.has(name) ? warning(text) : text;
  });
  return shown.join(dim(', ')) || 'empty';
}

function showSpool(instances: readonly Instance[]): string {
  const waiting = instances.filter(({ spool }) => spool !== undefined && spool.records > 0);
  const each = waiting.map(
    ({ service, instance, spool }) =>
      `${spool?.records} records (${spool?.bytes} bytes) wait in ${service} ${instance}`,
  );
  return each.length === 0 ? 'empty' : warning(each.join(', '));
}

const totalNames: readonly (readonly [keyof Totals, string])[] = [
  ['missing', 'forwards that found nobody (503)'],
  ['refused_addresses', 'requests with a return address that may not be answered'],
  ['refused_publishes', 'answers that NATS refused'],
  ['unsent', 'messages lost while NATS was away'],
  ['handed_back', 'requests handed back by a stop over its cap'],
  ['refused', 'requests refused over the cap'],
];

function showTotals(instances: readonly Instance[]): string {
  const shown = totalNames.flatMap(([name, what]) => {
    const total = instances.reduce((sum, { totals }) => sum + (totals[name] ?? 0), 0);
    return total === 0 ? [] : [warning(`${what}: ${total}`)];
  });
  return shown.join(', ') || 'none';
}

function troubles({ service, instance, missing, notes }: Instance): string[] {
  const waiting = missing.length === 0 ? [] : [`is not ready, it waits for ${missing.join(', ')}`];
  return [...waiting, ...notes].map((trouble) => warning(`${service} ${instance}: ${trouble}`));
}
