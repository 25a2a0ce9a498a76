// Chance that can be had again, as an object: a stream of numbers by a seed.
import { below, pick, random as numbers } from '../../syntax/grammar/random.testing.ts';

export interface Random {
  /** From 0 up to n, which is not included. */
  below(n: number): number;
  chance(share: number): boolean;
  pick<Of>(all: readonly Of[]): Of;
}

export function random(seed: number): Random {
  const next = numbers(seed);
  return {
    below: (n) => below(next, n),
    chance: (share) => next() < share,
    pick: (all) => pick(next, all),
  };
}
