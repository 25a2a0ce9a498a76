// The numbers that are read from a sample; NaN where it does not tell them. Pure.
import type { Sample } from './rounds.ts';
import type { WorkName } from './works.ts';

/** Reads a number from a sample; `inRound` gives what else was measured in the same round. */
export type Reading = (sample: Sample, inRound: (work: WorkName) => Sample | undefined) => number;

export const p50 = ({ latencyMs, count }: Sample): number => (count === 0 ? Number.NaN : latencyMs.p50);
export const p99 = ({ latencyMs, count }: Sample): number => (count === 0 ? Number.NaN : latencyMs.p99);

/** What a way takes longer than calling the model directly in the same round, ms. */
export const addedP50: Reading = (sample, inRound) => {
  const direct = inRound('direct 1');
  return direct === undefined ? Number.NaN : p50(sample) - p50(direct);
};

/** Answers a second. */
export const rate = ({ count, seconds }: Sample): number => count / seconds;

/** What both sides use alike, and is nobody's cost. */
export const sharedProcesses = ['demo model', 'load generator'];

/** CPU time of the measured processes a request, µs. */
export function cpuUs({ cpuMs, count }: Sample): number {
  const times = Object.entries(cpuMs).filter(([name]) => !sharedProcesses.includes(name));
  return times.length === 0 || count === 0 ? Number.NaN : (times.reduce((sum, [, ms]) => sum + ms, 0) / count) * 1000;
}

export const firstDeltaMs = ({ stream, count }: Sample): number =>
  count === 0 ? Number.NaN : (stream?.firstMs.p50 ?? Number.NaN);
export const gapsP99Ms = ({ stream, count }: Sample): number =>
  count === 0 ? Number.NaN : (stream?.gapMs.p99 ?? Number.NaN);
export const lostDeltas = ({ stream }: Sample): number => stream?.lost ?? Number.NaN;
