import { expect, test } from 'vitest';
import { inFunction, inRule, said } from './check.testing.ts';

const contradictions = [
  'request.tokens_in > 5 and request.tokens_in < 3',
  'request.tokens_in > 5 and request.tokens_in <= 5',
  '5 < request.tokens_in and request.stream and (request.tokens_in < 5)',
  'request.tokens_in == 5 and request.tokens_in == 6',
  'request.tokens_in == 5 and request.tokens_in > 5',
  'request.tokens_in != 5 and request.tokens_in == 5',
  'tenant.tier == "free" and tenant.tier == "pro"',
  'tenant.tier != "free" and tenant.tier != "pro" and tenant.tier != "enterprise"',
  'request.max_tokens == null and request.max_tokens != null',
  'now < "2026-01-01" and now >= "2026-06-01"',
  'request.model == "a" and request.model == "b"',
];
test.each(contradictions)('never true: %s', (guard) => {
  expect(said(`policy "p" { rule r when\n${guard} { tag x = 1 } }`).map((line) => line.slice(0, 8))).toEqual([
    'W307 2:1',
  ]);
});

test.each([
  'request.tokens_in > 5 and request.tokens_in < 7',
  'request.tokens_in >= 5 and request.tokens_in <= 5',
  'request.tokens_in > 5 or request.tokens_in < 3',
  'not (request.tokens_in > 5) and request.tokens_in < 3',
  'tenant.tier != "free" and tenant.tier != "pro"',
  'request.lang != "de" and request.lang != null',
  'request.lang == null and request.model != "a"',
  'request.tokens_in > 5 and request.max_tokens == 3',
  'attributes["a"] == "x" and attributes["b"] == "y"',
  'any(user.roles, x => x == "a") and any(user.roles, x => x == "b")',
  'request.max_tokens == null or request.max_tokens > 5',
  'true',
])('may be true: %s', (guard) => {
  expect(said(`policy "p" { rule r when\n${guard} { tag x = 1 } }`)).toEqual([]);
});

test.each([
  ['deny "no" tag x = 1 tag y = 1', 'W301 2:11 this is never reached'],
  ['if request.stream { return } else { deny "no" } tag x = 1', 'W301 2:49 this is never reached'],
  ['while true { tag x = 1 } tag y = 1', 'W301 2:26 this is never reached'],
  ['for x in [1] { continue tag x = x }', 'W301 2:25 this is never reached'],
  ['tag x = 1 == 1.0', 'W302 2:9 both sides are literals: this is always the same'],
  ['tag x = $1 < $2', 'W302 2:9 both sides are literals: this is always the same'],
  ['tag x = request.model ?? "a"', 'W304 2:9 this is never null: what stands behind "??" is never used'],
  ['tag x = request.model == null', 'W304 2:9 this is never null: the comparison is always false'],
  ['let x = 1', 'W306 2:5 nothing reads "x"'],
  ['var x = 1 set x = 2', 'W306 2:5 nothing reads "x"'],
])('warned of: %s', (statements, wanted) => {
  expect(said(inRule(statements))).toEqual([wanted]);
});

test.each([
  'while true { if request.stream { break } } tag x = 1',
  'if request.stream { deny "no" } tag x = 1',
  'for x in [1] { if x > 1 { return } } tag x = 1',
  'var n = 0 while n < 5 { set n = n + 1 } tag n = n',
])('not warned of: %s', (statements) => {
  expect(said(inRule(statements))).toEqual([]);
});

test.each([
  ['route a { candidates @a/b } route b when request.stream { candidates @a/b }', ['W303 1:48']],
  ['route a { candidates @a/b } final route b { candidates @a/b }', ['W303 1:20']],
  ['route a when request.stream { candidates @a/b } route b { candidates @a/b }', []],
  ['final route a when request.stream { candidates @a/b } route b { candidates @a/b }', []],
])('routes that are never asked: %s', (routes, wanted) => {
  expect(said(`policy "p" { ${routes} }`).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(wanted);
});

test.each([
  ['fallback @a/b fallback @a/b', 1],
  ['fallback @a/b on any fallback @a/b on timeout', 1],
  ['fallback @a/b on timeout fallback @a/b on timeout', 1],
  ['fallback @a/b on timeout fallback @a/b on server_error', 0],
  ['fallback @a/b on timeout fallback @a/b', 0],
  ['candidates @a/b fallback @a/b retry 2', 0],
  ['if request.stream { fallback @a/b } else { fallback @a/b }', 0],
])('a fallback that another shadows: %s', (statements, count) => {
  expect(said(`policy "p" { route default { ${statements} } }`)).toHaveLength(count);
});

test('what nothing uses is named, but not what is for others', () => {
  const text = `import "lib" policy "p" {
  param a = 1
  const b = 2
  const _c = 3
  fn f() -> Int { return 1 }
  open fn g(x: Int) -> Int { return 1 }
  const d = 4
  rule r { tag x = d }
}`;
  const beside = ['library "lib" { const one = 1 fn two() -> Int { return 2 } }'];
  expect(said(text, beside).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'W306 1:1',
    'W306 2:9',
    'W306 3:9',
    'W306 5:6',
  ]);
});

test('what follows a loop that never ends is never reached, in functions too', () => {
  expect(said(inFunction('while true { tag x = 1 } return 1')).map((line) => line.slice(0, 4))).toEqual([
    'E202',
    'W301',
  ]);
});
