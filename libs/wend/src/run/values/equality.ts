// Structural equality, which charges what it looks at.
import type { At } from '../../ir/ir.ts';
import type { Value } from '../instance.ts';
import { PolicyFailure, type Meter } from '../meter.ts';
import { stringFuel } from '../operations/allocation.ts';
import { isList, own } from './records.ts';

/** Deeper values are of no use and would need our stack: JSON of a request may be deep. */
export const valueDepth = 200;

/**
 * Whether two values are the same by what they hold. Charges 1 a pair that it compares, and strings of one length ⌈length / 64⌉.
 * @throws PolicyFailure
 */
export function equal(meter: Meter, left: Value, right: Value, at: At, depth = 0): boolean {
  meter.burn(1, at);
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length !== right.length) return false;
    meter.burn(stringFuel(left.length), at);
    return left === right;
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  if (depth === valueDepth)
    throw new PolicyFailure('policy_limit', `values nested deeper than ${valueDepth} levels`, at);
  if (isList(left)) {
    if (!isList(right) || left.length !== right.length) return false;
    for (let place = 0; place < left.length; place += 1)
      if (!equal(meter, left[place] ?? null, right[place] ?? null, at, depth + 1)) return false;
    return true;
  }
  if (isList(right)) return false;
  return equalRecords(meter, left, right, at, depth);
}

/** An absent field is one that is null. */
function equalRecords(meter: Meter, left: object, right: object, at: At, depth: number): boolean {
  const leftKeys = Object.keys(left);
  const rightKeys = Object.keys(right);
  meter.burn(leftKeys.length + rightKeys.length, at);
  for (const key of leftKeys)
    if (!equal(meter, own(left as Value, key), own(right as Value, key), at, depth + 1)) return false;
  for (const key of rightKeys) if (!Object.hasOwn(left, key) && own(right as Value, key) !== null) return false;
  return true;
}
