// `in` and `not in`: items of a list, keys of a map, parts of a text. Of a list it is `==` of each item: null on the left is as good as any.
import type { Operation } from '../../ir/ir.ts';
import type { Binary } from '../../syntax/tree.ts';
import { isAssignable, presentOf } from '../../types/assignable.ts';
import { isComparable } from '../../types/comparable.ts';
import { show } from '../../types/show.ts';
import { expect, infer } from '../expressions.ts';
import { report, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';
import { sayOperand } from './operand.ts';

export function inferIn(place: Place, node: Binary): Typed {
  const left = infer(place, node.left);
  const wanted = presentOf(left.type);
  const list = node.right.kind === 'list' && wanted.kind === 'enum' ? wanted : undefined;
  const right =
    list === undefined
      ? infer(place, node.right, { kind: 'list', of: left.type })
      : expect(place, node.right, { kind: 'list', of: list });
  const name = operationFor(place, node, left, right);
  const found = { kind: 'operation', name, operands: [left.ir, right.ir], at: spanOf(node) } as const;
  return {
    ir: node.operator === 'in' ? found : { kind: 'operation', name: 'not', operands: [found], at: spanOf(node) },
    type: { kind: 'Bool' },
    ...(isNeverNull(right) && { [node.operator === 'in' ? 'whenTrue' : 'whenFalse']: new Set(left.proves) }),
  };
}

/** Of the items of a list. */
function isNeverNull({ type }: Typed): boolean {
  return type.kind === 'list' && !['optional', 'Null', 'Json', 'Unknown'].includes(type.of.kind);
}

function operationFor(place: Place, node: Binary, left: Typed, right: Typed): Operation {
  if (sayOperand(place, node.right, right, node.operator)) return 'in-list';
  if (right.type.kind !== 'list' && sayOperand(place, node.left, left, node.operator)) return 'in-list';
  const isText = isAssignable(left.type, { kind: 'String' });
  if (right.type.kind === 'list') {
    if (isComparable(left.type, right.type.of)) return 'in-list';
    report(place, 'E102', node, `no item of ${show(right.type)} can be ${show(left.type)}`);
    return 'in-list';
  }
  if (right.type.kind === 'map' && isText) return 'in-map';
  if (isText && isAssignable(right.type, { kind: 'String' })) return 'in-string';
  if (right.type.kind !== 'Unknown')
    report(
      place,
      'E102',
      node,
      `"${node.operator}" does not take ${show(left.type)} and ${show(right.type)}`,
      'on its right stands a list, a map with its key on the left, or a text with a part of it',
    );
  return 'in-list';
}
