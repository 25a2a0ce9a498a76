// What can be said of a value that stands in the text.
import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Expression } from '../../syntax/tree.ts';
import type { Type } from '../../types/type.ts';
import { expect } from '../expressions.ts';
import { report, type Place, type Typed } from '../place.ts';

/** A Duration, Int … greater than 0. What is computed is asked when it is. */
export function expectPositive(place: Place, node: Expression, type: Type, what: string): Typed {
  const value = expect(place, node, type);
  if (typeof value.constant === 'number' && value.constant <= 0)
    report(place, 'E213', node, `${what} is greater than 0`);
  return value;
}

/** A whole number that stands in the grammar. */
export function checkRange(
  place: Place,
  at: Span,
  value: number,
  what: string,
  [low, high]: readonly [number, number],
): void {
  if (value < low || value > high) report(place, 'E208', at, `${what} is ${low} to ${high}, and not ${value}`);
}

/** What is hashed to tell one from another. */
export function expectKey(place: Place, node: Expression, value: Typed): Typed {
  const { kind } = value.type;
  if (['String', 'Int', 'ModelId', 'enum', 'Unknown', 'Never'].includes(kind)) return value;
  if (kind === 'optional' || kind === 'Null')
    report(
      place,
      'E103',
      node,
      'this may be null, and all without it would share one key',
      'say what stands in: "?? seed"',
    );
  else report(place, 'E214', node, `a key is a String, an Int or a ModelId, and this is ${kind}`);
  return value;
}
