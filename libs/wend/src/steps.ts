// Work in steps: whoever serves requests does something else between two of them.
import { exact } from './exact.ts';

/** All steps at once. */
export function finish<Result>(steps: Generator<undefined, Result>): Result {
  let next = steps.next();
  while (next.done !== true) next = steps.next();
  return next.value;
}

/** What comes of each, a step each. */
export function* each<Item, Result>(
  items: Iterable<Item>,
  of: (item: Item) => Result,
): Generator<undefined, readonly Result[]> {
  const results: Result[] = [];
  for (const item of items) {
    results.push(of(item));
    yield;
  }
  return exact(results);
}
