// What is known not to be null at a place.

/** Paths of immutable values: `#3` is a local, then `request.max_tokens`, `attributes["plan"]` … */
export type Facts = ReadonlySet<string>;

export const noFacts: Facts = new Set();

/** What is known by either. */
export function both(one: Facts, other: Facts): Facts {
  if (other.size === 0) return one;
  return one.size === 0 ? other : new Set([...one, ...other]);
}

/** What is known both ways round; undefined is a way that is never taken. */
export function either(one: Facts | undefined, other: Facts | undefined): Facts | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one === other ? one : new Set([...one].filter((path) => other.has(path)));
}
