import { expect, test } from 'vitest';
import type { Code, Ir, Lazy } from '../ir/ir.ts';
import { checkText, inFunction, inRule } from './check.testing.ts';

/** The costs of all regions of a rule's body, in the order of the text. */
function costs(statements: string): readonly number[] {
  const { unit, diagnostics } = checkText(inRule(statements));
  expect(diagnostics).toEqual([]);
  return regionsOf(unit?.rules[0]?.body.body).map(({ cost }) => cost);
}

function regionsOf(value: unknown): readonly (Code | Lazy)[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, part]) => (key === 'at' ? [] : regionsOf(part)));
  return isRegion(value) ? [value, ...inner] : inner;
}

function isRegion(value: object): value is Code | Lazy {
  return 'cost' in value && 'body' in value;
}

test.each<[string, readonly number[]]>([
  ['', [1]],
  ['deny "no"', [1]],
  ['deny "no" message "x"', [2]],
  ['tag x = 1', [2]],
  ['tag x = 1 tag y = 1 + 2', [6]],
  ['tag x = request.tokens_in', [3]],
  ['tag x = [1, 2, 3]', [5]],
  ['tag x = { a: 1, b: [] }', [4]],
  ['tag x = request.stream and request.tools', [4, 2]],
  ['tag x = request.max_tokens ?? 5', [4, 1]],
  ['tag x = if request.stream then 1 + 2 else 3', [4, 3, 1]],
  ['if request.stream { tag x = 1 } else { }', [3, 2, 1]],
  ['for x in [1, 2] { tag x = x }', [4, 2]],
  ['while request.stream { tag x = 1 }', [1, 2, 2]],
  ['tag x = filter([1], y => y > 2)', [4, 3]],
  ['only m => m.tools ?? false', [1, 3, 1]],
  ['tag x = hour(now)', [4]],
  ['tag x = health["a"]', [4]],
  ['tag x = f"a{seed}b"', [5]],
  ['experiment e by seed { a: { tag x = 1 }, b: { tag x = 1 + 1 } }', [2, 2, 4]],
])('%s costs %j', (statements, wanted) => {
  expect(costs(statements)).toEqual(wanted);
});

test('what a source costs is the same whenever it is checked', () => {
  const text = inFunction('let a = map([1, 2], x => x * n) for x in a { if x > 5 { return x } } return m ?? 0');
  expect(checkText(text).unit).toEqual(checkText(text).unit);
});

test('a call pays for room for locals, used or not: 1 for every 16', () => {
  const costOf = (locals: number) => {
    const lets = Array.from({ length: locals }, (_, index) => `let a${index} = 1`).join(' ');
    return checkText(inFunction(`if n > 5 { ${lets} } return 1`)).unit?.functions[0]?.body.cost ?? 0;
  };
  // Two of them are its parameters.
  expect([13, 14, 29, 30].map((locals) => costOf(locals) - costOf(0))).toEqual([0, 1, 1, 2]);
});

test('no region of a unit is free', () => {
  const text = inFunction('for x in [1] { } while n > 5 { } if n > 1 { } return 1');
  const regions = regionsOf(checkText(text).unit);
  expect(regions.length).toBeGreaterThan(4);
  for (const { cost } of regions) expect(cost).toBeGreaterThan(0);
});

test('the name of a function costs what a lambda around the call of it does', () => {
  const named = inFunction('return len(map([1], g)) } fn g(x: Int) -> Int { return x', 'f() -> Int');
  const lambda = inFunction('return len(map([1], y => g(y))) } fn g(x: Int) -> Int { return x', 'f() -> Int');
  const costsOf = (text: string) => regionsOf(checkText(text).unit).map(({ cost }) => cost);
  expect(costsOf(named)).toEqual(costsOf(lambda));
});

test('constants stand once in the table, field names among them', () => {
  const { unit } = checkText(inRule('tag x = [1, 1, "stream", 1.0] tag y = request.stream'.replace(', "stream"', '')));
  expect(unit?.constants).toEqual([1, 'stream']);
});

test('a unit names its places, and holds nothing of its tree', () => {
  const { unit } = checkText(inRule('tag x = 1 + 2'));
  const step = unit?.rules[0]?.body.body.body[0];
  const ir: Ir | undefined = step?.kind === 'effect' ? step.operands[0] : undefined;
  expect(ir).toEqual({
    kind: 'operation',
    name: 'int-add',
    operands: [
      { kind: 'constant', index: 0 },
      { kind: 'constant', index: 1 },
    ],
    at: { start: 30, end: 35 },
  });
});
