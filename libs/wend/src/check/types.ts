// Types as they are written.
import { didYouMean } from '../diagnostics/suggest.ts';
import type { NamedType, TypeNode } from '../syntax/tree.ts';
import { largestType, sizeOf } from '../types/size.ts';
import { basics, optionalOf, type Type } from '../types/type.ts';
import { report, type Place } from './place.ts';

/** Names are looked up among those that stand before: no type holds itself. */
export function resolveType(place: Place, node: TypeNode): Type {
  const type = resolve(place, node);
  if (sizeOf(type) <= largestType) return type;
  report(place, 'E128', node, `this type has more than ${largestType} parts`);
  return { kind: 'Unknown' };
}

function resolve(place: Place, node: TypeNode): Type {
  switch (node.kind) {
    case 'named':
      return named(place, node);
    case 'list-type':
      return { kind: 'list', of: resolve(place, node.of) };
    case 'map-type':
      return { kind: 'map', of: resolve(place, node.of) };
    case 'optional':
      return optionalOf(resolve(place, node.of));
    case 'enum':
      return { kind: 'enum', values: [...new Set(node.values.map(({ value }) => value))] };
    case 'record-type': {
      const fields = new Map<string, Type>();
      for (const { name, type } of node.fields) {
        if (fields.has(name.text)) report(place, 'E109', name, `there are two fields "${name.text}"`);
        fields.set(name.text, resolve(place, type));
      }
      return { kind: 'record', fields };
    }
    case 'missing-type':
      return { kind: 'Unknown' };
  }
}

function named(place: Place, node: NamedType): Type {
  const basic = basics.find((one) => one === node.name);
  if (basic !== undefined) return { kind: basic };
  const { names } = place.unit;
  const found = names.type(node.name);
  if (found === 'ambiguous') report(place, 'E126', node, `two imports have a type "${node.name}"`);
  else if (found !== undefined) return found;
  else if (names.laterTypes.has(node.name))
    report(place, 'E117', node, `"${node.name}" is not yet known here: a type is made of those that stand before it`);
  else if (!names.incomplete)
    report(place, 'E122', node, `there is no type "${node.name}"`, didYouMean(node.name, typesIn(place)));
  return { kind: 'Unknown' };
}

function* typesIn({ unit }: Place): Iterable<string> {
  yield* basics;
  yield* unit.names.typeNames();
}
