import { expect, test } from 'vitest';
import { check } from '../check/check.ts';
import { runLimits } from '../limits.ts';
import { parse } from '../syntax/parse.ts';
import { difference } from './testing/both.ts';
import { programInputs } from './testing/inputs.ts';
import { randomProgram } from './testing/program.ts';

// One in a hundred is not well typed, and not run: 100 000 are.
const programs = process.env.MESH_TEST_LONG === undefined ? 300 : 102_000;
/** Small, so that what never ends ends soon; now and then so small that anything fails, at every place in turn. */
const limitsOf = (seed: number) => ({ ...runLimits, fuel: seed % 3 === 0 ? 20 + (seed % 211) : 3000 });

test(
  `random typed programs tell, give, fail and spend the same in both back ends: ${programs} of them`,
  { timeout: 7_200_000 },
  () => {
    let run = 0;
    for (let seed = 1; seed <= programs; seed += 1) {
      const text = randomProgram(seed);
      const { unit, diagnostics } = check(parse(text, 'random.wend').source, { bases: [], imports: new Map() });
      if (unit === undefined) continue;
      run += 1;
      const found = difference(unit, programInputs, limitsOf(seed));
      expect({ seed, found, diagnostics: found && diagnostics }).toEqual({
        seed,
        found: undefined,
        diagnostics: undefined,
      });
    }
    // What is not typed is not run: most are.
    expect(run).toBeGreaterThan(programs * 0.9);
  },
);
