import { expect, test } from 'vitest';
import { Remembered } from './remembered.ts';

test('a value lasts until its time, and a later one takes its place', () => {
  const remembered = new Remembered<number>(10);
  remembered.set('a', 1, 100, 0);
  expect([remembered.get('a', 99), remembered.get('a', 100), remembered.get('b', 0)]).toEqual([
    1,
    undefined,
    undefined,
  ]);
  remembered.set('a', 2, 200, 50);
  expect([remembered.get('a', 150), remembered.size]).toEqual([2, 1]);
});

test('what is over is forgotten, and past the most the oldest is', () => {
  const remembered = new Remembered<number>(3);
  for (const [key, until] of [
    ['a', 10],
    ['b', 1000],
    ['c', 1000],
  ] as const)
    remembered.set(key, 0, until, 0);
  remembered.set('d', 0, 1000, 10);
  expect([remembered.get('a', 0), remembered.size]).toEqual([undefined, 3]);
  remembered.set('e', 0, 1000, 10);
  expect(['b', 'c', 'd', 'e'].map((key) => remembered.get(key, 10))).toEqual([undefined, 0, 0, 0]);
});
