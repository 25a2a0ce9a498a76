import { until } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import { drawPatience } from './patience.ts';
import { Ticker } from './ticker.ts';

test('ticks for those who are registered, and for nobody else', async () => {
  const ticker = new Ticker(5);
  const counts = [0, 0];
  const [one, other] = counts.map((_, index) => ({ tick: () => void (counts[index] = (counts[index] ?? 0) + 1) }));
  if (one === undefined || other === undefined) throw new Error('two are there');
  ticker.add(one);
  ticker.add(other);
  await until('both tick', () => counts.every((count) => count >= 3));
  ticker.delete(one);
  const [last, before] = counts;
  await until('the other goes on', () => (counts[1] ?? 0) >= (before ?? 0) + 3);
  expect(counts[0]).toBe(last);
  ticker.delete(other);
  ticker.add(one);
  await until('it begins again', () => (counts[0] ?? 0) > (last ?? 0));
  ticker.delete(one);
});

test('a process that did nothing for a while lived through one tick', async () => {
  const ticker = new Ticker(5);
  let ticks = 0;
  const one = { tick: () => void (ticks += 1) };
  ticker.add(one);
  const blockedUntil = performance.now() + 200;
  while (performance.now() < blockedUntil);
  await new Promise(setImmediate); // timers that are due have run by then
  await new Promise(setImmediate);
  expect(ticks).toBeLessThanOrEqual(2);
  await until('it goes on', () => ticks > 2);
  ticker.delete(one);
});

test('what was lost together is not asked for again together', () => {
  const draws = [0, 0.25, 0.5, 1].map((random) => drawPatience(() => random).republish);
  expect(draws).toEqual([
    [8, 24],
    [9, 27],
    [10, 30],
    [12, 36],
  ]);
});
