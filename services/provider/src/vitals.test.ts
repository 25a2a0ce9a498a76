import { expect, test } from 'vitest';
import { Vitals } from './vitals.ts';

const now = 1_800_000_000_000;

test('calls, errors and times of the last minute are told, and nothing of a model that was not called', () => {
  const vitals = new Vitals();
  expect(vitals.read(now)).toEqual({ calls: 0, errors: 0 });
  for (let ms = 1; ms <= 100; ms += 1) vitals.answered(now, ms, ms % 2 === 0 ? ms / 2 : undefined);
  vitals.failed(now, true);
  vitals.failed(now, false);
  expect(vitals.read(now)).toEqual({ calls: 102, errors: 1, p50_ms: 50, p95_ms: 95, first_p95_ms: 48 });
});

test('what is over a minute ago is forgotten', () => {
  const vitals = new Vitals();
  vitals.answered(now, 1000, 500);
  vitals.failed(now, true);
  vitals.answered(now + 30_000, 10, undefined);
  expect(vitals.read(now + 40_000)).toMatchObject({ calls: 3, errors: 1, p95_ms: 1000 });
  expect(vitals.read(now + 61_000)).toEqual({ calls: 1, errors: 0, p50_ms: 10, p95_ms: 10 });
  expect(vitals.read(now + 200_000)).toEqual({ calls: 0, errors: 0 });
  vitals.answered(now + 200_000, 20, undefined);
  expect(vitals.read(now + 200_000)).toEqual({ calls: 1, errors: 0, p50_ms: 20, p95_ms: 20 });
});

test('of very many calls all are counted, and the times of the last ones told', () => {
  const vitals = new Vitals();
  for (let call = 0; call < 10_000; call += 1) vitals.answered(now, call < 9000 ? 1 : 2, undefined);
  expect(vitals.read(now)).toEqual({ calls: 10_000, errors: 0, p50_ms: 2, p95_ms: 2 });
});
