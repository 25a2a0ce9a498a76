import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Decision, Effects } from '../data/decision.ts';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { decided } from './decide.testing.ts';
import { ids, randomFacts, randomPolicy, type RandomPolicy } from './random-policies.testing.ts';

const numRuns = process.env['MESH_TEST_LONG'] === undefined ? 60 : 5_000;

const anything = `route default { candidates [${ids.map((id) => `@"${id}"`).join(', ')}] }`;
const strictness = ['ignore', 'warn', 'block'];

/** Root first, its default route among them. */
function chain(policies: readonly RandomPolicy[], combine: string): readonly [string, ...string[]] {
  const texts = policies.map(({ rules, routes }, place) => {
    const above = place === 0 ? '' : `extends "layer${place - 1}"`;
    const last = place === 0 && !/route default/.test(routes) ? anything : '';
    return `policy "layer${place}" ${above} { ${place === 0 ? combine : ''} ${rules} ${routes} ${last} }`;
  });
  const [leaf = '', ...others] = texts.reverse();
  return [leaf, ...others];
}

/** Everything that may come of a decision: as it stands, and with each arm. */
function outcomes({ experiments, ...effects }: Decision): readonly Omit<Effects, 'experiments'>[] {
  return [effects, ...experiments.flatMap(({ arms }) => Object.values(arms))];
}

function modelsOf({ candidates, fallbacks, picked }: Omit<Effects, 'experiments'>): readonly string[] {
  return [...[...candidates, ...fallbacks].map(({ model }) => model), ...(picked === undefined ? [] : [picked])];
}

/** The laws that hold between what the rules above said and what comes out below. */
function holds(above: Decision, below: Decision): void {
  if (above.effect === 'deny') expect(below.effect).toBe('deny');
  if (above.unavailable?.reason === 'policy_error') expect(below.effect).not.toBe('allow');
  // What is denied, or failed, has no effects to compare.
  if (
    [above, below].some(
      ({ effect, unavailable }) => effect === 'deny' || unavailable?.reason.startsWith('policy') === true,
    )
  ) {
    return;
  }
  const allowed = new Set(modelsOf(above));
  for (const outcome of outcomes(below)) {
    for (const model of modelsOf(outcome)) expect(allowed).toContain(model);
    if (outcome.deny !== undefined) continue;
    for (const [what, most] of Object.entries(above.limits)) {
      expect(outcome.limits[what as keyof Effects['limits']]).toBeLessThanOrEqual(most);
    }
    for (const required of above.pipeline.filter(({ mode }) => mode === 'required')) {
      const { stage, extension, range, config } = required;
      const kept = outcome.pipeline.find(
        (one) =>
          JSON.stringify([one.stage, one.extension, one.range, one.config]) ===
          JSON.stringify([stage, extension, range, config]),
      );
      expect(kept?.mode).toBe('required');
      expect(strictness.indexOf(kept?.on_fail ?? '')).toBeGreaterThanOrEqual(strictness.indexOf(required.on_fail));
    }
    if (above.cache !== undefined && 'off' in above.cache) expect(outcome.cache).toEqual({ off: true });
    if (above.hedge_after_ms !== undefined) expect(outcome.hedge_after_ms).toBeGreaterThanOrEqual(above.hedge_after_ms);
  }
}

/** What may not be taken back is said without experiments: with them the first arm's alone would be compared. */
const plain = (layer: string) => randomPolicy(layer).filter(({ rules }) => !rules.includes('experiment'));

test('a child never allows what its parent removed, never drops what it requires, never raises a limit', () => {
  const combine = fc.constantFrom('', 'combine pipeline replace');
  fc.assert(
    fc.property(
      plain('a'),
      randomPolicy('b'),
      randomPolicy('c'),
      combine,
      randomFacts,
      (root, mid, leaf, how, facts) => {
        const probe = decided([`policy "layer0" { ${how} ${root.rules} ${anything} }`], facts);
        holds(probe, decided(chain([root, mid], how), facts));
        holds(probe, decided(chain([root, mid, leaf], how), facts));
      },
    ),
    { numRuns },
  );
}, 600_000);

test('the same holds for a leaf under two layers', () => {
  fc.assert(
    fc.property(plain('a'), plain('b'), randomPolicy('c'), randomFacts, (root, mid, leaf, facts) => {
      const probe = decided(
        chain(
          [
            { ...root, routes: '' },
            { ...mid, routes: '' },
          ],
          '',
        ),
        facts,
      );
      holds(probe, decided(chain([root, mid, leaf], ''), facts));
    }),
    { numRuns },
  );
}, 600_000);

test('decisions depend on nothing but policy, catalogue, input and seed', () => {
  fc.assert(
    fc.property(randomPolicy('a'), randomPolicy('b'), randomFacts, fc.integer(), (root, leaf, facts, n) => {
      const texts = chain([root, leaf], '');
      const first = JSON.stringify(decided(texts, facts));
      vi.useFakeTimers({ now: Math.abs(n) * 1000 });
      vi.spyOn(Math, 'random').mockReturnValue((Math.abs(n) % 100) / 100);
      const { byId, byAlias } = sampleCatalogue;
      const catalogue = {
        ...sampleCatalogue,
        byId: new Map([...byId].reverse()),
        byAlias: new Map([...byAlias].reverse()),
      };
      expect(JSON.stringify(decided(texts, facts, { catalogue }))).toBe(first);
      vi.useRealTimers();
      vi.restoreAllMocks();
    }),
    { numRuns: numRuns / 2 },
  );
}, 600_000);
