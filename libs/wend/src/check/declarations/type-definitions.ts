// `type Name = …`
import type { TypeDefinition } from '../../syntax/tree.ts';
import type { Type } from '../../types/type.ts';
import { report, type Place } from '../place.ts';
import { resolveType } from '../types.ts';

/** In the order in which they stand. */
export function defineTypes(place: Place, nodes: readonly TypeDefinition[]): ReadonlyMap<string, Type> {
  const { types, laterTypes } = place.unit.names;
  for (const { name } of nodes) laterTypes.add(name.text);
  for (const node of nodes) {
    const type = resolveType(place, node.type);
    if (types.has(node.name.text)) report(place, 'E109', node.name, `there are two types "${node.name.text}"`);
    else types.set(node.name.text, type);
  }
  laterTypes.clear();
  return types;
}
