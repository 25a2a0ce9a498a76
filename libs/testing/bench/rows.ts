// From samples to what the bench tells: each work beside its yardstick and its target. Pure.
import type { Sample, Samples } from './rounds.ts';
import { median } from './statistics.ts';
import type { WorkName } from './works.ts';

export type Unit = 'ms' | 'us' | '/s' | 'MB' | '';

/** How a number of ours is judged: as a share of the yardstick's, by what it has more, or by itself. */
export type Judged = 'ratio' | 'difference' | 'value';

export interface Target {
  readonly sense: 'at most' | 'at least';
  readonly value: number;
}

/** One line of the table; absent is what this system does not tell. */
export interface Row {
  readonly work: string;
  readonly unit: Unit;
  readonly ours: number | undefined;
  readonly yardstick: number | undefined;
  /** What the yardstick is. */
  readonly against: string;
  readonly judged: Judged;
  /** The median over the rounds of what is judged: not the quotient of the two medians beside it. */
  readonly result: number | undefined;
  readonly target?: Target;
  /** Absent without a target. */
  readonly met?: boolean;
}

/** Resident memory by process, MB. */
export type Memory = Readonly<Record<string, number | undefined>>;

/** The table of docs/performance.md: works, yardsticks, targets. */
export function rowsOf(samples: Samples, idle: { readonly ours: Memory; readonly bare: Memory }): Row[] {
  const compare = comparing(samples);
  const p50 = ({ latencyMs }: Sample): number => latencyMs.p50;
  const p99 = ({ latencyMs }: Sample): number => latencyMs.p99;
  const firstMs = ({ stream }: Sample): number => stream?.firstMs.p50 ?? Number.NaN;
  const gapMs = ({ stream }: Sample): number => stream?.gapMs.p99 ?? Number.NaN;
  const lost = ({ stream }: Sample): number => stream?.lost ?? Number.NaN;
  const streams = 'streams of 100, 16 in flight';
  const paced = 'the same, 5 ms apart';
  return [
    { ...compare('ours 1', 'bare 1', added(samples, p50), 'ratio', atMost(1.3)), work: 'unary, 1 in flight: added p50', unit: 'ms' },
    { ...compare('ours 1', 'bare 1', each(p50), 'ratio'), work: 'unary, 1 in flight: p50', unit: 'ms' },
    { ...compare('ours 1', 'bare 1', each(p99), 'ratio'), work: 'unary, 1 in flight: p99', unit: 'ms' },
    { ...compare('ours 32', 'bare 32', each(rate), 'ratio', atLeast(0.7)), work: 'unary, 32 in flight', unit: '/s' },
    { ...compare('ours 32', 'bare 32', each(cpuUs), 'ratio', atMost(1.2)), work: 'unary, 32 in flight: CPU a request', unit: 'us' },
    { ...compare('decide 32', 'responder 32', each(rate), 'ratio', atLeast(0.7)), work: 'decide, 32 in flight', unit: '/s' },
    { ...compare('ours streams 16', 'bare streams 16', each(rate), 'ratio', atLeast(0.8)), work: streams, unit: '/s' },
    { ...compare('ours streams 16', 'bare streams 16', each(firstMs), 'difference', atMost(1)), work: `${streams}: first delta p50`, unit: 'ms' },
    { ...compare('ours streams 16', 'bare streams 16', each(gapMs), 'difference', atMost(2)), work: `${streams}: gaps p99`, unit: 'ms' },
    { ...compare('ours streams 16', 'bare streams 16', each(lost), 'value', atMost(0)), work: `${streams}: lost deltas`, unit: '' },
    { ...compare('ours paced streams 16', 'bare paced streams 16', each(firstMs), 'difference', atMost(1)), work: `${paced}: first delta p50`, unit: 'ms' },
    { ...compare('ours paced streams 16', 'bare paced streams 16', each(gapMs), 'difference', atMost(2)), work: `${paced}: gaps p99`, unit: 'ms' },
    { ...compare('ours paced streams 16', 'bare paced streams 16', each(lost), 'value', atMost(0)), work: `${paced}: lost deltas`, unit: '' },
    ...Object.entries(idle.ours).filter(([name]) => name !== 'nats-server').map(([name, ours]) => ({
      ...judge('value', ours, atMost(90)),
      work: `idle memory: ${name}`,
      unit: 'MB' as const,
      ours,
      yardstick: idle.bare['first stop'],
      against: 'bare stop',
    })),
  ];
}

/** Answers a second. */
export function rate({ count, seconds }: Sample): number {
  return count / seconds;
}

const shared = ['demo model', 'load generator'];

/** CPU time of the measured processes a request, µs; the demo model and the load generator aside. NaN where the system does not tell. */
export function cpuUs({ cpuMs, count }: Sample): number {
  const times = Object.entries(cpuMs).filter(([name]) => !shared.includes(name));
  return times.length === 0 ? Number.NaN : (times.reduce((sum, [, ms]) => sum + ms, 0) / count) * 1000;
}

/** A number a round. */
type Series = (samples: readonly Sample[]) => number[];

const each =
  (read: (sample: Sample) => number): Series =>
  (samples) =>
    samples.map(read);

/** What a mesh adds to the model called directly in the same round. */
function added(samples: Samples, read: (sample: Sample) => number): Series {
  const direct = samples.get('direct 1') ?? [];
  return (measured) => measured.map((sample, round) => read(sample) - (direct[round] === undefined ? Number.NaN : read(direct[round])));
}

function comparing(samples: Samples) {
  return (our: WorkName, bare: WorkName, series: Series, judged: Judged, target?: Target): Omit<Row, 'work' | 'unit'> => {
    const ours = series(samples.get(our) ?? []);
    const yardstick = series(samples.get(bare) ?? []);
    const pairs = ours.map((value, round) => [value, yardstick[round] ?? Number.NaN] as const);
    const results = { ratio: pairs.map(([a, b]) => a / b), difference: pairs.map(([a, b]) => a - b), value: ours };
    const against = bare.startsWith('responder') ? 'bare responder' : 'bare mesh';
    return { ours: known(median(ours)), yardstick: known(median(yardstick)), against, ...judge(judged, known(median(results[judged])), target) };
  };
}

function judge(judged: Judged, result: number | undefined, target: Target | undefined): Pick<Row, 'judged' | 'result' | 'target' | 'met'> {
  if (target === undefined) return { judged, result };
  if (result === undefined) return { judged, result, target };
  return { judged, result, target, met: target.sense === 'at most' ? result <= target.value : result >= target.value };
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

function atMost(value: number): Target {
  return { sense: 'at most', value };
}

function atLeast(value: number): Target {
  return { sense: 'at least', value };
}
