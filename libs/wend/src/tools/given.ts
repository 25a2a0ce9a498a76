// A request with one thing changed, as `given` says.
import type { Input, ModelHealth } from '../data/input.ts';
import type { Value } from '../run/instance.ts';

type Fields = { readonly [key: string]: unknown };

/** Of a model of which nothing was said yet. */
const wellModel: ModelHealth = { ok: true, p95: null, errors: 0, open: false };

/** A copy of the input with the value at the path, which the checker knows to be there or in a map. */
export function given(input: Input, path: readonly string[], value: Value): Input {
  return put(input as unknown as Fields, path, value, '') as unknown as Input;
}

function put(of: Fields, [part, ...rest]: readonly string[], value: Value, above: string): Fields {
  if (part === undefined) return of;
  const before = Object.hasOwn(of, part) ? of[part] : above === 'health' ? wellModel : {};
  const below = typeof before === 'object' && before !== null && !Array.isArray(before) ? (before as Fields) : {};
  const after = rest.length === 0 ? value : put(below, rest, value, part);
  return Object.fromEntries([...Object.entries(of).filter(([key]) => key !== part), [part, after]]);
}
