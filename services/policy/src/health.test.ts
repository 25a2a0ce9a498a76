import type { ModelVitals } from '@router-mesh/contracts';
import { describe, expect, test } from 'vitest';
import { HealthBoard } from './health.ts';

const now = 1_800_000_000_000;
const candidate = { vendor: 'v', model: 'm' };

function vitals(changes: Partial<ModelVitals> = {}): ModelVitals {
  return { calls: 10, errors: 0, p50_ms: 10, p95_ms: 20, in_flight: 0, breaker: 'closed', ...changes };
}

/** A board that heard one report of each, from as many instances. */
function heard(...said: readonly ModelVitals[]): HealthBoard {
  const board = new HealthBoard();
  for (const [index, one] of said.entries())
    board.hear({ vendor: 'v', instance: `i${index}`, at: now, models: { m: one } }, now);
  return board;
}

describe('the health of a model', () => {
  test('is the median of what the instances say', () => {
    const board = heard(
      vitals({ p95_ms: 10, errors: 1 }),
      vitals({ p95_ms: 900, errors: 9 }),
      vitals({ p95_ms: 30, errors: 2 }),
    );
    expect(board.of(candidate, now)).toEqual({ ok: true, p95: 30, errors: 0.2, open: false });
  });

  test.each<[ModelVitals['breaker'][], boolean]>([
    [['open'], true],
    [['open', 'closed'], false],
    [['open', 'half_open'], false],
    [['open', 'open', 'closed'], true],
    [['open', 'closed', 'closed'], false],
    [['something new'], false],
  ])('with breakers %j is open: %s', (breakers, open) => {
    expect(heard(...breakers.map((breaker) => vitals({ breaker }))).of(candidate, now)).toMatchObject({
      open,
      ok: !open,
    });
  });

  test('is not known where nobody has called it', () => {
    const board = heard(vitals());
    expect(board.of({ vendor: 'v', model: 'other' }, now)).toBeUndefined();
    expect(board.of({ vendor: 'w', model: 'm' }, now)).toBeUndefined();
    expect(board.of({ vendor: 'v', model: 'constructor' }, now)).toBeUndefined();
  });

  test('is told by those who are heard: an instance that is silent for 5 s has no voice', () => {
    const board = heard(vitals({ breaker: 'open' }));
    board.hear({ vendor: 'v', instance: 'later', at: now, models: { m: vitals() } }, now + 4999);
    expect(board.of(candidate, now + 4999)).toMatchObject({ open: false });
    expect(board.of(candidate, now + 5000)).toMatchObject({ open: false });
    expect(heard(vitals({ breaker: 'open' })).of(candidate, now + 4999)).toMatchObject({ open: true });
    expect(heard(vitals({ breaker: 'open' })).of(candidate, now + 5000)).toBeUndefined();
  });

  test('follows what an instance says last', () => {
    const board = heard(vitals({ breaker: 'open' }));
    board.hear({ vendor: 'v', instance: 'i0', at: now, models: {} }, now + 1000);
    expect(board.of(candidate, now + 1000)).toBeUndefined();
  });

  test('without answers has no times, and with mostly errors is not ok', () => {
    expect(heard(vitals({ p95_ms: undefined, calls: 0 })).of(candidate, now)).toEqual({
      ok: true,
      p95: undefined,
      errors: 0,
      open: false,
    });
    expect(heard(vitals({ errors: 6 })).of(candidate, now)).toMatchObject({ ok: false, errors: 0.6 });
  });
});
