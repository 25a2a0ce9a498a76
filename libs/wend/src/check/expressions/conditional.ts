// `if … then … else …` as an expression.
import type { Conditional } from '../../syntax/tree.ts';
import { join } from '../../types/assignable.ts';
import { show } from '../../types/show.ts';
import type { Type } from '../../types/type.ts';
import { lazy } from '../cost.ts';
import { condition } from '../expressions.ts';
import { both, noFacts } from '../facts.ts';
import { report, type Place, type Typed } from '../place.ts';
import type { Visit } from './literals.ts';

export function inferConditional(place: Place, node: Conditional, hint: Type | undefined, visit: Visit): Typed {
  const asked = condition(place, node.condition);
  const then = visit({ ...place, facts: both(place.facts, asked.whenTrue ?? noFacts) }, node.then, hint);
  const otherwise = visit({ ...place, facts: both(place.facts, asked.whenFalse ?? noFacts) }, node.otherwise, hint);
  const type = join(then.type, otherwise.type);
  if (type === undefined)
    report(
      place,
      'E119',
      node.otherwise,
      `this is ${show(otherwise.type)}, and the other branch is ${show(then.type)}`,
    );
  return {
    ir: {
      kind: 'conditional',
      condition: asked.ir,
      then: lazy(then.ir, node.then),
      otherwise: lazy(otherwise.ir, node.otherwise),
    },
    type: type ?? { kind: 'Unknown' },
  };
}
