// From samples to what the bench tells: each work beside its yardstick and its target. Pure.
import { addedP50, cpuUs, firstDeltaMs, gapsP99Ms, lostDeltas, p50, p99, rate, type Reading } from './readings.ts';
import type { Samples } from './rounds.ts';
import { median } from './statistics.ts';
import type { WorkName } from './works.ts';

export type Unit = 'ms' | 'us' | 'ns' | '/s' | 'MB' | '';

/** How a number of ours is judged: as a share of the yardstick's, by what it has more, or by itself. */
export type Judged = 'ratio' | 'difference' | 'value';

export interface Target {
  readonly sense: 'at most' | 'at least';
  readonly value: number;
}

/** One line of the table; what this system does not tell is absent. */
export interface Row {
  readonly work: string;
  readonly unit: Unit;
  readonly ours?: number;
  readonly yardstick?: number;
  /** What the yardstick is. */
  readonly against: string;
  readonly judged: Judged;
  /** The median over the rounds of what is judged: not the quotient of the two medians beside it. */
  readonly result?: number;
  readonly target?: Target;
  /** Never with errors. */
  readonly met?: boolean;
}

interface Comparison extends Pick<Row, 'work' | 'unit' | 'judged' | 'target'> {
  readonly of: WorkName;
  readonly to: WorkName;
  readonly read: Reading;
}

export const atMost = (value: number): Target => ({ sense: 'at most', value });
const atLeast = (value: number): Target => ({ sense: 'at least', value });

const oneInFlight = { of: 'ours 1', to: 'bare 1', unit: 'ms', judged: 'ratio' } as const;
const manyInFlight = { of: 'ours 32', to: 'bare 32', judged: 'ratio' } as const;
const streams = { of: 'ours streams 16', to: 'bare streams 16', judged: 'difference', unit: 'ms' } as const;
const paced = { ...streams, of: 'ours paced streams 16', to: 'bare paced streams 16' } as const;
const ofStreams = 'streams of 100, 16 in flight';
const ofPaced = 'streams of 100, 5 ms apart';

/** The works and targets of docs/performance.md. */
const comparisons: readonly Comparison[] = [
  { ...oneInFlight, work: 'unary, 1 in flight: added p50', read: addedP50, target: atMost(1.3) },
  { ...oneInFlight, work: 'unary, 1 in flight: p50', read: p50 },
  { ...oneInFlight, work: 'unary, 1 in flight: p99', read: p99 },
  { ...manyInFlight, work: 'unary, 32 in flight', unit: '/s', read: rate, target: atLeast(0.7) },
  { ...manyInFlight, work: 'unary, 32 in flight: CPU a request', unit: 'us', read: cpuUs, target: atMost(1.2) },
  {
    of: 'decide 32',
    to: 'responder 32',
    judged: 'ratio',
    work: 'decide, 32 in flight',
    unit: '/s',
    read: rate,
    target: atLeast(0.7),
  },
  { ...streams, judged: 'ratio', work: ofStreams, unit: '/s', read: rate, target: atLeast(0.8) },
  { ...streams, work: `${ofStreams}: first delta p50`, read: firstDeltaMs, target: atMost(1) },
  { ...streams, work: `${ofStreams}: gaps p99`, read: gapsP99Ms, target: atMost(2) },
  { ...streams, judged: 'value', work: `${ofStreams}: lost deltas`, unit: '', read: lostDeltas, target: atMost(0) },
  { ...paced, work: `${ofPaced}: first delta p50`, read: firstDeltaMs, target: atMost(1) },
  { ...paced, work: `${ofPaced}: gaps p99`, read: gapsP99Ms, target: atMost(2) },
  { ...paced, judged: 'value', work: `${ofPaced}: lost deltas`, unit: '', read: lostDeltas, target: atMost(0) },
];

/** A row for each comparison whose works were measured. */
export function rowsOf(samples: Samples): Row[] {
  return comparisons
    .filter(({ of, to }) => samples.has(of) && samples.has(to))
    .map((comparison) => rowOf(comparison, samples));
}

function rowOf({ work, unit, of, to, read, judged, target }: Comparison, samples: Samples): Row {
  const series = (name: WorkName): number[] =>
    (samples.get(name) ?? []).map((sample, round) => read(sample, (other) => samples.get(other)?.[round]));
  const ours = series(of);
  const yardstick = series(to);
  const pairs = ours.map((value, round) => [value, yardstick[round] ?? Number.NaN] as const);
  const results = { ratio: pairs.map(([a, b]) => a / b), difference: pairs.map(([a, b]) => a - b), value: ours };
  const against = to.startsWith('responder') ? 'bare responder' : 'bare mesh';
  return judge(
    {
      work,
      unit,
      against,
      judged,
      ...told('ours', median(ours)),
      ...told('yardstick', median(yardstick)),
      ...told('result', median(results[judged])),
    },
    target,
    [of, to].some((name) => samples.get(name)?.some(({ errors }) => errors > 0)),
  );
}

/** Resident memory by process, MB. */
export type Memory = Readonly<Record<string, number | undefined>>;

/** A row for each of our services' memory, beside a bare process that has the client library and nothing else. */
export function memoryRows({ ours, bare }: { readonly ours: Memory; readonly bare: Memory }): Row[] {
  const services = Object.entries(ours).filter(([name]) => name !== 'nats-server');
  return services.map(([name, memory]) =>
    judge(
      {
        work: `idle memory: ${name}`,
        unit: 'MB',
        against: 'bare stop',
        judged: 'value',
        ...told('ours', memory),
        ...told('yardstick', bare['first stop']),
        ...told('result', memory),
      },
      atMost(90),
    ),
  );
}

/** Nothing is met by a work with errors. */
export function judge(row: Row, target: Target | undefined, errors = false): Row {
  if (target === undefined) return row;
  if (errors) return { ...row, target, met: false };
  if (row.result === undefined) return { ...row, target };
  return { ...row, target, met: target.sense === 'at most' ? row.result <= target.value : row.result >= target.value };
}

/** A field, where there is a number for it. */
export function told<Name extends string>(name: Name, value: number | undefined): { readonly [Key in Name]?: number } {
  return (value === undefined || Number.isNaN(value) ? {} : { [name]: value }) as { readonly [Key in Name]?: number };
}
