// The order of keys: numbers, texts by code unit, and null last.
import type { At } from '../../ir/ir.ts';
import type { Value } from '../instance.ts';
import type { Meter } from '../meter.ts';
import { sortFuel, stringFuel } from '../operations/allocation.ts';

/** Negative, 0 or positive. */
export function compareKeys(left: Value, right: Value): number {
  if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Charge for sorting by these keys, before it is done: a long text as so many short ones. */
export function chargeSort(meter: Meter, keys: readonly Value[], at: At): void {
  let looks = keys.length;
  for (const key of keys) if (typeof key === 'string' && key.length > 64) looks += stringFuel(key.length) - 1;
  meter.burn(sortFuel(looks), at);
}
