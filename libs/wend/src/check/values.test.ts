import { expect, test } from 'vitest';
import { checkText, inRule, said } from './check.testing.ts';

const inPolicy = (body: string) => said(`policy "p" {\n${body}\n rule r { tag x = a } }`);

test.each([
  [
    'const a = b const b = 1',
    'E117 2:11 "b" is not yet known here: a param or const is made of those that stand before it',
  ],
  ['const a = a', 'E117 2:11 "a" is not yet known here: a param or const is made of those that stand before it'],
  [
    'const a = f() fn f() -> Int { return g() } fn g() -> Int { return a }',
    'E117 2:11 this function uses a param or const that does not stand before this one',
  ],
  [
    'const a = request.tokens_in',
    'E127 2:11 a param or const cannot look at "request": it is computed before any request',
  ],
  ['const a = cheapest(1)', 'E127 2:11 a param or const is computed before any request, and this asks for models'],
  [
    'const a = f() fn f() -> Int { return g() } fn g() -> Int { return request.tokens_in }',
    'E127 2:11 a param or const is computed before any request, and this function looks at one, or is open',
  ],
  [
    'const a = f() open fn f() -> Int { return 1 }',
    'E127 2:11 a param or const is computed before any request, and this function looks at one, or is open',
  ],
  [
    'const a = map([1], f) fn f(x: Int) -> Int { return x + request.tokens_in }',
    'E127 2:20 a param or const is computed before any request, and this function looks at one, or is open',
  ],
  [
    'type A = B type B = Int const a: A = 1',
    'E117 2:10 "B" is not yet known here: a type is made of those that stand before it',
  ],
  ['type A = [A] const a: A = []', 'E117 2:11 "A" is not yet known here: a type is made of those that stand before it'],
  ['const a: Tupple = 1', 'E122 2:10 there is no type "Tupple"'],
  ['type A = { x: Int, x: Int } const a: A = { x: 1 }', 'E109 2:20 there are two fields "x"'],
  ['const a: { x: Int, y: Int? } = {}', 'E101 2:32 the field "x" is missing: it is Int'],
  ['const a = { x: 1, x: 2 }', 'E109 2:19 "x" stands here twice'],
  ['const a: "x" | "y" = "z"', 'E201 2:22 "z" is not one of "x" | "y"'],
  ['const a: Time = "2026-02-30"', 'E101 2:17 this is String, and Time is needed'],
])('refused: %s', (body, wanted) => {
  expect(inPolicy(body)).toEqual([wanted]);
});

test.each([
  'const b = 1 const a = b + 1',
  'const b = 2 const a = f(b) fn f(x: Int) -> Int { return if x < 1 then 0 else f(x - 1) + b }',
  'const a = reduce([1, 2], 0, add) fn add(x: Int, y: Int) -> Int { return x + y }',
  'const a = reduce([1, 2], [], push) fn push(xs: [Int], x: Int) -> [Int] { return xs + [x] }',
  'type B = "x" | "y" type A = { b: B, c: [B]?, d: Map<B> } const a: A = { b: "x", c: ["y"], d: { z: "x" } }',
  'const a: { x: Int, y: Int? } = { x: 1 }',
  'const a: [{ x: Int?, y: Float }] = [{ y: 1 }, { x: 1, y: 2 }]',
  'const a: Time = "2026-02-28T12:00:00+01:00"',
  'const a: Map<Float> = { x: 1, "y z": 2.5 }',
  'const a: Json = { x: [1, "a", null], y: { z: true } }',
  'const a: String = @a/b',
  'param a: Int? = null',
])('fine: %s', (body) => {
  expect(inPolicy(body)).toEqual([]);
});

test('a record that is not written in place has no fields but those of its type', () => {
  const body = 'const b = { x: 1 } const a: { x: Int, y: Int? } = b';
  expect(inPolicy(body)).toEqual(['E101 2:51 this is { x: Int }, and { x: Int, y: Int? } is needed']);
});

test.each([
  ['breaker @a/b { failures: 50%, calls: 20, open: 30s }', []],
  ['breaker * { failures: 1, calls: 20, open: 30s }', []],
  ['breaker * { failures: 50%, calls: 20 }', ['E219 1:24 a breaker says "open": a duration above 0']],
  ['breaker * { failures: 50%, calls: 0, open: 30s }', ['E219 1:48 "calls" is a literal: a whole number from 1']],
  ['breaker * { failures: 50%, calls: 1, open: 30s, half: 1 }', ['E219 1:62 a breaker has no "half"']],
  ['combine pipeline replace', []],
  ['combine pipeline merge', ['E211 1:22 there is no "combine pipeline merge"']],
  ['meta { owner: "a", tags: ["b", -1], limit: $1 }', []],
  ['meta { owner: now }', ['E127', 'E221']],
  [
    'test "t" { given tenant.tier = "pro" given attributes.a = 1 given health["a/b"].ok = true given now = "2026-01-01" sample "default" expect decision.route == null }',
    [],
  ],
  ['test "t" { given tenant.tear = "pro" }', ['E222 1:38 there is no field "tear" here']],
  ['test "t" { given decision.route = "x" }', ['E222 1:31 the input has no "decision"']],
  ['test "t" { sample "defualt" }', ['E222 1:32 there is no sample "defualt"']],
  ['test "t" { expect 1 }', ['E101 1:32 this is Int, and Bool is needed']],
  ['test "t" { given request.tokens_in = decision.route }', ['E127']],
  [
    'test "t" { expect decision.picked == @a/b and decision.limits.max_tokens == 5 and decision.tags["x"] == true }',
    [],
  ],
  ['test "t" {} test "t" {}', ['E109 1:31 there are two tests "t"']],
])('%s', (declaration, wanted) => {
  const found = said(`policy "p" { ${declaration} }`);
  expect(found.map((line, index) => line.slice(0, wanted[index]?.length))).toEqual(wanted);
});

test('what must be in the catalogue is listed with its place, but not what tests say', () => {
  const text = `policy "p" { rule r { use pre "x/guard@^1" } breaker @a/b { calls: 1, failures: 1, open: 1s }
    route default { candidates [@"fast", model(@c/d).id] } test "t" { expect decision.picked == @e/f } }`;
  const { unit } = checkText(text);
  const found = unit?.literals.map(({ kind, text: name, at }) => [kind, name, text.slice(at.start, at.end)]);
  expect(found).toEqual([
    ['extension', 'x/guard@^1', '"x/guard@^1"'],
    ['alias', 'fast', '@"fast"'],
    ['model', 'c/d', '@c/d'],
    ['model', 'a/b', '@a/b'],
  ]);
});

test('a source with more than can be read of errors has no unit, and some of each are told', () => {
  const { unit, diagnostics } = checkText(inRule(`${'tag x = 1 == 1 '.repeat(300)}${'tag x = y '.repeat(300)}`));
  expect(unit).toBeUndefined();
  expect(diagnostics.length).toBeLessThanOrEqual(200);
  expect(new Set(diagnostics.map(({ code }) => code))).toContain('E105');
});
