import { expect, test } from 'vitest';
import { runLimits } from '../limits.ts';
import { linkTexts } from '../link/link.testing.ts';
import { closures } from '../run/closures.ts';
import { generate } from '../run/generate.ts';
import { programInputs } from '../run/testing/inputs.ts';
import { testCatalogue as catalogue } from '../run/testing/models.ts';
import { decide } from './decide.ts';
import { explain } from './explain.ts';
import { randomBundle } from './random-bundles.testing.ts';

const bundles = process.env['MESH_TEST_LONG'] === undefined ? 120 : 10_000;
/** Every third so little that any layer fails, at every place in turn. */
const limitsOf = (seed: number) => ({ ...runLimits, fuel: seed % 3 === 0 ? 20 + (seed % 311) : 3000 });

test(
  `random parents, children and libraries decide, spend and fail the same in both back ends: ${bundles} of them`,
  { timeout: 7_200_000 },
  () => {
    const seen = { linked: 0, allow: 0, unavailable: 0, deny: 0 };
    for (let seed = 1; seed <= bundles; seed += 1) {
      const texts = randomBundle(seed);
      const limits = limitsOf(seed);
      const [one, other] = [generate, closures].map((backEnd) => linkTexts(texts, { backEnd, limits }));
      expect([seed, other?.diagnostics]).toEqual([seed, one?.diagnostics]);
      const [generated, reference] = [one?.policy, other?.policy];
      if (generated === undefined || reference === undefined) continue;
      seen.linked += 1;
      for (const input of programInputs) {
        const facts = { input, catalogue };
        const decision = decide(generated, facts);
        const text = JSON.stringify(decision);
        expect([seed, JSON.stringify(decide(reference, facts))]).toEqual([seed, text]);
        expect([seed, JSON.stringify(explain(reference, facts).decision)]).toEqual([seed, text]);
        expect([seed, Buffer.byteLength(text) <= 32 * 1024]).toEqual([seed, true]);
        expect([seed, decision.unavailable?.message ?? '']).not.toEqual([seed, expect.stringContaining('internal')]);
        seen[decision.effect] += 1;
      }
    }
    // What cannot be linked is not run: most can, and they come out in every way.
    expect(seen.linked).toBeGreaterThan(bundles * 0.5);
    for (const effect of ['allow', 'unavailable', 'deny'] as const)
      expect(seen[effect]).toBeGreaterThan(bundles * 0.05);
  },
);
