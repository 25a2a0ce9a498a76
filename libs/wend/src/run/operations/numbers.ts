// Arithmetic that may fail. Both back ends call it, or do the same in line where nothing fails.
import type { At } from '../../ir/ir.ts';
import { PolicyFailure } from '../meter.ts';

/** A whole number, or the failure of one that is too great. Int, Duration and Time are such. */
export function whole(value: number, at: At): number {
  if (!Number.isSafeInteger(value)) throw overflow(at);
  return value;
}

/** Any number but an infinite one. Float is such, and Money after its rounding. */
export function numberOf(value: number, at: At): number {
  if (!Number.isFinite(value)) throw overflow(at);
  return value;
}

/** To the nearest whole number, halves to the even one. */
export function halfEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return part < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** Money: whole pico-USD, of any size. */
export function wholeMoney(value: number, at: At): number {
  return numberOf(halfEven(value), at);
}

export function wholeDuration(value: number, at: At): number {
  return whole(halfEven(value), at);
}

/** The divisor, which must not be 0. */
export function divisor(value: number, at: At): number {
  if (value === 0) throw new PolicyFailure('policy_error', 'division by zero', at);
  return value;
}

/** What is left of a floored division: it has the sign of the divisor. */
export function modulo(left: number, right: number, at: At): number {
  const rest = left % divisor(right, at);
  return rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest;
}

/** Floored. Exact: what JavaScript's remainder leaves is taken off first, which makes the number no greater. */
export function floorDivide(left: number, right: number, at: At): number {
  const rest = left % divisor(right, at);
  const truncated = (left - rest) / right;
  return rest !== 0 && rest < 0 !== right < 0 ? truncated - 1 : truncated;
}

function overflow(at: At): PolicyFailure {
  return new PolicyFailure('policy_error', 'a number that is too great', at);
}
