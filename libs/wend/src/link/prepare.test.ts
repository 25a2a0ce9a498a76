import { expect, test } from 'vitest';
import { linked } from './link.testing.ts';
import { prepare } from './prepare.ts';
import { UnitCache } from './unit-cache.ts';

test('all that a policy may run is compiled, in steps, and once for all policies that share it', () => {
  const units = new UnitCache();
  const root =
    'import "tools" as t policy "root" { rule r when request.stream { tag x = t.two() } route default { candidates @openai/gpt-4.1 } }';
  const tools = 'library "tools" { fn two() -> Int { return 2 } }';
  const [one, other] = ['a', 'b'].map((name) =>
    linked([`policy "${name}" extends "root" { rule own { tag y = 1 } }`, root, tools], { units }),
  );
  const steps = (policy: typeof one) => (policy === undefined ? undefined : [...prepare(policy)].length);
  // the guard and the two bodies of the root, the rule of the leaf, the function of the library
  expect(steps(one)).toBe(5);
  expect(steps(one)).toBe(0);
  expect(steps(other)).toBe(1);
});
