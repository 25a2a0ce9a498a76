import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Cap } from './cap.ts';

test('it is full at the cap and has room again at half of it, by the fuller of requests and bytes', () => {
  const cap = new Cap({ requests: 4, bytes: 100 });
  const requests = Array.from({ length: 4 }, () => cap.addRequest());
  expect([cap.load, cap.isFull, cap.hasRoom]).toEqual([1, true, false]);
  requests[0]?.();
  requests[0]?.(); // again: it counts once
  expect([cap.load, cap.isFull, cap.hasRoom]).toEqual([0.75, false, false]);
  requests[1]?.();
  expect([cap.load, cap.hasRoom]).toEqual([0.5, true]);
  const free = cap.addBody(100);
  expect([cap.load, cap.isFull, cap.hasRoom]).toEqual([1, true, false]);
  free();
  expect([cap.bytes, cap.hasRoom]).toEqual([0, true]);
  expect(cap.peak).toEqual({ requests: 4, bytes: 100 });
});

test('a cap of one has room again when it is empty', () => {
  const cap = new Cap({ requests: 1, bytes: 1 });
  const end = cap.addRequest();
  expect([cap.isFull, cap.hasRoom, cap.admits(0)]).toEqual([true, false, true]);
  cap.addRequest();
  expect(cap.admits(0)).toBe(false);
  end();
  expect([cap.isFull, cap.hasRoom]).toEqual([true, false]);
});

test('a body larger than all that is admitted comes in alone, or it never could', () => {
  const cap = new Cap({ requests: 10, bytes: 10 });
  expect(cap.admits(1000)).toBe(true);
  const free = cap.addBody(1);
  expect([cap.admits(1000), cap.admits(19), cap.admits(20)]).toEqual([false, true, false]);
  free();
  expect(cap.admits(1000)).toBe(true);
});

test('what is on its way back is bounded by one cap of bytes, apart from what is worked on', () => {
  const cap = new Cap({ requests: 1, bytes: 10 });
  cap.addBody(20);
  expect(cap.mayReturn(100)).toBe(true);
  const settled = cap.addReturning(6);
  expect([cap.mayReturn(4), cap.mayReturn(5)]).toEqual([true, false]);
  settled();
  settled();
  expect([cap.mayReturn(100), cap.bytes]).toEqual([true, 20]);
});

/** Come with so many bytes, or end the nth that is there. */
const step = fc.oneof(fc.record({ come: fc.integer({ min: 0, max: 300 }) }), fc.record({ end: fc.nat(30) }));

test('whatever comes and ends, never more than twice the cap is in flight, or one body alone, and all that ended is gone', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 200 }),
      fc.array(step, { maxLength: 100 }),
      (requests, bytes, steps) => {
        const cap = new Cap({ requests, bytes });
        const held: { size: number; release: () => void }[] = [];
        for (const each of steps) {
          if ('end' in each) {
            held.splice(each.end, 1).forEach(({ release }) => release());
          } else if (cap.admits(each.come)) {
            const [end, free] = [cap.addRequest(), cap.addBody(each.come)];
            held.push({
              size: each.come,
              release: () => {
                end();
                free();
              },
            });
          }
          const sizes = held.map(({ size }) => size).filter((size) => size > 0);
          const total = sizes.reduce((sum, size) => sum + size, 0);
          expect(held.length).toBeLessThanOrEqual(2 * requests);
          expect(total <= 2 * bytes || sizes.length === 1).toBe(true);
          expect(cap.bytes).toBe(total);
          expect(cap.isFull && cap.hasRoom).toBe(false);
        }
        for (const { release } of held) release();
        expect([cap.load, cap.bytes]).toEqual([0, 0]);
      },
    ),
  );
});
