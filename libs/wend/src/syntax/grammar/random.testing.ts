// For tests: chance that can be repeated.

/** Numbers in [0, 1); the same seed, the same numbers (mulberry32, Tommy Ettinger, public domain). */
export type Random = () => number;

export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from 0 up to, without, `end`. */
export function below(chance: Random, end: number): number {
  return Math.floor(chance() * end);
}

/** One of them. @throws Error when there is none */
export function pick<Item>(chance: Random, items: readonly Item[]): Item {
  const item = items[below(chance, items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
