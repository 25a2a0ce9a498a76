import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTrendRows } from './rows.ts';
import { trendOf } from './trend.ts';

test('a line that rises by 3 MB a minute is told as that, whatever the warm-up was and however it breathes', () => {
  const minute = Array.from({ length: 120 }, (_, second) => 100 + second / 20 + (second % 2));
  const trend = trendOf([...Array.from({ length: 120 }, (_, second) => 50 + second), ...minute], 1000);
  expect(trend.slopeMbAMinute).toBeCloseTo(3, 1);
  expect(trend).toMatchObject({ startMb: 50, maxMb: 169 });
});

test('what stays where it is has no slope', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e4, noNaN: true }), fc.integer({ min: 4, max: 600 }), (mb, count) => {
      expect(
        trendOf(
          Array.from({ length: count }, () => mb),
          1000,
        ).slopeMbAMinute,
      ).toBeCloseTo(0, 6);
    }),
  );
  expect(trendOf([7], 1000).slopeMbAMinute).toBeNaN();
});

test('our services are judged by their slope; what has errors meets nothing; the other processes are only told', () => {
  const flat = Array.from({ length: 20 }, () => 80);
  const growing = Array.from({ length: 20 }, (_, second) => 80 + second); // by 10 MB in the second half
  const series = { everyMs: 1000, mb: { policy: flat, provider: growing, 'nats-server': growing } };
  const met = (errors: number) => memoryTrendRows(series, errors).map(({ work, met }) => [work, met]);
  expect(met(0)).toEqual([
    ['memory under load: policy', true],
    ['memory under load: provider', false],
    ['memory under load: nats-server', undefined],
  ]);
  expect(met(1).filter(([, met]) => met === true)).toEqual([]);
});
