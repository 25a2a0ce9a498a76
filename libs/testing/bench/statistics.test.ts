import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, percentiles } from './statistics.ts';

test('percentiles are values that were measured, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentiles(hundred)).toEqual({ p50: 50, p99: 99, p999: 100 });
  expect(percentiles([7])).toEqual({ p50: 7, p99: 7, p999: 7 });
  expect(percentiles([])).toEqual({ p50: 0, p99: 0, p999: 0 });
});

test('a percentile is never below a lower one, and always one of the values', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 }), (values) => {
      const { p50, p99, p999 } = percentiles(values);
      expect(p50 <= p99 && p99 <= p999).toBe(true);
      expect([p50, p99, p999].every((value) => values.includes(value))).toBe(true);
    }),
  );
});

test('the median is the middle value, or between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
  expect(median([1, Number.NaN, 3])).toBeNaN();
});
