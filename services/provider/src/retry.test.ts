import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { waitBeforeRetry, type Situation } from './retry.ts';

const situation: Situation = {
  failure: { passing: true, retryAfterMs: undefined },
  retried: 0,
  retries: 1,
  others: false,
  remainingMs: 60_000,
  random: 1,
};
const backoff = { base_ms: 1000, cap_ms: 5000 };
const after = (retryAfterMs: number) => ({ failure: { passing: true, retryAfterMs } });

test.each<[string, Partial<Situation>, number | undefined]>([
  ['the first wait is 100 to 200 ms', {}, 200],
  ['the first wait is 100 to 200 ms', { random: 0 }, 100],
  ['each further one is twice as long', { retried: 2, retries: 5 }, 800],
  ['what does not pass is not tried again', { failure: { passing: false, retryAfterMs: 10 } }, undefined],
  ['what was tried often enough is not tried again', { retried: 1 }, undefined],
  ['with no retries nothing is', { retries: 0 }, undefined],
  ['never before the upstream wants it', after(1000), 1200],
  ['a short wait is worth it while others are left', { others: true, ...after(300) }, 500],
  ['a longer one is not', { others: true, ...after(301) }, undefined],
  ['the last candidate is waited for, for ten seconds', after(9800), 10_000],
  ['and no longer', after(9801), undefined],
  ['never beyond the deadline', { remainingMs: 200 }, undefined],
  ['never beyond the deadline', { remainingMs: 201 }, 200],
  ["the plan's first wait is half of its base to its base", { backoff, random: 0 }, 500],
  ["each further one is twice as long in a plan's as well", { backoff, retried: 1, retries: 5 }, 2000],
  ['up to its cap', { backoff, retried: 4, retries: 5 }, 5000],
  ['which is worth it while others are left', { backoff, others: true }, 1000],
  ['never before the upstream wants it', { backoff, ...after(4500) }, 5000],
  ["an upstream that wants more than the plan's cap is not waited for", { backoff, ...after(5001) }, undefined],
  ['never beyond the deadline', { backoff, remainingMs: 1000 }, undefined],
  ['a plan may want no wait at all', { backoff: { base_ms: 0, cap_ms: 0 } }, 0],
])('%s (%j): %s', (_claim, changes, expected) => {
  expect(waitBeforeRetry({ ...situation, ...changes })).toBe(expected);
});

describe('whatever happens', () => {
  const situations = fc.record({
    failure: fc.record({ passing: fc.boolean(), retryAfterMs: fc.option(fc.nat(100_000), { nil: undefined }) }),
    retried: fc.nat(6),
    retries: fc.nat(5),
    backoff: fc.option(fc.record({ base_ms: fc.nat(10_000), cap_ms: fc.nat(60_000) }), { nil: undefined }),
    others: fc.boolean(),
    remainingMs: fc.integer({ min: -1000, max: 300_000 }),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test('a wait ends before the deadline, is bounded, and never shorter than the upstream wants', () => {
    fc.assert(
      fc.property(situations, (given) => {
        const waitMs = waitBeforeRetry(given);
        if (waitMs === undefined) return;
        expect(waitMs).toBeLessThan(given.remainingMs);
        expect(waitMs).toBeLessThanOrEqual(given.backoff?.cap_ms ?? (given.others ? 500 : 10_000));
        expect(waitMs).toBeGreaterThanOrEqual(given.failure.retryAfterMs ?? 0);
      }),
    );
  });
});
