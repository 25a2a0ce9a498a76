// The generated parts of docs/performance.md and docs/scaling.md: each from the results file of one suite. A suite that is new adds its part here. Pure.
import type { FeatureResults } from '../features/main.ts';
import { formatCosts as formatFeatures } from '../features/costs.ts';
import type { MemoryResults } from '../memory/main.ts';
import { formatTrends } from '../memory/rows.ts';
import type { MeshResults } from '../mesh/main.ts';
import { formatCpu, formatLatencies, formatYardsticks } from '../mesh/tables.ts';
import type { Heading } from '../results.ts';
import type { Row } from '../rows.ts';
import { formatHeading } from '../say.ts';
import type { ScalingResults } from '../scaling/main.ts';
import { formatCluster, formatCosts, formatReplicas, formatSizings, formatTenants } from '../scaling/tables.ts';
import type { SuiteName } from '../suites.ts';
import { formatErrors, formatRows, formatValue } from '../table.ts';
import { drawCpu, drawLatencies, drawMemory, drawThroughput } from './charts.ts';
import { block } from './page.ts';

/** A page with generated parts, below docs. */
export type Page = 'performance.md' | 'scaling.md';

export interface Part {
  readonly page: Page;
  /** Of its marker in the page. */
  readonly name: string;
  /** Whose results it tells. */
  readonly suite: SuiteName;
  readonly markdown: (results: object) => string;
  /** Pictures that it shows, by their files in docs/performance. */
  readonly charts?: Readonly<Record<string, (results: object) => string>>;
}

export const parts: readonly Part[] = [
  part<MeshResults>('mesh', 'mesh', (results) =>
    [
      `A run of ${formatHeading(results)}.`,
      block(`${formatRows(results.rows)}\n\n${formatErrors(results.errors)}`),
    ].join('\n\n'),
  ),
  part<MeshResults>(
    'throughput',
    'mesh',
    ({ works }) => [show('throughput', 'Answers a second'), block(formatYardsticks(works))].join('\n\n'),
    { throughput: ({ works }) => drawThroughput(works) },
  ),
  part<MeshResults>(
    'latency',
    'mesh',
    ({ works }) => [show('latency', 'Latencies at an offered rate'), block(formatLatencies(works))].join('\n\n'),
    { latency: ({ works }) => drawLatencies(works) },
  ),
  part<MeshResults>(
    'cpu',
    'mesh',
    ({ works }) => [show('cpu', 'CPU time of a request by process'), block(formatCpu(works))].join('\n\n'),
    { cpu: ({ works }) => drawCpu(works) },
  ),
  part<FeatureResults>('features', 'features', (results) =>
    [
      `A run of ${formatHeading(results)}.`,
      block(`${formatFeatures(results.costs)}\n\n${formatErrors(results.errors)}`),
    ].join('\n\n'),
  ),
  part<MemoryResults>(
    'memory',
    'memory',
    (results) =>
      [
        `${results.minutes} minutes of load, ${offered(results)}. ${formatHeading(results)}.`,
        show('memory', 'Memory over time'),
        block(`${formatTrends(results.series)}\n\n${formatRows(results.rows)}\n\n${formatErrors(results.errors)}`),
      ].join('\n\n'),
    { memory: drawMemory },
  ),
  part<WendResults>('wend', 'wend', (results) => {
    const { rows, rounds, seconds, cores, loadBefore, node, at, errors } = results;
    const failures = errors.thrown + errors.disagreements.length;
    return [
      `A run of ${at.slice(0, 10)}: medians of ${rounds} rounds of ${seconds} s; ${cores} cores, load average before the start ${loadBefore.toFixed(2)}; Node ${node}.`,
      block(`${formatRows(rows)}\n\nerrors: ${failures}`),
    ].join('\n\n');
  }),
  ...scalingParts({
    costs: ({ costs, ...results }) => `A run of ${formatHeading(results)}.\n\n${block(formatCosts(costs))}`,
    replicas: ({ replicas }) => block(formatReplicas(replicas)),
    cluster: ({ cluster }) => block(formatCluster(cluster)),
    tenants: ({ tenants }) => (tenants === undefined ? 'Not measured.' : block(formatTenants(tenants))),
    sizing: (results) => block(formatSizings(results)),
  }),
];

/** What is read of the results of `wend`. */
interface WendResults extends Omit<Heading, 'nats'> {
  readonly rows: readonly Row[];
  readonly errors: { readonly thrown: number; readonly disagreements: readonly string[] };
}

/** Results files are read as what their suite writes. */
function part<Results extends object>(
  name: string,
  suite: SuiteName,
  markdown: (results: Results) => string,
  charts: Readonly<Record<string, (results: Results) => string>> = {},
): Part {
  return {
    page: 'performance.md',
    name,
    suite,
    markdown: (results) => markdown(results as Results),
    charts: Object.fromEntries(
      Object.entries(charts).map(([file, draw]) => [`${file}.svg`, (results: object) => draw(results as Results)]),
    ),
  };
}

function scalingParts(of: Readonly<Record<string, (results: ScalingResults) => string>>): Part[] {
  return Object.entries(of).map(([name, markdown]) => ({
    ...part<ScalingResults>(name, 'scaling', markdown),
    page: 'scaling.md',
  }));
}

function show(file: string, label: string): string {
  return `![${label}](performance/${file}.svg)`;
}

function offered({ offered: rates }: MemoryResults): string {
  return Object.entries(rates)
    .map(([work, rate]) => `${formatValue(rate, '/s')} as in "${work}"`)
    .join(' and ');
}
