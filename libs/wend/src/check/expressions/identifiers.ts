// Names of values: locals, params and consts, the input.
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { InputName, Ir } from '../../ir/ir.ts';
import type { Identifier } from '../../syntax/tree.ts';
import { decisionType } from '../../types/decision-schema.ts';
import { inputSchema, isInputRoot } from '../../types/input-schema.ts';
import type { Type } from '../../types/type.ts';
import { report, unknown, type Place, type Typed } from '../place.ts';
import type { Local } from '../scope.ts';

export function inferIdentifier(place: Place, node: Identifier): Typed {
  const { name } = node;
  const local = place.scope.find(name);
  if (local !== undefined) return ofLocal(place, node, local);
  const value = place.unit.names.value(name);
  if (value === 'ambiguous') {
    report(place, 'E126', node, `two imports have "${name}"`, 'import one of them with "as"');
    return unknown(place);
  }
  if (value !== undefined)
    return seen(place, `$${value.ref.unit}.${value.ref.index}`, { kind: 'value', ref: value.ref }, value.type);
  if (isInputRoot(name)) return ofInput(place, node, name, inputSchema[name]);
  if (name === 'decision') return ofDecision(place, node);
  sayUnknown(place, node);
  return unknown(place);
}

/** With what is known of its path: a `T?` that was asked for is a `T`. */
export function seen(
  place: Place,
  path: string | undefined,
  ir: Ir,
  type: Type,
  before: readonly string[] = [],
): Typed {
  if (path === undefined) return before.length === 0 ? { ir, type } : { ir, type, proves: before };
  const known = type.kind === 'optional' && place.facts.has(path) ? type.of : type;
  return { ir, type: known, path, proves: [...before, path] };
}

function ofLocal(place: Place, node: Identifier, local: Local): Typed {
  local.used = true;
  const ir: Ir = { kind: 'local', slot: local.slot };
  if (local.kind !== 'var') return seen(place, `#${local.slot}`, ir, local.type);
  if (place.inLambda)
    report(place, 'E115', node, `"${local.name}" is a "var", and a lambda reads it`, 'put it into a "let" before');
  return { ir, type: local.type };
}

function ofInput(place: Place, node: Identifier, name: InputName, type: Type): Typed {
  if (place.procedure.role === 'value')
    report(place, 'E127', node, `a param or const cannot look at "${name}": it is computed before any request`);
  return seen(place, name, { kind: 'input', name }, type);
}

function ofDecision(place: Place, node: Identifier): Typed {
  if (place.procedure.role !== 'expect' || place.unit.kind === 'library') {
    report(place, 'E127', node, 'only the expectations of a policy\'s tests see "decision"');
    return unknown(place);
  }
  return seen(place, 'decision', { kind: 'input', name: 'decision' }, decisionType);
}

function sayUnknown(place: Place, node: Identifier): void {
  const { names } = place.unit;
  if (names.function(node.name) !== undefined || names.libraryFunction(node.name) !== undefined)
    return report(place, 'E114', node, `"${node.name}" is a function: it is called, or given to a library function`);
  if (names.space(node.name) !== undefined)
    return report(place, 'E105', node, `"${node.name}" is an import: say what of it`);
  names.used.add(`value ${node.name}`);
  if (names.laterValues.has(node.name))
    return report(
      place,
      'E117',
      node,
      `"${node.name}" is not yet known here: a param or const is made of those that stand before it`,
    );
  if (names.incomplete) return undefined; // the import it may be of has been said to be missing
  report(
    place,
    'E105',
    node,
    `there is no "${node.name}" here`,
    foreignNames.get(node.name) ?? didYouMean(node.name, knownIn(place)),
  );
}

/** What other languages call it. */
const foreignNames: ReadonlyMap<string, string> = new Map([
  ['True', 'write "true"'],
  ['False', 'write "false"'],
  ...['None', 'none', 'nil', 'undefined', 'NULL'].map((name) => [name, 'what is missing is "null"'] as const),
]);

function* knownIn({ scope, unit }: Place): Iterable<string> {
  yield* Object.keys(inputSchema);
  yield* scope.names();
  yield* unit.names.valueNames();
}
