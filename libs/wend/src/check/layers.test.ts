import { expect, test } from 'vitest';
import { checkText, said } from './check.testing.ts';

const base = `policy "base" version "2.1.0" {
  param soft: Float = 90%
  final param hard = 100%
  const regions = ["eu"]
  type Limits = { rpm: Int }
  fn twice(x: Int) -> Int { return x * 2 }
  open fn allowed(m: Model) -> Bool { return m.region in regions }
  rule residency { only m => allowed(m) }
  open rule budget when (tenant.spent ?? $0) > (tenant.budget ?? $1) * soft * hard { tag over = true }
  final route internal when request.stream { candidates @a/b }
  route default { candidates cheapest(twice(1)) }
}`;
const middle = `policy "middle" extends "base" { param soft = 80% open fn allowed(m: Model) -> Bool { return m.region == "eu" } rule budget {} }`;

const child = (body: string, above = 'base') => said(`policy "p" extends "${above}@^2" {\n${body}\n}`, [base, middle]);

test.each([
  'param soft = 95%',
  'param soft: Float = 1',
  'rule budget { deny "over budget" }',
  'fn allowed(m: Model) -> Bool { return m.vendor == "local" }',
  'route default { candidates @local/llama }',
  'route vip when tenant.tier == "pro" { candidates filter(models(), m => allowed(m)) }',
  'rule r { tag x = twice(len(regions)) tag y = soft + hard }',
  'fn limits() -> Limits { return { rpm: 5 } } rule r { limit rpm = limits().rpm }',
  'rule r { let regions = 1 tag x = regions }',
])('a child may say: %s', (body) => {
  expect(child(body)).toEqual([]);
});

test.each([
  ['rule residency {}', 'E400 2:6 "base" has a rule "residency" already'],
  ['fn twice(x: Int) -> Int { return x }', 'E400 2:4 "base" has a function "twice" already'],
  ['const regions = ["us"]', 'E400 2:7 "base" has a const "regions" already'],
  ['param regions = ["us"]', 'E400 2:7 "base" has a const "regions" already'],
  ['const soft = 5%', 'E400 2:7 "base" has a param "soft" already'],
  ['param hard = 50%', 'E401 2:7 the param "hard" of "base" is final'],
  ['param soft: Int = 1', 'E402 2:13 the layer above says that "soft" is Float'],
  ['param soft = "much"', 'E101 2:14 this is String, and Float is needed'],
  ['fn allowed(m: Model) -> Int { return 1 }', 'E403 2:4 "allowed" of "base" has another signature'],
  ['fn allowed() -> Bool { return true }', 'E403 2:4 "allowed" of "base" has another signature'],
  ['route internal { candidates @a/b }', 'E405 2:7 the route "internal" of "base" is final'],
  ['combine pipeline replace', 'E211 2:1 the root policy says how its layers are combined'],
])('a child may not say: %s', (body, wanted) => {
  expect(child(body)).toEqual([wanted]);
});

test('a layer between decides for those below it', () => {
  expect(child('rule budget { deny "no" }', 'middle')).toEqual(['E400 2:6 "middle" has a rule "budget" already']);
  expect(child('fn allowed(m: Model) -> Bool { return true }', 'middle')).toEqual([]);
});

test('a param is that of the layer which declared it, and a function that of the nearest', () => {
  const text = 'policy "p" extends "middle" { rule r { tag x = soft only m => allowed(m) } }';
  const { unit } = checkText(text, [base, middle]);
  expect(unit?.uses).toEqual([
    { name: 'middle', range: undefined },
    { name: 'base', range: undefined },
  ]);
  const refs = JSON.stringify(unit?.rules).match(/"ref":\{[^}]*\}/g);
  expect(refs).toEqual(['"ref":{"unit":2,"index":0}', '"ref":{"unit":1,"index":0}']);
});

test('nothing after a final route without a guard is asked, of the layers below too', () => {
  const above = 'policy "base" { final route all { candidates @a/b } }';
  expect(said('policy "p" extends "base" { route mine { candidates @a/b } }', [above])).toEqual([
    'W303 1:35 this route is never asked: "all" of a layer above has no guard and comes before it',
  ]);
});

test('a chain without a default route is incomplete wherever a route stands', () => {
  const above = 'policy "base" { rule r { tag x = 1 } }';
  expect(said('policy "p" extends "base" { route a when request.stream { candidates @a/b } }', [above])).toEqual([
    'E210 1:8 no route is taken when none of the guards holds',
  ]);
});

const one = `library "one" version "1.0.0" {
  const unit = 5
  type Pair = { a: Int, b: Int }
  fn sum(p: Pair) -> Int { return p.a + p.b }
  fn asks() -> Int { return request.tokens_in }
}`;
const other = 'library "other" { fn sum(p: Int) -> Int { return p } }';
const importing = (imports: string, body: string) => said(`${imports} policy "p" {\n${body}\n}`, [one, other]);

test('what is imported with a name is behind it, what is not is in scope', () => {
  expect(importing('import "one@^1" as lib', 'rule r { tag x = lib.sum({ a: 1, b: lib.unit }) }')).toEqual([]);
  expect(
    importing('import "one@^1"', 'fn f(p: Pair) -> Int { return sum(p) + unit } rule r { tag x = f({ a: 1, b: 2 }) }'),
  ).toEqual([]);
  expect(importing('import "one@^1" as lib', 'rule r { tag x = unit + lib.unit }')).toEqual([
    'E105 2:18 there is no "unit" here',
  ]);
});

test.each([
  ['import "one" as lib', 'rule r { tag x = lib.som(1) }', 'E404 2:22 "one" has no function "som"'],
  ['import "one" as lib', 'rule r { tag x = lib.onit }', 'E404 2:22 "one" has no "onit"'],
  ['import "one" as lib', 'rule r { tag x = lib }', 'E105 2:18 "lib" is an import: say what of it'],
  ['import "one" import "other"', 'rule r { tag x = sum(1) }', 'E126 2:18 two imports have "sum"'],
  [
    'import "one"',
    'const n = asks() rule r { tag x = n }',
    'E127 2:11 a param or const is computed before any request, and this function looks at one, or is open',
  ],
])('%s %s', (imports, body, wanted) => {
  expect(importing(imports, body)).toEqual([wanted]);
});

test('what an import that is missing may have is not asked for', () => {
  expect(importing('import "nowhere"', 'rule r { tag x = mystery(1) + puzzle }')).toEqual([]);
  expect(importing('import "nowhere" as n', 'rule r { tag x = n.mystery(1) + n.puzzle }')).toEqual([]);
});

test('two imports have two names', () => {
  expect(importing('import "one" as a import "other" as a', 'rule r { tag x = a.sum({ a: 1, b: 2 }) }')).toContain(
    'E109 1:37 there are two imports as "a"',
  );
});
