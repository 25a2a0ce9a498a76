// Records and maps: own properties alone, and nothing to inherit for those that a policy makes.
import type { Value } from '../instance.ts';

export type Fields = { readonly [key: string]: Value };

const hasOwn = Object.prototype.hasOwnProperty;

// INVARIANT (own properties): a key of a policy or a request reads what was put under it, and nothing that JavaScript has.
/** What stands under the key; null where nothing does, or `of` holds no keys. */
export function own(of: Value, key: string): Value {
  if (of === null || typeof of !== 'object' || !hasOwn.call(of, key)) return null;
  return (of as Fields)[key] ?? null;
}

/** Its prototype is empty and has none itself. A record that has none at all would be a hash table in V8: three times as slow. */
const Bare = function () {
  /* has nothing */
} as unknown as new () => { [key: string]: Value };
Bare.prototype = Object.freeze(Object.create(null) as object);

/** A record that finds nothing but what is put into it, to be filled and then only read: there `__proto__` is a key like any other. */
export function emptyRecord(): { [key: string]: Value } {
  return new Bare();
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether something stands under the key, and be it null. */
export function hasKey(of: Value, key: string): boolean {
  return of !== null && typeof of === 'object' && hasOwn.call(of, key);
}

/** The item at a place, from 0; null where there is none. */
export function item(of: readonly Value[], place: number): Value {
  return place >= 0 && place < of.length ? (of[place] ?? null) : null;
}
