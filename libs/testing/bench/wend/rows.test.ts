import { expect, test } from 'vitest';
import { contenderRows, heapRows, holdRows, manyRulesRows, publishRows } from './rows.ts';

const times = new Map([
  ['wend', [900, 800, 1200]],
  ['JavaScript by hand', [300, 200, 200]],
]);

test('a ratio is the median of the quotients of each round', () => {
  expect(contenderRows(times, 0)).toMatchObject([
    { ours: 900, target: { sense: 'at most', value: 1000 }, met: true },
    { against: 'JavaScript by hand', ours: 900, yardstick: 200, result: 4, met: true },
  ]);
});

test('where anybody erred or answered otherwise, no target is met', () => {
  expect(contenderRows(times, 1).map(({ met }) => met)).toEqual([false, false]);
});

test('what was not timed has no row', () => {
  expect(contenderRows(new Map(), 0)).toEqual([]);
  expect(manyRulesRows(times, 0)).toEqual([]);
  expect(holdRows({})).toEqual([]);
});

test('of the holds the longest are told, each with what did it', () => {
  const rows = holdRows({ a: { coldMs: 3, warmMs: 21 }, b: { coldMs: 4, warmMs: 1 } });
  expect(rows).toMatchObject([
    { work: '20 000 fuel, cold: b', ours: 4 },
    { work: '20 000 fuel, warm: a', ours: 21, met: false },
  ]);
});

test('ten thousand policies are to take no more than 100 MB', () => {
  expect(heapRows({ linkedMb: 99, decidedMb: 120 })[0]).toMatchObject({ unit: 'MB', ours: 99, met: true });
  expect(heapRows({ linkedMb: 101, decidedMb: 120 })[0]).toMatchObject({ met: false });
});

test('a publication is to be known everywhere within 5 ms', () => {
  const rows = publishRows({
    rounds: 1,
    others: 0,
    p50Ms: 6,
    p99Ms: 9,
    longestMs: 9,
    publishP50Ms: 3,
    residentMb: [undefined, undefined],
  });
  expect(rows.map(({ ours, met }) => [ours, met])).toEqual([
    [6, false],
    [9, undefined],
    [3, undefined],
  ]);
});
