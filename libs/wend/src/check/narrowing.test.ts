import { expect, test } from 'vitest';
import { inFunction, inRule, said } from './check.testing.ts';

const limit = 'limit max_tokens = request.max_tokens';

test.each([
  `if request.max_tokens != null { ${limit} }`,
  `if null != request.max_tokens { ${limit} }`,
  `if request.max_tokens == null { return } ${limit}`,
  `if request.max_tokens == null { deny "no" } ${limit}`,
  `if not (request.max_tokens == null) { ${limit} }`,
  `if request.max_tokens == null or request.stream { tag x = 1 } else { ${limit} }`,
  `if request.stream and request.max_tokens != null { ${limit} }`,
  `if request.max_tokens == 5 { ${limit} }`,
  `if request.max_tokens in [5, 6] { ${limit} }`,
  `if request.max_tokens == null { deny "a" } else if request.stream { tag x = 1 } ${limit}`,
  `if request.stream { if request.max_tokens == null { return } } else { if request.max_tokens == null { return } } ${limit}`,
  `tag x = request.max_tokens != null and request.max_tokens > 3`,
  `tag x = request.max_tokens == null or request.max_tokens > 3`,
  `tag x = if request.max_tokens == null then 0 else request.max_tokens + 1`,
  `tag x = (request.max_tokens != null and request.stream) and request.max_tokens > 3`,
  `if request.pii ?? false { tag x = not request.pii }`,
  `if health["a/b"] != null { tag x = health["a/b"].ok }`,
  `if health["a/b"]?.p95 != null { tag x = health["a/b"].p95 + 5ms tag y = health["a/b"]?.p95 + 5ms }`,
  `for m in models() { if m.price_in == null { continue } tag x = m.price_in + $1 }`,
  `for m in models() { if health[m.id] == null { break } tag x = health[m.id].ok }`,
  `let m = request.max_tokens if m != null { limit max_tokens = m }`,
  `let m: Int? = 5 limit max_tokens = m`,
  `while request.max_tokens == null { tag x = 1 } ${limit}`,
  `only m => m.price_in != null and m.price_in < $1`,
  `if request.max_tokens != null { tag x = map([1], n => n + request.max_tokens) }`,
])('narrowed: %s', (statements) => {
  expect(said(inRule(statements))).toEqual([]);
});

test.each([
  limit,
  `if request.max_tokens != null { tag x = 1 } ${limit}`,
  `if request.max_tokens != null or request.stream { ${limit} }`,
  `if request.max_tokens == null { ${limit} }`,
  `if not (request.max_tokens == null and request.stream) { ${limit} }`,
  `if request.max_tokens == tenant.quotas["a"] { ${limit} }`,
  `if request.max_tokens not in [5, 6] { ${limit} }`,
  `if request.max_tokens in [5, null] { ${limit} }`,
  `if request.pii ?? true { tag x = not request.pii }`,
  `if health["a/b"] != null { tag x = health["a/c"].ok }`,
  `if health["a/b"]?.p95 == null { tag x = health["a/b"].ok }`,
  `var m = request.max_tokens if m != null { limit max_tokens = m } set m = null`,
  `while request.max_tokens == null { break } ${limit}`,
  `for x in [1] { if request.max_tokens == null { return } } ${limit}`,
  `if request.max_tokens == null { if request.stream { return } } ${limit}`,
  `only m => m.price_in < $1`,
  `let f = map(models(), m => m.price_in != null) only n => n.price_in < $1 tag f = f`,
])('not narrowed: %s', (statements) => {
  expect(said(inRule(statements)).join('\n')).toContain('E103');
});

test('what a guard tells of the input holds in its rule', () => {
  const text = `policy "p" { rule r when request.max_tokens != null and any([1], x => x == 1) { ${limit} } }`;
  expect(said(text)).toEqual([]);
});

test('a local that is narrowed in one branch is not in the other', () => {
  expect(said(inFunction('if m != null { return m } return m'))).toEqual([
    'E103 2:34 this may be null, and Int is needed',
  ]);
});

test('another local of the same name is another one', () => {
  const statements = 'if n > 1 { let a = m if a == null { return 1 } } let a = m return a';
  expect(said(inFunction(statements))).toEqual(['E103 2:67 this may be null, and Int is needed']);
});
