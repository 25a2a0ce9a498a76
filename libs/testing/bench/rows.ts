// From samples to what the bench tells: each work beside its yardstick and its target. Pure.
import type { Times } from './load/order.ts';
import { pooled, type Reading } from './readings.ts';
import type { Samples } from './rounds.ts';
import { median } from './statistics.ts';

export type Unit = 'ms' | 'us' | 'ns' | '/s' | 'MB' | 'MB/min' | '';

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
  /** Of a row that tells of times: the longest of all rounds together. */
  readonly tail?: Tail;
}

/** The times that one in a thousand is longer than, ms. */
export interface Tail {
  readonly ours: number;
  readonly yardstick: number;
  /** Of how many times; of the side that has fewer. With less than ten thousand of them a p99.9 hangs on a handful. */
  readonly samples: number;
}

/** How a row comes from the samples of two works. */
export interface Comparison<Name extends string = string> extends Pick<
  Row,
  'work' | 'unit' | 'judged' | 'against' | 'target'
> {
  readonly of: Name;
  readonly to: Name;
  readonly read: Reading<Name>;
  /** Which of the works' times the row tells of. */
  readonly tail?: keyof Times;
}

export const atMost = (value: number): Target => ({ sense: 'at most', value });
export const atLeast = (value: number): Target => ({ sense: 'at least', value });

/** A row for each comparison whose works were measured. */
export function compare<Name extends string>(comparisons: readonly Comparison<Name>[], samples: Samples<Name>): Row[] {
  return comparisons
    .filter(({ of, to }) => samples.has(of) && samples.has(to))
    .map((comparison) => rowOf(comparison, samples));
}

function rowOf<Name extends string>(comparison: Comparison<Name>, samples: Samples<Name>): Row {
  const { work, unit, against, of, to, read, judged, target, tail } = comparison;
  const series = (name: Name): number[] =>
    (samples.get(name) ?? []).map((sample, round) => read(sample, (other) => samples.get(other)?.[round]));
  const ours = series(of);
  const yardstick = series(to);
  const pairs = ours.map((value, round) => [value, yardstick[round] ?? Number.NaN] as const);
  const results = { ratio: pairs.map(([a, b]) => a / b), difference: pairs.map(([a, b]) => a - b), value: ours };
  return judge(
    {
      work,
      unit,
      against,
      judged,
      ...told('ours', median(ours)),
      ...told('yardstick', median(yardstick)),
      ...told('result', median(results[judged])),
      ...(tail !== undefined && tailOf(tail, of, to, samples)),
    },
    target,
    [of, to].some((name) => samples.get(name)?.some(({ errors }) => errors > 0)),
  );
}

function tailOf<Name extends string>(
  times: keyof Times,
  of: Name,
  to: Name,
  samples: Samples<Name>,
): { readonly tail?: Tail } {
  const ours = pooled(samples.get(of) ?? [])?.[times];
  const yardstick = pooled(samples.get(to) ?? [])?.[times];
  if (ours === undefined || yardstick === undefined) return {};
  return {
    tail: { ours: ours.p999, yardstick: yardstick.p999, samples: Math.min(ours.count, yardstick.count) },
  };
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
