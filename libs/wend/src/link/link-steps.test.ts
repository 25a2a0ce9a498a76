import { expect, test } from 'vitest';
import { generate } from '../run/generate.ts';
import { finish } from '../steps.ts';
import { link, linkSteps } from './link.ts';
import { resolver, sha256, sourceOf } from './link.testing.ts';
import { UnitCache } from './unit-cache.ts';

const functions = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `open fn ${prefix}${n}() -> Int { return ${n} }`).join(' ');
const root = `policy "root" { ${functions('r', 200)} route default { candidates @openai/gpt-4.1 } }`;
const leaf = `policy "leaf" extends "root" { ${functions('l', 200)} rule x { tag y = l1() + r1() } }`;
const optionsWith = (units: UnitCache) => ({ resolve: resolver([root]), digest: sha256, backEnd: generate, units });

test('a policy is linked a declaration a step, and comes out as at once', () => {
  const steps = [...linkSteps(sourceOf(leaf), optionsWith(new UnitCache()))];
  expect(steps.length).toBeGreaterThan(400);
  const inSteps = finish(linkSteps(sourceOf(leaf), optionsWith(new UnitCache())));
  const atOnce = link(sourceOf(leaf), optionsWith(new UnitCache()));
  expect(inSteps.policy?.digest).toBe(atOnce.policy?.digest);
  expect(inSteps.policy?.units).toEqual(atOnce.policy?.units);
  expect(inSteps.diagnostics).toEqual(atOnce.diagnostics);
});

test('whatever is linked and swept between two steps, the policy is whole and shares what there is', () => {
  for (const place of [1, 100, 300]) {
    const units = new UnitCache();
    const steps = linkSteps(sourceOf(leaf), optionsWith(units));
    for (let n = 0; n < place; n += 1) steps.next();
    const other = link(sourceOf(leaf), optionsWith(units)).policy;
    if (place === 100) expect([...units.sweep([])]).toEqual([]);
    const { policy } = finish(steps);
    expect(policy?.digest).toBe(other?.digest);
    if (place !== 100) expect(policy?.layers[0]).toBe(other?.layers[0]);
  }
});

test('what is wrong is said as at once', () => {
  const wrong = sourceOf('policy "leaf" extends "root" { rule x { tag y = z } }');
  expect(finish(linkSteps(wrong, optionsWith(new UnitCache())))).toEqual(link(wrong, optionsWith(new UnitCache())));
});
