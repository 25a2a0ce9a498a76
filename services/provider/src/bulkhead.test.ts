import { expect, test } from 'vitest';
import { Bulkhead } from './bulkhead.ts';

test('as many calls as allowed are made at once, and a further one is refused without a call', async () => {
  const bulkhead = new Bulkhead();
  const end = Promise.withResolvers<string>();
  let calls = 0;
  const call = (): Promise<string> => ((calls += 1), end.promise);
  const both = [bulkhead.run(2, call), bulkhead.run(2, call)];
  await expect(bulkhead.run(2, call)).rejects.toMatchObject({
    class: 'overloaded',
    message: 'not called, for 2 calls are under way here (max_in_flight)',
    passing: true,
  });
  expect(calls).toBe(2);
  end.resolve('answer');
  expect(await Promise.all(both)).toEqual(['answer', 'answer']);
  expect(await bulkhead.run(2, call)).toBe('answer');
});

test('the number that the document has now holds, and none is none', async () => {
  const bulkhead = new Bulkhead();
  const end = Promise.withResolvers<string>();
  const call = (): Promise<string> => end.promise;
  const running = [bulkhead.run(1, call), bulkhead.run(3, call), bulkhead.run(3, call)];
  running.push(...Array.from({ length: 100 }, () => bulkhead.run(undefined, call)));
  end.resolve('answer');
  expect(await Promise.all(running)).toHaveLength(103);
});

test('a call that fails gives its place back', async () => {
  const bulkhead = new Bulkhead();
  const error = new Error('x');
  for (let turn = 0; turn < 3; turn += 1)
    await expect(bulkhead.run(1, () => Promise.reject(error))).rejects.toBe(error);
});
