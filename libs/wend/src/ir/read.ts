// Reading IR: what a region holds, and what stands in a unit's table of constants.
import type { Code, Constant, ConstantValue, Lazy, Unit } from './ir.ts';

/** Whether a region is of statements; else it is of one expression. */
export function isCode(region: Lazy | Code): region is Code {
  return Array.isArray(region.body);
}

/** @throws Error where there is none: the checker has put it there */
export function constantAt({ constants, name }: Unit, index: Constant): ConstantValue {
  const value = constants[index];
  if (value === undefined) throw new Error(`"${name}" has no constant ${index}`);
  return value;
}

/**
 * The name of a field, or the source of a regex.
 * @throws Error where there is none
 */
export function textAt(unit: Unit, index: Constant): string {
  const value = constantAt(unit, index);
  if (typeof value !== 'string') throw new Error(`constant ${index} of "${unit.name}" is no text`);
  return value;
}
