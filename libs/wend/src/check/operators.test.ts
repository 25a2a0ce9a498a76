import { expect, test } from 'vitest';
import { show } from '../types/show.ts';
import { typed } from './check.testing.ts';

/** What the operation of an expression is, and its type. */
function operation(expression: string): string {
  const found = typed(expression);
  if (!('type' in found)) return found.map((line) => line.slice(0, 4)).join(' ');
  return `${found.ir.kind === 'operation' ? found.ir.name : found.ir.kind} ${show(found.type)}`;
}

test.each([
  ['1 + 2', 'int-add Int'],
  ['1 + 2.0', 'float-add Float'],
  ['5% + 1', 'float-add Float'],
  ['$1 + $2', 'money-add Money'],
  ['5ms + 2s', 'duration-add Duration'],
  ['now + 2s', 'time-add Time'],
  ['"a" + "b"', 'string-concat String'],
  ['"a" + tenant.tier', 'string-concat String'],
  ['[1] + [2.5]', 'list-concat [Float]'],
  ['[] + [1]', 'list-concat [Int]'],
  ['1 - 2', 'int-subtract Int'],
  ['1.5 - 2', 'float-subtract Float'],
  ['$1 - $2', 'money-subtract Money'],
  ['5ms - 2ms', 'duration-subtract Duration'],
  ['now - now', 'time-difference Duration'],
  ['now - 5s', 'time-subtract Time'],
  ['2 * 3', 'int-multiply Int'],
  ['2 * 3.0', 'float-multiply Float'],
  ['$2 * 3', 'money-scale Money'],
  ['5% * $2', 'money-scale Money'],
  ['5s * 2', 'duration-scale Duration'],
  ['1.5 * 5s', 'duration-scale Duration'],
  ['1 / 2', 'int-divide Float'],
  ['1 / 2.0', 'float-divide Float'],
  ['$1 / 2', 'money-shrink Money'],
  ['$1 / $2', 'money-ratio Float'],
  ['1s / 2', 'duration-shrink Duration'],
  ['1s / 2s', 'duration-ratio Float'],
  ['7 div 2', 'int-div Int'],
  ['7 mod 2', 'int-mod Int'],
  ['-request.tokens_in', 'int-negate Int'],
  ['-2.5', 'float-negate Float'],
  ['-$1', 'money-negate Money'],
  ['-5s', 'duration-negate Duration'],
  ['not request.stream', 'not Bool'],
  ['request.tokens_in == 5', 'same Bool'],
  ['request.tokens_in != 5.5', 'not-same Bool'],
  ['request.max_tokens == 5', 'same Bool'],
  ['request.max_tokens == null', 'same Bool'],
  ['attributes["x"] == null', 'same Bool'],
  ['attributes["x"] == "y"', 'equal Bool'],
  ['user.roles == ["admin"]', 'equal Bool'],
  ['user.roles != []', 'not-equal Bool'],
  ['tenant.tier == "free"', 'same Bool'],
  ['model(@a/b).id == "a/b"', 'same Bool'],
  ['request.tokens_in < 5.5', 'number-less Bool'],
  ['$1 <= (tenant.spent ?? $0)', 'number-less-equal Bool'],
  ['now > "2026-01-31"', 'number-greater Bool'],
  ['"2026-01-31T00:00:00+02:00" >= now', 'number-greater-equal Bool'],
  ['request.model < "gpt"', 'string-less Bool'],
  ['request.model >= "gpt"', 'string-greater-equal Bool'],
  ['"admin" in user.roles', 'in-list Bool'],
  ['request.lang in ["de", "en"]', 'in-list Bool'],
  ['"a" in attributes', 'in-map Bool'],
  ['"gpt" in request.model', 'in-string Bool'],
  ['"gpt" not in request.model', 'not Bool'],
  ['request.model matches re"^gpt-"', 'matches Bool'],
  ['f"{request.model} {1} {5s} {$1} {true} {now}"', 'format String'],
  ['request.max_tokens ?? 5', 'coalesce Int'],
  ['request.max_tokens ?? 5.5', 'coalesce Float'],
  ['request.max_tokens ?? null', 'coalesce Int?'],
  ['request.max_tokens ?? tenant.quotas["tpm"]', 'coalesce Int?'],
  ['if request.stream then 1 else null', 'conditional Int?'],
  ['if request.stream then "a" else tenant.tier', 'conditional String'],
  ['[tenant.tier, "other"]', 'list [String]'],
  ['[1, null]', 'list [Int?]'],
  ['[{ a: 1, b: 2 }, { a: 1.5 }]', 'list [{ a: Float }]'],
  ['{ a: [], "b-c": { d: null } }', 'record { a: [nothing], "b-c": { d: null } }'],
])('%s is %s', (expression, wanted) => {
  expect(operation(expression)).toBe(wanted);
});

test.each([
  '1 + "a"',
  '$1 + 1',
  '$1 * $1',
  '5s + 1',
  'now + now',
  '1 - $1',
  '2 / $1',
  '2.5 div 2',
  '5s mod 2',
  '-"a"',
  '-true',
  '"a" * 3',
  '[1] - [1]',
  'true + true',
  '1 == "a"',
  '$1 == 1',
  'now == 5s',
  'user.roles == [1]',
  'model(@a/b) == @a/b',
  'tenant.tier < "pro"',
  'true < false',
  '[1] < [2]',
  'request.tokens_in < "5"',
  '1 in ["a"]',
  '1 in attributes',
  '1 in 5',
  '"a" in tenant',
])('%s mixes what does not mix', (expression) => {
  expect(operation(expression)).toBe('E102');
});

test.each([
  'request.max_tokens + 1',
  '1 < request.max_tokens',
  '-request.max_tokens',
  'not request.pii',
  'request.pii and true',
  'request.lang in attributes',
  'request.lang matches re"de"',
  'f"{request.lang}"',
  'health["a/b"].ok',
  'request.metadata["a"]["b"]',
])('%s may be null', (expression) => {
  expect(operation(expression)).toContain('E103');
});

test.each([
  ['tenant.tier == "fre"', 'E201 2:16 "fre" is not one of "free" | "pro" | "enterprise"'],
  ['"fre" != tenant.tier', 'E201 2:1 "fre" is not one of "free" | "pro" | "enterprise"'],
  ['tenant.tier in ["free", "por"]', 'E201 2:25 "por" is not one of "free" | "pro" | "enterprise"'],
  [
    'weekday(now) == "Sunday"',
    'E201 2:17 "Sunday" is not one of "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun"',
  ],
])('an enum is compared with its values only: %s', (expression, wanted) => {
  expect(typed(expression)).toEqual([wanted]);
});

test.each([
  'request.constructor',
  'request.__proto__',
  'tenant.toString',
  'model(@a/b).hasOwnProperty',
  'user.roles.length',
])('%s is no field, whatever JavaScript has there', (expression) => {
  expect(operation(expression)).toBe('E106');
});

test.each(['re"(a"', 're"a{1001}"', 're"(?=a)"', String.raw`re"(a)\1"`, `re"${'a'.repeat(513)}"`])(
  '%s is no regex',
  (regex) => {
    expect(operation(`request.model matches ${regex}`)).toBe('E120');
  },
);
