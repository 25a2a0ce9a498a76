// The library: every function that a policy may call, by its key. `len:list` is the `len` of lists, tried where that of texts does not fit.
import { conversions } from './conversions.ts';
import type { LibraryFunction } from './library-function.ts';
import { lists } from './lists.ts';
import { numbers } from './numbers.ts';
import { others } from './other.ts';
import { routing } from './routing.ts';
import { strings } from './strings.ts';
import { times } from './time.ts';

/** A key is the name, or the name, a colon and what it is for. `Ir` names a function by its key; no author can write one with a colon. */
export const library: ReadonlyMap<string, LibraryFunction> = new Map(
  [strings, lists, conversions, numbers, times, routing, others].flat().map((one) => [one.name, one]),
);

/** @throws Error where there is none: the checker has seen to it that there is */
export function libraryFunction(key: string): LibraryFunction {
  const found = library.get(key);
  if (found === undefined) throw new Error(`no function of the library: ${key}`);
  return found;
}
