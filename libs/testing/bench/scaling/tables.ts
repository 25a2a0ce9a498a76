// What was measured of scaling, as tables of text. Pure.
import { median } from '../statistics.ts';
import { alignTable, formatValue, thousands } from '../table.ts';
import type { OnServers } from './cluster.ts';
import { storedOnThree, type Cost } from './costs.ts';
import type { Answered } from './load.ts';
import type { Replicas } from './replicas.ts';
import { sizeFor } from './sizing.ts';
import type { Tenants } from './tenants.ts';

/** What a run measured; what it left out is empty. */
export interface Scaling {
  readonly costs: readonly Cost[];
  readonly replicas: readonly Replicas[];
  readonly cluster: readonly OnServers[];
  readonly tenants?: Tenants;
}

export function formatScaling({ costs, replicas, cluster, tenants }: Scaling): string {
  return [
    ...(costs.length === 0 ? [] : [formatCosts(costs)]),
    ...(replicas.length === 0 ? [] : [formatReplicas(replicas)]),
    ...(cluster.length === 0 ? [] : [formatCluster(cluster)]),
    ...(tenants === undefined ? [] : [formatTenants(tenants)]),
  ].join('\n\n');
}

export function formatCosts(costs: readonly Cost[]): string {
  const lines = costs.map(({ what, perSecond, serverUs, clientUs }) => [
    what,
    formatValue(perSecond, '/s'),
    formatUs(serverUs),
    formatUs(clientUs),
  ]);
  return alignTable([['part', 'rate', 'nats-server', 'client'], ...lines], [1, 2, 3]);
}

/** Parts of a microsecond count here. */
function formatUs(us: number | undefined): string {
  return us === undefined ? '–' : `${us.toFixed(1)} µs`;
}

export function formatReplicas(replicas: readonly Replicas[]): string {
  const groups = Map.groupBy(replicas, ({ stop, replicas: count }) => `${stop} ${count}`);
  const rateOf = (key: string): number => middle(groups.get(key) ?? [], ({ perSecond }) => perSecond);
  const lines = [...groups].map(([key, [first]]) => [
    first?.stop ?? '',
    String(first?.replicas ?? 0),
    `${first?.share ?? 0} of a core`,
    formatValue(rateOf(key), '/s'),
    (rateOf(key) / rateOf(`${first?.stop} 1`)).toFixed(2),
    formatValue(
      middle(groups.get(key) ?? [], ({ p50Ms }) => p50Ms),
      'ms',
    ),
    formatValue(
      middle(groups.get(key) ?? [], ({ p99Ms }) => p99Ms),
      'ms',
    ),
    String(errorsOf(groups.get(key) ?? [])),
  ]);
  const head = ['stop', 'replicas', 'each has', 'rate', 'against one', 'p50', 'p99', 'errors'];
  return alignTable([head, ...lines], [1, 3, 4, 5, 6, 7]);
}

export function formatCluster(cluster: readonly OnServers[]): string {
  const groups = Map.groupBy(cluster, ({ servers, inFlight }) => `${servers} ${inFlight}`);
  const lines = [...groups.values()].map((group) => [
    group[0]?.servers === 1 ? 'one server' : `a cluster of ${group[0]?.servers}`,
    String(group[0]?.inFlight),
    formatValue(
      middle(group, ({ perSecond }) => perSecond),
      '/s',
    ),
    formatValue(
      middle(group, ({ p50Ms }) => p50Ms),
      'ms',
    ),
    formatValue(
      middle(group, ({ p99Ms }) => p99Ms),
      'ms',
    ),
    formatValue(
      middle(group, ({ cpuUs }) => ofServers(cpuUs)),
      'us',
    ),
    formatValue(
      middle(group, ({ cpuUs }) => total(cpuUs) - ofServers(cpuUs)),
      'us',
    ),
    String(errorsOf(group)),
  ]);
  const head = ['NATS', 'in flight', 'rate', 'p50', 'p99', 'its CPU', 'services’ CPU', 'errors'];
  return alignTable([head, ...lines], [1, 2, 3, 4, 5, 6, 7]);
}

/** CPU time of all nats-servers a request, µs. */
export function ofServers(cpuUs: Answered['cpuUs']): number {
  return total(Object.fromEntries(Object.entries(cpuUs).filter(([name]) => name.startsWith('nats-server'))));
}

function total(cpuUs: Answered['cpuUs']): number {
  return Object.values(cpuUs).reduce((sum, us) => sum + us, 0);
}

export function formatTenants(tenants: Tenants): string {
  const ms = (value: number): string => formatValue(value, 'ms');
  const mb = (value: number | undefined): string => formatValue(value, 'MB');
  return alignTable(
    [
      [`a replica of policy, ${tenants.tenants} tenants with a policy each`, ''],
      ['memory without them', mb(tenants.emptyMb)],
      ['memory, all linked', mb(tenants.linkedMb)],
      ['memory, each asked once', mb(tenants.askedMb)],
      ['start until it serves, without them', ms(tenants.emptyServingMs)],
      ['start until it serves', ms(tenants.servingMs)],
      ['start until all are linked', ms(tenants.linkedMs)],
      ['a new parent: until all are linked anew', ms(tenants.relinkedMs)],
      ['a decision meanwhile: p50', ms(tenants.meanwhileP50Ms)],
      ['a decision meanwhile: p99', ms(tenants.meanwhileP99Ms)],
      ['a decision meanwhile: the longest', ms(tenants.meanwhileLongestMs)],
    ],
    [1],
  );
}

export function middle<Measured extends { readonly answered: Answered }>(
  group: readonly Measured[],
  read: (answered: Answered) => number,
): number {
  return median(group.map(({ answered }) => read(answered)));
}

function errorsOf(group: readonly { readonly answered: Answered }[]): number {
  return group.reduce((sum, { answered }) => sum + answered.errors, 0);
}

/** What a deployment needs at four rates, from what this run measured on a cluster of three. */
export function formatSizings({ costs, cluster }: Pick<Scaling, 'costs' | 'cluster'>): string {
  const clustered = cluster.filter(({ servers, inFlight }) => servers > 1 && inFlight > 1);
  const of = (name: string): number => middle(clustered, ({ cpuUs }) => cpuUs[name] ?? Number.NaN);
  const measured = {
    policyUs: of('policy'),
    providerUs: of('provider'),
    natsUs: middle(clustered, ({ cpuUs }) => ofServers(cpuUs)),
    acksPerSecond: costs.find(({ what }) => what === storedOnThree(1))?.perSecond ?? Number.NaN,
  };
  const lines = [1000, 10_000, 100_000, 1_000_000].map((rate) => {
    const sized = sizeFor(rate, measured);
    const { policies, providers, cores, natsNodes, meterStreams, inFlight, trafficMb, meterGbADay } = sized;
    const rounded = [policies, providers, cores, natsNodes, meterStreams, inFlight].map((value) =>
      thousands(Math.ceil(value)),
    );
    return [
      formatValue(rate, '/s'),
      ...rounded,
      `${thousands(Math.ceil(trafficMb))} MB/s`,
      `${thousands(Math.ceil(meterGbADay))} GB`,
    ];
  });
  const head = [
    'requests',
    'policy',
    'provider',
    'cores in all',
    'nats-servers',
    'METER streams',
    'in flight',
    'traffic',
    'METER a day',
  ];
  return alignTable([head, ...lines], [0, 1, 2, 3, 4, 5, 6, 7, 8]);
}
