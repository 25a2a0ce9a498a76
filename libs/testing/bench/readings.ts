// The numbers that are read from a sample; NaN where it does not tell them. Pure.
import type { Times } from './load/order.ts';
import type { Sample } from './rounds.ts';

/** Reads a number from a sample; `inRound` gives what else was measured in the same round. */
export type Reading<Name extends string = string> = (
  sample: Sample,
  inRound: (work: Name) => Sample | undefined,
) => number;

export const p50 = ({ times, count }: Sample): number => (count === 0 ? Number.NaN : times.latency.p50);
export const p99 = ({ times, count }: Sample): number => (count === 0 ? Number.NaN : times.latency.p99);

/** What a way takes longer than calling the model directly in the same round, ms. */
export const addedP50: Reading<'direct 1'> = (sample, inRound) => {
  const direct = inRound('direct 1');
  return direct === undefined ? Number.NaN : p50(sample) - p50(direct);
};

/** Answers a second. */
export const rate = ({ count, seconds }: Sample): number => count / seconds;

/** What all sides use alike, and is nobody's cost. */
export const sharedProcesses = ['demo model', 'load generator'];

/** CPU time of the measured processes a request, µs. */
export function cpuUs({ cpuMs, count }: Sample): number {
  const times = Object.entries(cpuMs).filter(([name]) => !sharedProcesses.includes(name));
  return times.length === 0 || count === 0 ? Number.NaN : (times.reduce((sum, [, ms]) => sum + ms, 0) / count) * 1000;
}

export const firstDeltaMs = ({ times, count }: Sample): number =>
  count === 0 ? Number.NaN : (times.first?.p50 ?? Number.NaN);
export const gapsP99Ms = ({ times, count }: Sample): number =>
  count === 0 ? Number.NaN : (times.gap?.p99 ?? Number.NaN);
export const lostDeltas = ({ stream }: Sample): number => stream?.lost ?? Number.NaN;

/** The times of a work in all its rounds together. */
export function pooled(samples: readonly Sample[]): Times | undefined {
  return samples.at(-1)?.pooled;
}
