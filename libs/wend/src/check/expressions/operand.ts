// Operands that may be null.
import type { Expression } from '../../syntax/tree.ts';
import { presentOf } from '../../types/assignable.ts';
import { narrowHelp } from '../expressions.ts';
import { report, type Place, type Typed } from '../place.ts';

/** Whether it was said that an operand may be null. */
export function sayOperand(place: Place, node: Expression, { type }: Typed, operator: string): boolean {
  if (type.kind !== 'optional' && type.kind !== 'Null') return false;
  report(place, 'E103', node, `this may be null, and "${operator}" takes no null`, narrowHelp(presentOf(type)));
  return true;
}
