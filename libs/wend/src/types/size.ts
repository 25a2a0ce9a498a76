// How large a type is, written out: types share parts, and what walks one walks all of it.
import type { Type } from './type.ts';

/** Types larger than this are refused: `type B = { a: A, b: A }` twenty times over is a million. */
export const largestType = 1000;

const sizes = new WeakMap<Type, number>();

/** Types in it, itself included, and values of enums. */
export function sizeOf(type: Type): number {
  const known = sizes.get(type);
  if (known !== undefined) return known;
  const own = type.kind === 'enum' ? type.values.length : 1;
  const size = own + partsOf(type).reduce((sum, part) => sum + sizeOf(part), 0);
  sizes.set(type, size);
  return size;
}

function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'list':
    case 'map':
    case 'optional':
      return [type.of];
    case 'record':
      return [...type.fields.values()];
    default:
      return [];
  }
}
