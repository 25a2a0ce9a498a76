import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import { Queue } from './queue.ts';

const iterable = <Item>(queue: Queue<Item>): AsyncIterable<Item> => ({ [Symbol.asyncIterator]: () => queue });
const done = { done: true, value: undefined };
const ignore = (): void => undefined;

test('what was put in comes out in order, whatever of it was there before it was asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat())), fc.nat(5), async (batches, early) => {
      const queue = new Queue<number>(ignore);
      const first = Array.from({ length: early }, () => queue.next());
      for (const batch of batches) queue.push(batch);
      queue.end();
      const read = (await Promise.all(first)).flatMap((result) => (result.done ? [] : [result.value]));
      expect([...read, ...(await collect(iterable(queue)))]).toEqual(batches.flat());
    }),
  );
});

test('a reader that is always a little behind does not make it lose or repeat anything', async () => {
  const queue = new Queue<number>(ignore);
  const read: unknown[] = [];
  queue.push([0]);
  for (let n = 1; n <= 5000; n += 1) {
    queue.push([n]);
    read.push((await queue.next()).value);
  }
  expect(read).toEqual(Array.from({ length: 5000 }, (_, n) => n));
});

test('what was put in together counts as taken when its last item is, waited for or not', async () => {
  const queue = new Queue<number>(ignore);
  const taken: string[] = [];
  const first = queue.next();
  queue.push([1, 2], () => void taken.push('a'));
  queue.push([3], () => void taken.push('b'));
  await first;
  expect(taken).toEqual([]);
  await queue.next();
  expect(taken).toEqual(['a']);
  const waiting = [queue.next(), queue.next()];
  expect(taken).toEqual(['a', 'b']);
  queue.push([4], () => void taken.push('c'));
  expect(taken).toEqual(['a', 'b', 'c']);
  await Promise.all(waiting);
});

test('an error comes once, after what was there before it', async () => {
  const queue = new Queue<string>(ignore);
  queue.push(['a']);
  queue.end(new Error('cut'));
  queue.push(['late']);
  expect(await queue.next()).toEqual({ done: false, value: 'a' });
  await expect(queue.next()).rejects.toThrow('cut');
  expect(await queue.next()).toEqual(done);
});

test('an error reaches the first of those who wait, and the end the others', async () => {
  const queue = new Queue<string>(ignore);
  const waiting = [queue.next(), queue.next()];
  queue.end(new Error('cut'));
  await expect(waiting[0]).rejects.toThrow('cut');
  expect(await waiting[1]).toEqual(done);
});

test('a reader who leaves is told of once, and finds nothing more', async () => {
  let left = 0;
  const queue = new Queue<string>(() => (left += 1));
  queue.push(['a', 'b']);
  expect(await queue.return()).toEqual(done);
  expect(await queue.return()).toEqual(done);
  queue.push(['c']);
  expect(await queue.next()).toEqual(done);
  expect(left).toBe(1);
});

test('leaving after the end is no leaving', async () => {
  let left = 0;
  const queue = new Queue<string>(() => (left += 1));
  queue.end();
  await queue.return();
  expect(left).toBe(0);
});
