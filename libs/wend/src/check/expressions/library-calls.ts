// Calls of the library: the function of that name that fits the arguments, its open types found from them.
import type { Ir, IrLambda } from '../../ir/ir.ts';
import { library } from '../../run/library/index.ts';
import type { LibraryFunction, LibraryParameter } from '../../run/library/library-function.ts';
import type { Call, Expression } from '../../syntax/tree.ts';
import { bind, fill, type Bindings } from '../../types/from-library.ts';
import { show } from '../../types/show.ts';
import type { Type } from '../../types/type.ts';
import { infer, mismatch } from '../expressions.ts';
import { report, unknown, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';
import { count } from './calls.ts';
import { functionArgument } from './function-arguments.ts';
import { bounded } from './literals.ts';
import { describe, hasOpen, signature } from './signature.ts';

const open: Type = { kind: 'Unknown' };

export function inferLibraryCall(place: Place, node: Call, first: LibraryFunction): Typed {
  const overloads = overloadsOf(first);
  const hints = overloads.length === 1 ? first.parameters : [];
  const values = node.arguments.map((argument, index) => {
    const type = first.parameters[index]?.type;
    if (type?.kind === 'function') return undefined;
    return infer(place, argument, hints[index] && fill(hints[index].type, new Map(), open));
  });
  const chosen = overloads.length === 1 ? first : overloads.find((one) => fits(one, values));
  if (chosen === undefined) {
    sayNoneFits(place, node, overloads, values);
    return unknown(place);
  }
  if (!isCount(chosen, node.arguments.length)) {
    report(
      place,
      'E108',
      node,
      `"${first.name}" takes ${takes(chosen)}, and here are ${node.arguments.length}`,
      signature(chosen),
    );
    return unknown(place);
  }
  return callOf(place, node, chosen, values);
}

function callOf(place: Place, node: Call, callee: LibraryFunction, values: readonly (Typed | undefined)[]): Typed {
  const bindings: Bindings = new Map();
  let fine = true;
  for (const [index, value] of values.entries()) {
    const [argument, parameter] = [node.arguments[index], callee.parameters[index]];
    if (argument === undefined || parameter === undefined || value === undefined) continue;
    fine = give(place, argument, value, parameter, bindings) && fine;
  }
  const given: (Ir | IrLambda)[] = [];
  for (const [index, { type }] of callee.parameters.entries()) {
    const argument = node.arguments[index];
    const value = values[index];
    if (argument === undefined) given.push(place.unit.constants.ir(null));
    else if (value !== undefined) given.push(value.ir);
    else if (type.kind === 'function')
      given.push(functionArgument(place, argument, type, fine ? bindings : undefined) ?? place.unit.constants.ir(null));
  }
  const type = fine ? fill(callee.returns, bindings, { kind: 'Never' }) : open;
  return {
    ir: { kind: 'library', name: callee.name, arguments: given, at: spanOf(node) },
    type: bounded(place, node, type),
  };
}

/** Whether the argument fits; or it is said that it does not. */
function give(
  place: Place,
  argument: Expression,
  value: Typed,
  { type }: LibraryParameter,
  bindings: Bindings,
): boolean {
  const before = new Map(bindings);
  if (bind(type, value.type, bindings)) return true;
  const isPresent = value.type.kind === 'optional' && bind(type, value.type.of, new Map(before));
  if (isPresent || !hasOpen(type, before)) mismatch(place, argument, value, fill(type, before, open));
  else report(place, 'E101', argument, `this is ${show(value.type)}, and ${describe(type, before)} is needed`);
  return false;
}

function overloadsOf(first: LibraryFunction): readonly LibraryFunction[] {
  const next = first.otherwise === undefined ? undefined : library.get(first.otherwise);
  return next === undefined ? [first] : [first, ...overloadsOf(next)];
}

function fits(one: LibraryFunction, values: readonly (Typed | undefined)[]): boolean {
  const bindings: Bindings = new Map();
  return (
    isCount(one, values.length) &&
    values.every((value, index) => {
      const parameter = one.parameters[index];
      return value === undefined || (parameter !== undefined && bind(parameter.type, value.type, bindings));
    })
  );
}

function isCount({ parameters }: LibraryFunction, given: number): boolean {
  return given <= parameters.length && parameters.slice(given).every(({ optional }) => optional === true);
}

function takes({ parameters }: LibraryFunction): string {
  const least = parameters.filter(({ optional }) => optional !== true).length;
  return least === parameters.length ? count(least) : `${least} to ${count(parameters.length)}`;
}

function sayNoneFits(
  place: Place,
  node: Call,
  overloads: readonly LibraryFunction[],
  values: readonly (Typed | undefined)[],
): void {
  if (values.some((value) => value?.type.kind === 'Unknown')) return;
  const [only] = values;
  const last = overloads.at(-1)?.parameters[0];
  const present: Type | undefined = only?.type.kind === 'optional' ? only.type.of : undefined;
  const [argument] = node.arguments;
  if (present !== undefined && argument !== undefined && only !== undefined && last !== undefined) {
    mismatch(place, argument, only, present);
    return;
  }
  const types = values.map((value) => (value === undefined ? 'a function' : show(value.type))).join(', ');
  const name = overloads[0]?.name ?? '';
  report(place, 'E101', node, `"${name}" does not take (${types})`, overloads.map(signature).join(', or '));
}
