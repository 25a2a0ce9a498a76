// Operators of two sides, each kind in its own file.
import type { Binary } from '../../syntax/tree.ts';
import type { Type } from '../../types/type.ts';
import type { Place, Typed } from '../place.ts';
import { inferArithmetic } from './arithmetic.ts';
import { inferCoalesce } from './coalesce.ts';
import { inferEquality, inferOrder } from './comparison.ts';
import { inferLogic } from './logic.ts';
import { inferIn } from './membership.ts';
import { inferMatches } from './matches.ts';

export function inferBinary(place: Place, node: Binary, hint: Type | undefined): Typed {
  switch (node.operator) {
    case 'and':
    case 'or':
      return inferLogic(place, node, node.operator);
    case '==':
    case '!=':
      return inferEquality(place, node);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return inferOrder(place, node, node.operator);
    case 'in':
    case 'not in':
      return inferIn(place, node);
    case 'matches':
      return inferMatches(place, node);
    case '??':
      return inferCoalesce(place, node, hint);
    default:
      return inferArithmetic(place, node, node.operator, hint);
  }
}
