import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recentTime, retryAfterMs, retryLaterMs } from './retry-after.ts';

test.each([
  ['handlers of a second and twice the cap', 1000, 2, 750],
  ['handlers of a second and the cap', 1000, 1, 500],
  ['handlers of a second and half the cap: the bound and no less', 1000, 0.5, 200],
  ['handlers of 1 ms', 1, 2, 200],
  ['handlers of a minute', 60_000, 2, 5000],
  ['handlers of which none has ended', undefined, 2, 750],
])('%s: %s ms at %s × → %i ms', (_, recentMs, load, expected) => {
  expect(retryAfterMs(recentMs, load, 0.5)).toBe(expected);
});

test('it is spread by a half to both sides, and later is later', () => {
  expect([0, 0.5, 0.999].map((random) => retryAfterMs(1000, 2, random))).toEqual([375, 750, 1124]);
  expect([0, 0.5, 0.999].map((random) => retryLaterMs(random))).toEqual([500, 1000, 1499]);
});

test('it is always a whole number from 100 to 5 000', () => {
  const time = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined });
  const load = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(time, load, fc.double({ min: 0, max: 1, noNaN: true }), (recentMs, times, random) => {
      for (const ms of [retryAfterMs(recentMs, times, random), retryLaterMs(random)]) {
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(100);
        expect(ms).toBeLessThanOrEqual(5000);
      }
    }),
  );
});

test('the recent time follows what is measured and forgets what was', () => {
  expect(recentTime(undefined, 50)).toBe(50);
  expect(recentTime(100, 200)).toBe(110);
  let recent = 10_000;
  for (let n = 0; n < 100; n += 1) recent = recentTime(recent, 10);
  expect(recent).toBeLessThan(11);
});
