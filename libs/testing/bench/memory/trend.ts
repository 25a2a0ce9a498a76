// Whether the memory of a process stays where it is. Pure.

/** MB, and MB a minute. */
export interface Trend {
  readonly startMb: number;
  readonly endMb: number;
  readonly maxMb: number;
  /** Of a straight line through the second half, by least squares: the first half holds the warm-up. */
  readonly slopeMbAMinute: number;
}

/** @param mb samples, so far apart */
export function trendOf(mb: readonly number[], everyMs: number): Trend {
  const second = mb.slice(Math.floor(mb.length / 2));
  return {
    startMb: mb[0] ?? Number.NaN,
    endMb: mb.at(-1) ?? Number.NaN,
    maxMb: Math.max(...mb),
    slopeMbAMinute: slope(second) * (60_000 / everyMs),
  };
}

/** By how much the line rises from one value to the next; NaN of less than two. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const shared = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const spread = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return shared / spread;
}
