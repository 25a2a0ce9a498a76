import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Cap } from './cap.ts';

test('it is full at the cap and has room again at half of it, by the fuller of requests and bytes', () => {
  const cap = new Cap({ requests: 4, bytes: 100 });
  for (let n = 0; n < 4; n += 1) cap.addRequest();
  expect([cap.load, cap.isFull, cap.hasRoom]).toEqual([1, true, false]);
  cap.removeRequest();
  expect([cap.load, cap.isFull, cap.hasRoom]).toEqual([0.75, false, false]);
  cap.removeRequest();
  expect([cap.load, cap.hasRoom]).toEqual([0.5, true]);
  cap.addBody(100);
  expect([cap.load, cap.isFull, cap.hasRoom]).toEqual([1, true, false]);
  cap.removeBody(100);
  expect([cap.bytes, cap.hasRoom]).toEqual([0, true]);
  expect(cap.peak).toEqual({ requests: 4, bytes: 100 });
});

test('a cap of one has room again when it is empty', () => {
  const cap = new Cap({ requests: 1, bytes: 1 });
  cap.addRequest();
  expect([cap.isFull, cap.hasRoom, cap.admits(0)]).toEqual([true, false, true]);
  cap.addRequest();
  expect(cap.admits(0)).toBe(false);
  cap.removeRequest();
  expect([cap.isFull, cap.hasRoom]).toEqual([true, false]);
});

test('a body larger than all that is admitted comes in alone, or it never could', () => {
  const cap = new Cap({ requests: 10, bytes: 10 });
  expect(cap.admits(1000)).toBe(true);
  cap.addBody(1);
  expect([cap.admits(1000), cap.admits(19), cap.admits(20)]).toEqual([false, true, false]);
  cap.removeBody(1);
  expect(cap.admits(1000)).toBe(true);
});

test('what is on its way back is bounded by one cap of bytes, apart from what is worked on', () => {
  const cap = new Cap({ requests: 1, bytes: 10 });
  cap.addBody(20);
  expect(cap.mayReturn(100)).toBe(true);
  cap.addReturning(6);
  expect([cap.mayReturn(4), cap.mayReturn(5)]).toEqual([true, false]);
  cap.removeReturning(6);
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
        const held: number[] = [];
        const release = (size: number): void => {
          cap.removeRequest();
          cap.removeBody(size);
        };
        for (const each of steps) {
          if ('end' in each) {
            held.splice(each.end, 1).forEach(release);
          } else if (cap.admits(each.come)) {
            cap.addRequest();
            cap.addBody(each.come);
            held.push(each.come);
          }
          const sizes = held.filter((size) => size > 0);
          const total = sizes.reduce((sum, size) => sum + size, 0);
          expect(held.length).toBeLessThanOrEqual(2 * requests);
          expect(total <= 2 * bytes || sizes.length === 1).toBe(true);
          expect(cap.bytes).toBe(total);
          expect(cap.isFull && cap.hasRoom).toBe(false);
        }
        held.forEach(release);
        expect([cap.load, cap.bytes]).toEqual([0, 0]);
      },
    ),
  );
});
