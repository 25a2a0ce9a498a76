import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Grants } from './grants.ts';

test('a limit is told each time that half of the credit is used up', () => {
  const grants = new Grants(8);
  expect(Array.from({ length: 12 }, () => grants.take())).toEqual([
    ...[undefined, undefined, undefined, 12],
    ...[undefined, undefined, undefined, 16],
    ...[undefined, undefined, undefined, 20],
  ]);
});

test('the smallest credit is granted one by one', () => {
  const grants = new Grants(1);
  expect([grants.take(), grants.take(), grants.renew()]).toEqual([2, 3, 3]);
});

test('a reader never holds more than its credit, and a producer that hears limits, some lost, is never stuck', () => {
  const losses = fc.array(fc.boolean(), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), losses, (credit, lost) => {
      const grants = new Grants(credit);
      let [limit, sent, taken] = [credit, 0, 0];
      for (let round = 0; round < 2000; round += 1) {
        if (sent < limit) sent += 1;
        expect(sent - taken).toBeLessThanOrEqual(credit);
        const told = taken < sent && round % 3 > 0 ? ((taken += 1), grants.take()) : undefined;
        if (told !== undefined && lost[round % lost.length] !== true) limit = told;
        if (round % 100 === 99) limit = grants.renew(); // a beat is answered
      }
      expect(taken).toBeGreaterThan(credit);
    }),
    { numRuns: 50 },
  );
});
