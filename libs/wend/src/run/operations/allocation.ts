// What values cost: the one place that says how many bytes and units of fuel a string, a list and a record stand for.
import type { At } from '../../ir/ir.ts';
import { valueLimits } from '../../limits.ts';
import { PolicyFailure, type Meter } from '../meter.ts';

/** Of `wend/cost/1`. Lengths of strings are in UTF-16 code units. What the host brings is not charged until it is touched. */
const stringBytes = (length: number) => 16 + 2 * length;
const listBytes = (items: number) => 16 + 8 * items;
const recordBytes = (fields: number) => 16 + 24 * fields;

/** Fuel for a look at a string: ⌈length / 64⌉. */
export const stringFuel = (length: number): number => (length + 63) >> 6;

/**
 * Fuel for a search by a regex: 1, and ⌈length / 2⌉ times what its program weighs: ⌈n / 8⌉ · ⌈n / 64⌉ for n instructions. By length alone it would be
 * cheap to write one whose automaton has a new state at each character, and is then run by sets of places: 1 µs a character at 30 instructions.
 */
export const regexFuel = (length: number, size: number): number =>
  1 + ((length + 1) >> 1) * ((size + 7) >> 3) * ((size + 63) >> 6);

/** Fuel for sorting: n · ⌈log2 n⌉. */
export const sortFuel = (items: number): number => items * Math.max(1, Math.ceil(Math.log2(Math.max(1, items))));

/** Charge a look at a string. */
export function readString(meter: Meter, length: number, at: At): void {
  meter.burn(stringFuel(length), at);
}

/** Charge for a new string, before it is made. */
export function newString(meter: Meter, length: number, at: At): void {
  if (length > valueLimits.stringChars)
    throw new PolicyFailure('policy_limit', `a string of more than ${valueLimits.stringChars} characters`, at);
  meter.burn(stringFuel(length), at);
  meter.allocate(stringBytes(length), at);
}

/** Charge for a new list, before it is made. */
export function newList(meter: Meter, items: number, at: At): void {
  if (items > valueLimits.listItems)
    throw new PolicyFailure('policy_limit', `a list of more than ${valueLimits.listItems} items`, at);
  meter.burn(items, at);
  meter.allocate(listBytes(items), at);
}

/** Charge for a new record or map, before it is made. */
export function newRecord(meter: Meter, fields: number, at: At): void {
  if (fields > valueLimits.listItems)
    throw new PolicyFailure('policy_limit', `a map of more than ${valueLimits.listItems} keys`, at);
  meter.burn(fields, at);
  meter.allocate(recordBytes(fields), at);
}
