import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockOf, Blocks, type Moment } from './blocks.ts';

const at = (minute: number, second = 0, away = false): Moment => ({
  now: minute * 60_000 + second * 1000,
  minute,
  away,
});

test.each([
  [600, 0, 6],
  [699, 0, 6],
  [99, 0, 1],
  [1, 0, 1],
  [100, 50, 50],
  [100_000, 5000, 5000],
])('of a limit of %i, with %i waiting, %i are leased at one time', (limit, waiting, expected) => {
  expect(blockOf(limit, waiting)).toBe(expected);
});

describe('a block', () => {
  test('is asked for, spent, and asked for again', () => {
    const blocks = new Blocks({ refills: false });
    expect(blocks.verdict(1, 200, at(1))).toBe('ask');
    expect(blocks.lease(2, 2, 200, at(1))).toBe(0);
    const verdicts = [1, 2, 3].map(() => {
      const verdict = blocks.verdict(1, 200, at(1));
      if (verdict === 'enough') blocks.spend(1);
      return verdict;
    });
    expect(verdicts).toEqual(['enough', 'enough', 'ask']);
  });

  test('that crosses the limit is granted up to it; the rest is given back, and the minute is full', () => {
    const blocks = new Blocks({ refills: false });
    blocks.verdict(1, 100, at(1));
    expect(blocks.lease(10, 104, 100, at(1))).toBe(4);
    expect(blocks.remaining(100)).toBe(6);
    blocks.spend(6);
    expect(blocks.verdict(1, 100, at(1, 59))).toBe('full');
    expect(blocks.verdict(1, 100, at(2))).toBe('ask');
  });

  test('of a minute that is over is worth nothing', () => {
    const blocks = new Blocks({ refills: false });
    blocks.verdict(1, 100, at(1));
    blocks.lease(10, 10, 100, at(1));
    expect(blocks.verdict(1, 100, at(2))).toBe('ask');
    blocks.lease(10, 20, 100, at(1));
    expect(blocks.verdict(1, 100, at(2))).toBe('ask');
  });

  test('may be had again at once when the limit is raised', () => {
    const blocks = new Blocks({ refills: false });
    blocks.verdict(1, 1, at(1));
    blocks.lease(1, 2, 1, at(1));
    expect(blocks.verdict(1, 1, at(1))).toBe('full');
    expect(blocks.verdict(1, 5, at(1))).toBe('ask');
  });

  test('of tokens is asked for again after a second: what was not used comes back', () => {
    const blocks = new Blocks({ refills: true });
    blocks.verdict(5, 10, at(1));
    blocks.lease(5, 15, 10, at(1));
    expect(blocks.verdict(5, 10, at(1, 0.9))).toBe('full');
    expect(blocks.verdict(5, 10, at(1, 1))).toBe('ask');
  });
});

describe('while the counter is away', () => {
  test('a replica goes by the share that it had of the last minute in which the counter answered', () => {
    const blocks = new Blocks({ refills: false });
    blocks.verdict(1, 100, at(1));
    blocks.lease(10, 40, 100, at(1)); // a quarter of what all took
    expect(spendAll(blocks, 100, at(2, 0, true))).toBe(25);
    expect(spendAll(blocks, 100, at(3, 0, true))).toBe(25);
  });

  test('one that has observed nothing goes by the whole limit', () => {
    expect(spendAll(new Blocks({ refills: false }), 100, at(1, 0, true))).toBe(100);
  });

  test('the share is never nothing', () => {
    const blocks = new Blocks({ refills: false });
    blocks.verdict(1, 3, at(1));
    blocks.lease(1, 2, 3, at(1));
    expect(spendAll(blocks, 1, at(2, 0, true))).toBe(1);
  });

  test('what was leased before is spent, and counts in the share', () => {
    const blocks = new Blocks({ refills: false });
    blocks.verdict(1, 100, at(1));
    blocks.lease(50, 100, 100, at(1));
    expect(spendAll(blocks, 100, at(1, 30, true))).toBe(50);
  });
});

test('replicas never spend more than the limit together, however leases, answers, corrections and minutes come in', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('spend' as const), replica: fc.nat(3), cost: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant('answer' as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant('unused' as const), share: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('minute' as const) }),
    fc.record({ kind: fc.constant('second' as const) }),
  );
  const property = fc.property(
    fc.integer({ min: 1, max: 300 }),
    fc.boolean(),
    fc.array(step, { maxLength: 400 }),
    (limit, refills, steps) => {
      const replicas = [0, 1, 2, 3].map(() => new Blocks({ refills }));
      /** What the counter did has not yet come back to these. */
      const answers: { replica: number; amount: number; total: number; minute: number }[] = [];
      const counters = new Map<number, number>();
      const used = new Map<number, number>();
      let now = 60_000;
      const minute = (): number => Math.floor(now / 60_000);
      const add = (counter: number, amount: number): number => {
        counters.set(counter, (counters.get(counter) ?? 0) + amount);
        return counters.get(counter) ?? 0;
      };
      for (const one of steps) {
        if (one.kind === 'spend') {
          const blocks = replicas[one.replica];
          const verdict = blocks?.verdict(one.cost, limit, { now, minute: minute(), away: false });
          if (verdict === 'enough') {
            blocks?.spend(one.cost);
            used.set(minute(), (used.get(minute()) ?? 0) + one.cost);
          } else if (verdict === 'ask') {
            const amount = blockOf(limit, one.cost);
            answers.push({ replica: one.replica, amount, total: add(minute(), amount), minute: minute() });
          }
        } else if (one.kind === 'answer') {
          const [answer] = answers.splice(one.which % Math.max(1, answers.length), 1);
          if (answer === undefined) continue;
          const back = replicas[answer.replica]?.lease(answer.amount, answer.total, limit, { ...answer, now }) ?? 0;
          add(answer.minute, -back);
        } else if (one.kind === 'unused' && refills) {
          const unused = Math.floor((used.get(minute()) ?? 0) / one.share);
          used.set(minute(), (used.get(minute()) ?? 0) - unused);
          add(minute(), -unused);
        } else if (one.kind === 'minute') now = (minute() + 1) * 60_000;
        else if (one.kind === 'second') now += 1000;
        for (const spent of used.values()) expect(spent).toBeLessThanOrEqual(limit);
      }
    },
  );
  fc.assert(property, { numRuns: 500 });
});

/** How much can be spent, one by one, without asking. */
function spendAll(blocks: Blocks, limit: number, moment: Moment): number {
  let spent = 0;
  while (blocks.verdict(1, limit, moment) === 'enough') {
    blocks.spend(1);
    spent += 1;
  }
  return spent;
}
