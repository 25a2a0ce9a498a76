import { describe, expect, it } from 'vitest';
import { corpus } from './corpus.testing.ts';
import { Deriver, spaced } from './grammar/derive.testing.ts';
import { wendGrammar } from './grammar/ebnf.testing.ts';
import { random } from './grammar/random.testing.ts';
import { holdLaws } from './laws.testing.ts';
import { mutated } from './mutate.testing.ts';

const long = process.env['MESH_TEST_LONG'] !== undefined;
const rounds = long ? 1_000_000 : 5000;

describe('the parser', () => {
  it(
    `holds its laws for ${rounds} mutated sources: no crash, no hang, positions, lossless tokens, and those of the formatter`,
    () => {
      const chance = random(long ? Date.now() : 42);
      const deriver = new Deriver(wendGrammar(), chance);
      const derived = Array.from({ length: 200 }, () => spaced(deriver.sentence(40), chance));
      const sources = [...corpus, ...derived];
      let parsed = 0;
      for (let round = 0; round < rounds; round += 1) {
        const text = mutated(sources, chance);
        try {
          if (holdLaws(text).diagnostics.length === 0) parsed += 1;
        } catch (error) {
          throw new Error(`in ${JSON.stringify(text)}`, { cause: error });
        }
      }
      expect(parsed).toBeGreaterThan(rounds / 20);
      expect(parsed).toBeLessThan(rounds / 2);
    },
    long ? 3_600_000 : 60_000,
  );
});
