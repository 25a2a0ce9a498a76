import { expect, test } from 'vitest';
import { KeyCounts } from './key-counts.ts';
import { Ring } from './ring.ts';
import { Stats } from './stats.ts';

test('a ring keeps the last ones in their order', () => {
  const ring = new Ring<number>(3);
  for (const item of [1, 2, 3, 4, 5]) ring.push(item);
  expect(ring.toArray()).toEqual([3, 4, 5]);
  ring.clear();
  ring.push(6);
  expect(ring.toArray()).toEqual([6]);
});

test('keys are counted apart, and the oldest is forgotten past the limit', () => {
  const keys = new KeyCounts(2);
  expect([keys.next('a'), keys.next('a'), keys.next('b'), keys.next('c')]).toEqual([0, 1, 0, 0]);
  expect([keys.next('b'), keys.next('a')]).toEqual([1, 0]);
});

test('calls are counted by how they ended and by model, and their ids remembered', () => {
  const stats = new Stats();
  for (const authorized of [true, false, false, false]) stats.opened(authorized);
  stats.ended({ id: 'a', model: 'echo', stream: true, status: 200, outcome: 'served' });
  stats.ended({ id: 'b', model: 'echo', stream: true, outcome: 'closed' });
  stats.ended({ stream: false, status: 400, outcome: 'failed' });
  expect(stats.report()).toEqual({
    served: 1,
    streamed: 1,
    failed: 1,
    closed_by_client: 1,
    open: 1,
    peak: 4,
    authorized: 1,
    by_model: { echo: 2 },
    requests: [
      { id: 'a', model: 'echo', stream: true, status: 200, outcome: 'served' },
      { id: 'b', model: 'echo', stream: true, outcome: 'closed' },
      { stream: false, status: 400, outcome: 'failed' },
    ],
  });
  expect(stats.calls()).toEqual({ served: ['a'], failed: [], closed: ['b'] });
});

test('ids are remembered up to the limit', () => {
  const stats = new Stats(2);
  for (const id of ['a', 'b', 'c']) {
    stats.opened(false);
    stats.ended({ id, stream: false, outcome: 'served' });
  }
  expect(stats.calls().served).toEqual(['b', 'c']);
});

test('a reset forgets all but the calls that are open', () => {
  const stats = new Stats();
  stats.opened(true);
  stats.opened(true);
  stats.ended({ id: 'a', model: 'echo', stream: true, outcome: 'served' });
  stats.reset();
  expect(stats.report()).toEqual({ ...new Stats().report(), open: 1, peak: 1 });
  expect(stats.calls()).toEqual({ served: [], failed: [], closed: [] });
});
