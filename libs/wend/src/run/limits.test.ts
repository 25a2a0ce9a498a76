import { expect, test } from 'vitest';
import { sampleInput } from '../data/samples.ts';
import { runLimits } from '../limits.ts';
import { evaluate, type Setting } from './testing/evaluate.ts';

const fn = (body: string, parameters = 'n: Int', returns = 'Int') => `fn f(${parameters}) -> ${returns} { ${body} }`;

/** Doubles twenty times: a million items for whoever walks it. */
const bomb = `${Array.from({ length: 20 }, (_, level) => `fn b${level + 1}(x: Json) -> Json { return if true then [b${level}(x), b${level}(x)] else x }`).join('\n')}\nfn b0(x: Json) -> Json { return x }`;

test.each<[what: string, source: string, message: RegExp, setting?: Setting]>([
  ['a loop without an end', 'f(1)', /more than 20000 units of fuel/, { before: fn('while true { } return n') }],
  [
    'a loop over a loop',
    'f(1)',
    /more than 20000 units of fuel/,
    { before: fn('for a in range(1000) { for b in range(1000) { } } return n') },
  ],
  ['recursion without an end', 'f(1)', /calls within calls deeper than 64/, { before: fn('return 1 + f(n + 1)') }],
  [
    'two functions that call each other',
    'f(1)',
    /calls within calls deeper than 64/,
    { before: `${fn('return g(n)')} fn g(n: Int) -> Int { return f(n) }` },
  ],
  [
    'recursion by a lambda',
    'f(1)',
    /calls within calls deeper than 64/,
    { before: fn('return sum(map([n], x => f(x))) ?? 0') },
  ],
  [
    'a string that doubles',
    'f("0123456789")',
    /a string of more than 4096 characters/,
    { before: fn('var t = s for i in range(20) { set t = t + t } return t', 's: String', 'String') },
  ],
  [
    'many strings',
    'f("0123456789")',
    /more than 262144 bytes of values/,
    {
      before: fn(
        'var t = s for i in range(1000) { set t = s + s + s + s + s + s + s + s } return t',
        's: String',
        'String',
      ),
      limits: { ...runLimits, fuel: 1e9 },
    },
  ],
  [
    'a list that doubles',
    'f([1, 2])',
    /a list of more than 1024 items/,
    { before: fn('var t = s for i in range(20) { set t = t + t } return t', 's: [Int]', '[Int]') },
  ],
  ['a range', 'len(range(1000000))', /a list of more than 1024 items/],
  ['a bomb of shared lists', 'b20(1) == b20(1)', /units of fuel/, { before: bomb }],
  [
    'a regex bomb',
    'request.model matches re"(x+x+)+y"',
    /units of fuel/,
    { input: { ...sampleInput, request: { ...sampleInput.request, model: 'x'.repeat(100_000) } } },
  ],
  [
    'long metadata',
    'lower(as_string(request.metadata["a"]) ?? "")',
    /a string of more than 4096 characters/,
    { input: { ...sampleInput, request: { ...sampleInput.request, metadata: { a: 'x'.repeat(1_000_000) } } } },
  ],
  [
    'deep JSON',
    'request.metadata["a"] == request.metadata["b"]',
    /values nested deeper than 200 levels/,
    {
      input: {
        ...sampleInput,
        request: {
          ...sampleInput.request,
          metadata: JSON.parse(
            `{"a":${'['.repeat(5000)}${']'.repeat(5000)},"b":${'['.repeat(5000)}${']'.repeat(5000)}}`,
          ),
        },
      },
    },
  ],
])('%s ends by a limit, in both back ends alike', (_what, source, message, setting) => {
  const { value, at } = evaluate(source, setting);
  expect(value).toMatch(/^policy_limit: /);
  expect(value).toMatch(message);
  expect(at).not.toBe('');
});

test('recursion as deep as a host allows ends by a limit, and never by the stack of JavaScript', () => {
  const limits = { fuel: 1e9, depth: 100_000, bytes: 1e9 };
  const wide = Array.from({ length: 300 }, (_, place) => `let w${place} = n + ${place}`).join('\n');
  for (const body of [
    'return f(n + 1)',
    'return f(n + 1) + 1',
    `return ${'('.repeat(90)}f(n + 1)${' + 1)'.repeat(90)}`,
    `return f(n + 1)${' + 1'.repeat(150)}`,
    `return ${'if true then '.repeat(60)}f(n + 1)${' else 1'.repeat(60)}`,
    'return sum(map(map(map([n], x => x + f(x)), x => x), x => x)) ?? 0',
    'return sum(map([n], x => sum(map([x], y => sum(map([y], z => f(z))) ?? 0)) ?? 0)) ?? 0',
    'let r = { a: { a: { a: { a: f(n + 1) } } } } return r.a.a.a.a',
    'for a in [1] { for b in [1] { while true { if true { return f(n + 1) } } } } return n',
    `${wide}\nreturn f(n + 1) + ${Array.from({ length: 180 }, (_, place) => `w${place}`).join(' + ')}`,
  ])
    expect([body.slice(0, 60), evaluate('f(1)', { before: fn(body), limits }).value]).toEqual([
      body.slice(0, 60),
      'policy_limit: expressions within calls deeper than 4000 levels',
    ]);
  const many = Array.from({ length: 2000 }, (_, place) => `p${place}: Int`).join(', ');
  const given = Array.from({ length: 2000 }, () => 'n').join(', ');
  const before = `fn f(n: Int) -> Int { return g(${given}) }\nfn g(${many}) -> Int { return f(p0) }`;
  expect(evaluate('f(1)', { before, limits }).value).toMatch(/deeper than 4000 levels/);
});

test('with more fuel and depth Wend computes anything: Ackermann', () => {
  const before = `fn ack(m: Int, n: Int) -> Int {
    if m == 0 { return n + 1 }
    if n == 0 { return ack(m - 1, 1) }
    return ack(m - 1, ack(m, n - 1))
  }`;
  expect(evaluate('ack(2, 3)', { before }).value).toBe(9);
  expect(evaluate('ack(3, 3)', { before, limits: { ...runLimits, fuel: 100_000, depth: 80 } }).value).toBe(61);
});
