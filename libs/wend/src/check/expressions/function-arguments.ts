// What a library function is given to call: a lambda, or the name of a function.
import type { Ir, IrLambda } from '../../ir/ir.ts';
import type { Expression, Lambda } from '../../syntax/tree.ts';
import { isAssignable } from '../../types/assignable.ts';
import { bind, fill, type Bindings } from '../../types/from-library.ts';
import type { LibraryType } from '../../types/library-type.ts';
import { show } from '../../types/show.ts';
import type { Type } from '../../types/type.ts';
import { lazy } from '../cost.ts';
import { expect, infer } from '../expressions.ts';
import { declare } from '../locals.ts';
import { report, type Place } from '../place.ts';
import { Scope } from '../scope.ts';
import { spanOf } from '../span.ts';
import { count, functionOf } from './calls.ts';
import { describe, hasOpen } from './signature.ts';

type FunctionType = Extract<LibraryType, { kind: 'function' }>;

/** @param bindings what the open types are, as far as the other arguments tell; undefined where they are wrong already */
export function functionArgument(
  place: Place,
  argument: Expression,
  type: FunctionType,
  bindings: Bindings | undefined,
): IrLambda | undefined {
  const node = argument.kind === 'parentheses' ? argument.of : argument;
  if (node.kind === 'lambda') return ofLambda(place, node, type, bindings);
  return named(place, node, type, bindings);
}

function ofLambda(
  place: Place,
  node: Lambda,
  type: FunctionType,
  bindings: Bindings | undefined,
): IrLambda | undefined {
  const [parameter] = type.parameters;
  if (type.parameters.length !== 1 || parameter === undefined) {
    const help = `give it the name of a function of ${count(type.parameters.length)}`;
    report(place, 'E114', node, 'a lambda has one parameter, and more are needed here', help);
    return undefined;
  }
  const given: Type = bindings === undefined ? { kind: 'Unknown' } : fill(parameter, bindings, { kind: 'Unknown' });
  return lambdaOf(place, node, given, (inner, body) => {
    if (bindings === undefined) return infer(inner, body).ir;
    return bodyOf(inner, body, type.returns, bindings);
  });
}

/** A lambda whose parameter is of this type; `check` looks at its body. */
export function lambdaOf(
  place: Place,
  node: Lambda,
  parameter: Type,
  check: (inner: Place, body: Expression) => Ir,
): IrLambda {
  const inner: Place = { ...place, scope: new Scope(place.scope), inLambda: true };
  const { slot } = declare(inner, node.parameter, parameter, 'item');
  return { kind: 'lambda', slots: [slot], body: lazy(check(inner, node.body), node.body) };
}

function bodyOf(inner: Place, body: Expression, returns: LibraryType, bindings: Bindings): Ir {
  if (!hasOpen(returns, new Map())) return expect(inner, body, fill(returns, bindings, { kind: 'Unknown' })).ir;
  const typed = infer(inner, body);
  if (!bind(returns, typed.type, bindings))
    report(inner, 'E101', body, `this is ${show(typed.type)}, and ${describe(returns, bindings)} is needed`);
  return typed.ir;
}

function named(
  place: Place,
  node: Expression,
  type: FunctionType,
  bindings: Bindings | undefined,
): IrLambda | undefined {
  const callee = functionOf(place, node);
  if (callee === undefined) {
    report(place, 'E114', node, 'a lambda or the name of a function is needed here: x => …');
    return undefined;
  }
  if (callee.parameters.length !== type.parameters.length) {
    report(
      place,
      'E108',
      node,
      `"${callee.name}" takes ${count(callee.parameters.length)}, and it is given ${type.parameters.length}`,
    );
    return undefined;
  }
  if (bindings !== undefined) checkNamed(place, node, callee, type, bindings);
  const { locals } = place.procedure;
  const slots = callee.parameters.map((parameter) => {
    const slot = locals.length;
    locals.push({ name: '', slot, type: parameter, kind: 'item', at: spanOf(node), arms: place.arms, used: true });
    return slot;
  });
  const call: Ir = {
    kind: 'call',
    ref: callee.ref,
    arguments: slots.map((slot) => ({ kind: 'local', slot })),
    at: spanOf(node),
  };
  return { kind: 'lambda', slots, body: lazy(call, node) };
}

/** What it gives may widen an open type (`reduce(list, [], add)`), so its parameters are asked last. */
function checkNamed(
  place: Place,
  node: Expression,
  callee: { readonly name: string; readonly parameters: readonly Type[]; readonly returns: Type },
  type: FunctionType,
  bindings: Bindings,
): void {
  if (!bind(type.returns, callee.returns, bindings))
    return report(
      place,
      'E101',
      node,
      `"${callee.name}" gives ${show(callee.returns)}, and ${describe(type.returns, bindings)} is needed`,
    );
  for (const [index, parameter] of type.parameters.entries()) {
    const given = fill(parameter, bindings, { kind: 'Unknown' });
    const taken = callee.parameters[index];
    if (taken !== undefined && !isAssignable(given, taken))
      return report(place, 'E101', node, `"${callee.name}" takes ${show(taken)}, and it is given ${show(given)}`);
  }
  return undefined;
}
