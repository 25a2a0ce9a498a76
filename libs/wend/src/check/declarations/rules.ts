// Rules and routes: a guard, and what holds where it is true.
import type { IrRoute, IrRule, Lazy, Procedure } from '../../ir/ir.ts';
import type { Expression, Route, Rule } from '../../syntax/tree.ts';
import { lazy } from '../cost.ts';
import { condition } from '../expressions.ts';
import { both, noFacts, type Facts } from '../facts.ts';
import { startOf, type UnitContext } from '../place.ts';
import { spanOf } from '../span.ts';
import { checkBlock } from '../statements.ts';
import { warnUnusedLocals } from '../warnings/unused.ts';

export function checkRule(unit: UnitContext, node: Rule): IrRule {
  const { name, open, priority = 0 } = node;
  const { when, body } = checkGuarded(unit, node);
  return { name: name.text, open, priority, when, body, at: spanOf(node) };
}

export function checkRoute(unit: UnitContext, node: Route): IrRoute {
  const { name, final } = node;
  const { when, body } = checkGuarded(unit, node);
  return { name: name.text, final, when, body, at: spanOf(node) };
}

/** Guard and body are procedures apart; what the guard tells of the input holds in the body. */
function checkGuarded(unit: UnitContext, node: Rule | Route): Pick<IrRule, 'when' | 'body'> {
  const guard = node.when && checkGuard(unit, node.when);
  const place = startOf(unit, node.kind);
  const facts = both(place.facts, guard?.facts ?? noFacts);
  const { code } = checkBlock({ ...place, facts, returns: undefined, loop: undefined }, node.body);
  warnUnusedLocals(place);
  return { when: guard?.when, body: { slots: place.procedure.locals.length, body: code } };
}

function checkGuard(unit: UnitContext, node: Expression): { readonly when: Procedure<Lazy>; readonly facts: Facts } {
  const place = startOf(unit, 'guard');
  const { ir, whenTrue } = condition(place, node);
  // A guard's own locals are its lambdas' alone: they mean nothing in the body.
  const facts = new Set([...(whenTrue ?? noFacts)].filter((path) => !path.includes('#')));
  return { when: { slots: place.procedure.locals.length, body: lazy(ir, node) }, facts };
}
