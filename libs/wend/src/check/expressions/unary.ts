// `-` and `not`.
import type { Operation } from '../../ir/ir.ts';
import type { Unary } from '../../syntax/tree.ts';
import type { Basic, Type } from '../../types/type.ts';
import { condition, infer } from '../expressions.ts';
import { report, unknown, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';
import { sayOperand } from './operand.ts';

const negations: ReadonlyMap<Type['kind'], Operation> = new Map<Basic, Operation>([
  ['Int', 'int-negate'],
  ['Float', 'float-negate'],
  ['Money', 'money-negate'],
  ['Duration', 'duration-negate'],
]);

export function inferUnary(place: Place, node: Unary, hint: Type | undefined): Typed {
  return node.operator === 'not' ? not(place, node) : negate(place, node, hint);
}

function not(place: Place, node: Unary): Typed {
  const { ir, whenTrue, whenFalse } = condition(place, node.of);
  return {
    ir: { kind: 'operation', name: 'not', operands: [ir], at: spanOf(node) },
    type: { kind: 'Bool' },
    ...(whenFalse && { whenTrue: whenFalse }),
    ...(whenTrue && { whenFalse: whenTrue }),
  };
}

function negate(place: Place, node: Unary, hint: Type | undefined): Typed {
  const of = infer(place, node.of, hint);
  if (of.type.kind === 'Unknown' || of.type.kind === 'Never') return unknown(place);
  const name = negations.get(of.type.kind);
  if (name === undefined) {
    if (!sayOperand(place, node.of, of, '-')) report(place, 'E102', node, `"-" takes a number, and this is none`);
    return unknown(place);
  }
  return {
    ir: { kind: 'operation', name, operands: [of.ir], at: spanOf(node) },
    type: of.type,
    ...(typeof of.constant === 'number' && { constant: -of.constant }),
  };
}
