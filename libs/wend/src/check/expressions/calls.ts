// Calls: of functions of this source, of an import or a layer above, or of the library.
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { Call, Expression } from '../../syntax/tree.ts';
import { expect, infer } from '../expressions.ts';
import { functionIn, type FunctionName } from '../names.ts';
import { report, unknown, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';
import { inferLibraryCall } from './library-calls.ts';

export function inferCall(place: Place, node: Call): Typed {
  const found = functionOf(place, node.callee);
  if (found !== undefined) return inferOwnCall(place, node, found);
  const { callee } = node;
  const fromLibrary = callee.kind === 'identifier' ? place.unit.names.libraryFunction(callee.name) : undefined;
  if (fromLibrary !== undefined && place.unit.names.function(fromLibrary.name) === undefined)
    return inferLibraryCall(place, node, fromLibrary);
  sayNoFunction(place, callee);
  for (const argument of node.arguments) if (argument.kind !== 'lambda') infer(place, argument);
  return unknown(place);
}

/** The function that an expression names, where it is not the library's. */
export function functionOf(place: Place, node: Expression): FunctionName | undefined {
  const { names } = place.unit;
  if (node.kind === 'identifier') {
    const found = names.function(node.name);
    return found === 'ambiguous' ? undefined : found;
  }
  if (node.kind !== 'member' || node.of.kind !== 'identifier' || node.optional) return undefined;
  const space = place.scope.find(node.of.name) === undefined ? names.space(node.of.name) : undefined;
  return space && functionIn(space, node.name.text);
}

function inferOwnCall(place: Place, node: Call, callee: FunctionName): Typed {
  const { parameters } = callee;
  if (node.arguments.length !== parameters.length)
    report(
      place,
      'E108',
      node,
      `"${callee.name}" takes ${count(parameters.length)}, and here are ${node.arguments.length}`,
    );
  const values = node.arguments.map((argument, index) => {
    const type = parameters[index];
    return type === undefined ? infer(place, argument) : expect(place, argument, type);
  });
  return {
    ir: { kind: 'call', ref: callee.ref, arguments: values.map(({ ir }) => ir), at: spanOf(node) },
    type: callee.returns,
  };
}

export function count(parameters: number): string {
  return parameters === 1 ? '1 argument' : `${parameters} arguments`;
}

function sayNoFunction(place: Place, callee: Expression): void {
  const { names } = place.unit;
  if (callee.kind === 'missing') return undefined;
  if (callee.kind === 'member' && callee.of.kind === 'identifier') {
    const space = names.space(callee.of.name);
    if (names.missing.has(callee.of.name)) return undefined;
    if (space !== undefined && place.scope.find(callee.of.name) === undefined) {
      const known = space.unit.functions.map(({ name }) => name);
      const help = didYouMean(callee.name.text, known);
      return report(place, 'E404', callee.name, `"${space.unit.name}" has no function "${callee.name.text}"`, help);
    }
  }
  if (callee.kind !== 'identifier')
    return report(place, 'E125', callee, 'this is no function', 'functions are called by their names: f(x)');
  if (names.function(callee.name) === 'ambiguous')
    return report(place, 'E126', callee, `two imports have "${callee.name}"`, 'import one of them with "as"');
  if (place.scope.find(callee.name) !== undefined || names.value(callee.name) !== undefined)
    return report(place, 'E125', callee, `"${callee.name}" is a value, and no function`);
  if (names.incomplete) return undefined;
  const help = didYouMean(callee.name, names.functionNames());
  return report(place, 'E107', callee, `there is no function "${callee.name}"`, help);
}
