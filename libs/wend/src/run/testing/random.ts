// Chance that can be had again: a stream of numbers by a seed.

export interface Random {
  /** From 0 up to n, which is not included. */
  below(n: number): number;
  chance(share: number): boolean;
  pick<Of>(all: readonly Of[]): Of;
}

/** Mulberry32 (Tommy Ettinger, public domain). */
export function random(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    below,
    chance: (share) => next() < share,
    pick<Of>(all: readonly Of[]): Of {
      const one = all[below(all.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
}
