import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Distribution } from './distribution.ts';
import { pool, Recorder } from './recorder.ts';

/** Three digits are kept. */
const near = (value: number) => (other: number) => Math.abs(value - other) <= value * 0.001 + 1e-6;

test('a spread is what was recorded, to three digits, and never out of order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: 0.001, max: 60_000 }), { minLength: 1 }), (times) => {
      const distribution = new Distribution();
      for (const ms of times) distribution.record(ms);
      const { count, p50, p99, p999, max } = distribution.spread;
      expect(count).toBe(times.length);
      expect(times.some(near(p50))).toBe(true);
      expect(near(Math.max(...times))(max)).toBe(true);
      expect(p50 <= p99 && p99 <= p999 && p999 <= max).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('no time at all, and more than is kept, are recorded as the least and the most', () => {
  const distribution = new Distribution();
  expect(distribution.spread).toEqual({ count: 0, p50: 0, p99: 0, p999: 0, max: 0 });
  distribution.record(0);
  distribution.record(Number.POSITIVE_INFINITY);
  expect(distribution.spread.p50).toBeLessThan(0.001);
  expect(distribution.spread.max).toBeCloseTo(600_000, -3);
});

test('the tail of a series is that of all its rounds together, not the middle of their tails', () => {
  const round = (...slow: number[]): Recorder => {
    const recorder = new Recorder();
    for (let n = 0; n < 500 - slow.length; n += 1) recorder.answered(1);
    for (const ms of slow) recorder.answered(ms);
    return recorder;
  };
  pool('a series', round());
  pool('another', round(9));
  const { latency } = pool('a series', round(20, 30));
  expect(latency).toMatchObject({ count: 1000, p50: expect.closeTo(1, 2), p999: expect.closeTo(20, 0) });
});
