import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PolicyFailure } from '../meter.ts';
import { floorDivide, halfEven, modulo, numberOf, whole } from './numbers.ts';

const at = { start: 0, end: 1 };

test('div and mod floor, exactly, up to the greatest whole numbers', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (left, right) => {
      fc.pre(right !== 0);
      const [quotient, rest] = [floorDivide(left, right, at), modulo(left, right, at)];
      expect(BigInt(quotient) * BigInt(right) + BigInt(rest)).toBe(BigInt(left));
      expect(rest === 0 || rest < 0 === right < 0).toBe(true);
      expect(Math.abs(rest)).toBeLessThan(Math.abs(right));
    }),
  );
});

test('halves go to the even number', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6, 1e300, 0.49999999999999994].map((one) => halfEven(one) + 0)).toEqual([
    0, 2, 2, 0, -2, 2, 3, 1e300, 0,
  ]);
});

test('a number that is too great, and one over nothing, fail', () => {
  for (const fails of [
    () => whole(2 ** 53, at),
    () => numberOf(Infinity, at),
    () => modulo(1, 0, at),
    () => floorDivide(1, 0, at),
    () => numberOf(halfEven(Infinity), at),
  ])
    expect(fails).toThrow(PolicyFailure);
});
