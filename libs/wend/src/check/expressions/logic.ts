// `and` and `or`: the right side knows what the left one told.
import type { Binary, Expression } from '../../syntax/tree.ts';
import { lazy } from '../cost.ts';
import { condition } from '../expressions.ts';
import { both, either, noFacts } from '../facts.ts';
import type { Place, Typed } from '../place.ts';
import { warnContradiction } from '../warnings/contradiction.ts';

export function inferLogic(place: Place, node: Binary, operator: 'and' | 'or'): Typed {
  if (operator === 'and')
    for (const side of [node.left, node.right]) place.unit.innerAnds.add(withoutParentheses(side));
  const left = condition(place, node.left);
  const leftTrue = left.whenTrue ?? noFacts;
  const leftFalse = left.whenFalse ?? noFacts;
  const known = operator === 'and' ? leftTrue : leftFalse;
  const right = condition({ ...place, facts: both(place.facts, known) }, node.right);
  const rightTrue = both(known, right.whenTrue ?? noFacts);
  const rightFalse = both(known, right.whenFalse ?? noFacts);
  const tests = operator === 'and' ? [...(left.tests ?? []), ...(right.tests ?? [])] : [];
  if (operator === 'and' && !place.unit.innerAnds.has(node)) warnContradiction(place, node, tests);
  return {
    ir: { kind: operator, left: left.ir, right: lazy(right.ir, node.right) },
    type: { kind: 'Bool' },
    whenTrue: operator === 'and' ? rightTrue : (either(leftTrue, rightTrue) ?? noFacts),
    whenFalse: operator === 'or' ? rightFalse : (either(leftFalse, rightFalse) ?? noFacts),
    tests,
  };
}

function withoutParentheses(node: Expression): Expression {
  return node.kind === 'parentheses' ? withoutParentheses(node.of) : node;
}
