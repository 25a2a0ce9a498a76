// Policies written to break the host, the whole way: parsed, checked, linked, decided by both back ends and explained (`decided` compares them).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decided, policy } from './decide/decide.testing.ts';
import type { Catalogue, ModelRecord } from './data/catalogue.ts';
import type { Json } from './data/json.ts';
import { linkTexts, problems } from './link/link.testing.ts';
import { hostileKeys, hostileNames } from './run/testing/hostile.ts';
import { sampleCatalogue } from './data/sample-catalogue.ts';

type Texts = readonly [string, ...string[]];

const route = 'route default { candidates @openai/gpt-4.1 }';
const repeated = (of: (n: number) => string, count: number, by = ' ') =>
  Array.from({ length: count }, (_, n) => of(n)).join(by);
/** Nearly all that stands in one declaration, for five words. */
const full = (of: string) => of.repeat(3200);
const rule = (body: string, before = '') => policy('p', `${before} rule bad { ${body} }`);

/** What JavaScript's own objects had before. */
const own = [Object, Array, Function, String, Number, Boolean, Map].map(
  (one) => [one, Object.getOwnPropertyNames(one.prototype).length] as const,
);
let globals = 0;
beforeAll(() => {
  globals = Object.getOwnPropertyNames(globalThis).length;
});
afterAll(() => {
  for (const [one, count] of own)
    expect([one.name, Object.getOwnPropertyNames(one.prototype).length]).toEqual([one.name, count]);
  expect(Object.getOwnPropertyNames(globalThis).length).toBe(globals);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

const lists = `let a0 = [1, 2, 3, 4] ${repeated((n) => `let a${n + 1} = [a${n}, a${n}]`, 20)}`;
const asText = 'fn t(x: String) -> String { return x } fn ten() -> String { return "0123456789" }';
const grown = (step: string) => `var s = ten() for i in range(900) { set s = ${step} } tag x = len(s)`;
const forever = { fuel: 1e9, depth: 100_000, bytes: 1e9 };

test.each<[what: string, text: string, message: RegExp, limits?: typeof forever]>([
  ['a loop without an end', rule('while true { }'), /20000 units of fuel/],
  [
    'a loop in a filter',
    rule('only m => f(1) == 1', 'fn f(n: Int) -> Int { while true { } return n }'),
    /20000 units of fuel/,
  ],
  ['recursion', rule('tag x = f(1)', 'fn f(n: Int) -> Int { return f(n) }'), /deeper than 64/],
  [
    'mutual recursion',
    rule('tag x = f(1)', 'fn f(n: Int) -> Int { return g(n) } fn g(n: Int) -> Int { return f(n) }'),
    /deeper than 64/,
  ],
  [
    'recursion by the name of a function',
    rule('tag x = f(1)', 'fn f(n: Int) -> Int { return sum(map([n], f)) ?? 0 }'),
    /deeper than 64/,
  ],
  ['recursion in a filter', rule('only m => f(1) == 1', 'fn f(n: Int) -> Int { return f(n) }'), /deeper than 64/],
  [
    'recursion where the host allows it',
    rule('tag x = f(1)', 'fn f(n: Int) -> Int { return g(n) + 1 } fn g(n: Int) -> Int { return f(n) + 1 }'),
    /deeper than 4000 levels/,
    forever,
  ],
  [
    '4000 arguments where the host allows them',
    policy(
      'p',
      `type T = Int fn f(${repeated((n) => `_${n.toString(36)}: T`, 4000, ',')}) -> Int { return f(${repeated(() => '1', 4000, ',')}) } rule bad { tag x = f(${repeated(() => '1', 4000, ',')}) }`,
    ),
    /more than|deeper than/,
    forever,
  ],
  [
    'room for locals that are never used',
    rule(
      'while true { let x = f(1) }',
      `fn f(n: Int) -> Int { if n > 5 { ${repeated((n) => `let a${n} = 1`, 3200)} } return n }`,
    ),
    /20000 units of fuel/,
  ],
  ['a shared list as a tag', rule(`${lists} tag x = a20`), /32768 bytes/],
  ['a shared list as a transform', rule(`${lists} transform request x = a20`), /32768 bytes/],
  ['a shared list as a configuration', rule(`${lists} use pre "e" with { x: a20 }`), /32768 bytes/],
  ['a shared list compared', rule(`${lists} tag x = a20 == a20`), /units of fuel/],
  ['a shared list looked for', rule(`${lists} tag x = a19 in a20`), /units of fuel/],
  ['a shared list made unique', rule(`${lists} tag x = unique([a20, a20])`), /units of fuel/],
  [
    'a shared list as a message',
    rule(
      `${repeated((n) => `let s${n + 1} = s${n} + s${n}`, 10).replace(/^/, 'let s0 = ten() ')} deny "no" message s10`,
      asText,
    ),
    /4096 characters/,
  ],
  [
    'a cache key that grows',
    rule(`let s0 = ten() ${repeated((n) => `let s${n + 1} = s${n} + s${n}`, 10)} cache key s10 ttl 1s`, asText),
    /4096 characters/,
  ],
  ['a string that grows by +', rule(grown('s + s'), asText), /4096 characters/],
  ['a string that grows by replace', rule(grown('replace(s, "0", s)'), asText), /4096 characters/],
  ['a string that grows by join', rule(grown('join([s, s], s)'), asText), /4096 characters/],
  ['a string that grows by format', rule(grown('f"{s}{s}{s}"'), asText), /4096 characters/],
  [
    'a string that grows by split and join',
    rule(grown('join(split(s, ""), ten())'), asText),
    /4096 characters|1024 items/,
  ],
  ['a list that grows', rule('var l = [1] for i in range(900) { set l = l + l } tag x = len(l)'), /1024 items/],
  [
    'a list that grows by concat',
    rule('var l = [1] for i in range(900) { set l = concat([l, l]) } tag x = len(l)'),
    /1024 items/,
  ],
  ['pieces of a text', rule(`let s = join(map(range(1000), x => "a")) tag x = len(split(s + s, "a"))`), /1024 items/],
  ['a regex that doubles', rule('while true { let x = request.model matches re"(a+a+)+b" }'), /units of fuel/],
  ['effects without an end', rule('while true { only m => true }'), /1024 effects/],
  ['thousands of filters', rule(full('only m => true ')), /1024 effects/],
  ['experiments without an end', rule('while true { experiment e by "k" { a: {}, b: {} } }'), /1024 effects/],
  [
    'experiments that say nothing',
    policy('p', 'rule bad { for i in range(1000) { experiment e by "k" { a: {}, b: {} } } }', 'none').replace(
      ' extends "none"',
      '',
    ),
    /32768 bytes/,
  ],
  [
    'fallbacks without an end',
    policy('p', 'route default { candidates @openai/gpt-4.1 while true { fallback @openai/gpt-4.1 } }'),
    /1024 effects|units of fuel/,
  ],
  [
    'breakers beyond number, and nothing else',
    `policy "p" { ${repeated((n) => `breaker @a/b${n} { failures: 50%, calls: 20, open: 30s }`, 900)} }`,
    /32768 bytes/,
  ],
  [
    'names of rules that fill a decision',
    `policy "p" { ${repeated((n) => `rule "${'é'.repeat(120)}${n}" { }`, 400)} ${route} }`,
    /32768 bytes/,
  ],
  [
    'a denial beside names that fill a decision',
    `policy "p" { ${repeated((n) => `rule "${'é'.repeat(120)}${n}" { }`, 400)} rule z { tag x = 1 div (request.tokens_in - 100) } ${route} }`,
    /division by zero/,
  ],
])('%s ends by a limit, and the request is not let through', (_what, text, message, limits) => {
  const { effect, unavailable, candidates, picked } = decided([text], {}, limits === undefined ? {} : { limits });
  expect(effect).toBe('unavailable');
  expect(unavailable?.message).toMatch(message);
  expect(unavailable?.position).toMatchObject({ file: 'p.wend', line: 1 });
  expect([candidates, picked]).toEqual([[], undefined]);
});

test.each<[what: string, texts: Texts, code: string]>([
  ['120 KiB of parentheses', [rule(`tag x = ${'('.repeat(120 * 1024)}`)], 'E010'],
  ['120 KiB of brackets', [rule(`tag x = ${'['.repeat(120 * 1024)}`)], 'E010'],
  ['120 KiB of a sum', [rule(`tag x = ${'1+'.repeat(60 * 1024)}1`)], 'E010'],
  ['a source beyond 256 KiB', [`policy "p" { ${route} } ${' '.repeat(256 * 1024)}`], 'E012'],
  ['501 rules', [`policy "p" { ${repeated((n) => `rule r${n} { }`, 501)} ${route} }`], 'E212'],
  [
    '501 rules in two layers',
    [
      `policy "p" extends "q" { ${repeated((n) => `rule p${n} { }`, 251)} }`,
      `policy "q" { ${repeated((n) => `rule q${n} { }`, 250)} ${route} }`,
    ],
    'E427',
  ],
  [
    'a type that doubles',
    [rule(`let a0 = { x: 1 } ${repeated((n) => `let a${n + 1} = { x: a${n}, y: a${n} }`, 20)} tag x = a20`)],
    'E128',
  ],
  [
    'a const without an end',
    [policy('p', 'fn f() -> Int { while true { } return 1 } const c = f() rule r { limit rpm = c }')],
    'E429',
  ],
  [
    'a const that recurses',
    [policy('p', 'fn f() -> Int { return f() } const c = f() rule r { limit rpm = c }')],
    'E429',
  ],
  ['a regex too great', [rule('tag x = request.model matches re"((a{100}){100}){100}"')], 'E120'],
  ['a regex that refers back', [rule(String.raw`tag x = request.model matches re"(a)\1"`)], 'E120'],
  ['a regex that looks ahead', [rule('tag x = request.model matches re"(?=a)b"')], 'E120'],
  [
    'a range of a version too great',
    [policy('p', 'rule r { tag x = 1 }', 'q@^999999999999'), 'policy "q" { }'],
    'E424',
  ],
  ['a text that turns around', [rule('tag x = "\u202e"')], 'E005'],
  ['a NUL', [rule('tag x = "\u0000"')], 'E005'],
  ['a letter that looks like another', [rule('tag x = requеst.model')], 'E002'],
  ['a name as long as a source', [`policy "p" { rule "${'n'.repeat(200_000)}" { } ${route} }`], 'E014'],
  ['a policy named as long as a source', [`policy "${'n'.repeat(200_000)}" { ${route} }`], 'E014'],
  [
    'a function replaced',
    [
      'policy "p" extends "q" { fn f() -> Bool { return false } }',
      `policy "q" { fn f() -> Bool { return true } rule r when f() { deny "no" } ${route} }`,
    ],
    'E400',
  ],
  [
    'a const replaced',
    ['policy "p" extends "q" { const c = 2 }', `policy "q" { const c = 1 rule r { limit rpm = c } ${route} }`],
    'E400',
  ],
  [
    'a const replaced by a param',
    ['policy "p" extends "q" { param c = 2 }', `policy "q" { const c = 1 rule r { limit rpm = c } ${route} }`],
    'E400',
  ],
  [
    'a final param set',
    ['policy "p" extends "q" { param c = 2 }', `policy "q" { final param c = 1 rule r { limit rpm = c } ${route} }`],
    'E401',
  ],
  [
    'a rule replaced',
    ['policy "p" extends "q" { rule r { } }', `policy "q" { rule r { deny "no" } ${route} }`],
    'E400',
  ],
  [
    'a final route replaced',
    [
      'policy "p" extends "q" { route r { candidates @local/llama-3 } }',
      'policy "q" { final route r { candidates @openai/gpt-4.1 } }',
    ],
    'E405',
  ],
  [
    'an open function with another signature',
    [
      'policy "p" extends "q" { fn f(x: Int) -> Bool { return false } }',
      `policy "q" { open fn f() -> Bool { return true } rule r when f() { deny "no" } ${route} }`,
    ],
    'E403',
  ],
])('%s is refused, with a place', (_what, texts, code) => {
  const { policy: made, diagnostics } = linkTexts(texts);
  expect(made).toBeUndefined();
  expect(problems(diagnostics, texts).join('\n')).toMatch(new RegExp(`^${code} \\S+:1:\\d+ `, 'm'));
  expect(JSON.stringify(diagnostics.map(({ file: _file, ...rest }) => rest)).length).toBeLessThan(100_000);
});

test('what is said of a name as long as a source is short', () => {
  const of = (name: string) => `policy "p" { rule r { ${repeated((n) => `tag x = ${name}${n}`, 90)} } ${route} }`;
  const { diagnostics } = linkTexts([of('y'.repeat(2400))]);
  expect(diagnostics.length).toBe(90);
  for (const { message, help = '' } of diagnostics)
    expect(Math.max(message.length, help.length)).toBeLessThanOrEqual(400);
});

test('a child that replaces what is open changes nothing that is not', () => {
  const above = `policy "q" { open fn most() -> Int { return 10 } type T = String const name = "q" fn own() -> String { return name } rule r { limit rpm = most() tag by = own() } rule no when request.stream { deny "no" } ${route} }`;
  const below =
    'policy "p" extends "q" { type T = Int const mine: T = 1 fn most() -> Int { while true { } return 1 } rule p { tag mine = mine } }';
  expect(decided([below, above]).unavailable).toMatchObject({ reason: 'policy_limit', layer: 'q' });
  expect(decided([below, above], { request: { stream: true } })).toMatchObject({ effect: 'unavailable' });
  expect(decided([below.replace('while true { }', ''), above])).toMatchObject({
    effect: 'allow',
    limits: { rpm: 1 },
    tags: { by: 'q', mine: 1 },
  });
});

test('a caller cannot switch off a rule by long metadata, whichever layer looks at it', () => {
  const looks = (name: string, above?: string) =>
    policy(
      name,
      `rule look_${name} { tag x = lower(as_string(request.metadata["a"]) ?? "") } rule closed_${name} when request.metadata["b"] != null { deny "closed" }`,
      above,
    );
  const metadata: Readonly<Record<string, Json>> = {
    a: 'x'.repeat(500_000),
    c: Array.from({ length: 20_000 }, () => 1),
  };
  for (const texts of [
    [looks('p', 'q'), policy('q', 'rule r { tag y = 1 }')],
    [policy('p', 'rule r { tag y = 1 }', 'q'), looks('q')],
  ] satisfies Texts[]) {
    expect(decided(texts, { request: { metadata } })).toMatchObject({ effect: 'unavailable', candidates: [] });
    expect(decided(texts, { request: { metadata: { b: 1 } } })).toMatchObject({ effect: 'deny' });
    expect(decided(texts, { request: { metadata: {} } })).toMatchObject({ effect: 'allow' });
  }
});

const words = [
  ...hostileNames.filter((name) => name !== 'then'), // which is reserved
  'polluted',
  'globalThis',
  'process',
  'Function',
  'eval',
  'self',
  'u',
  'r',
  'm',
  'k',
  'k0',
  'v0',
  't1',
];

/** In a body that is written to, these would be more than fields. */
const unwritable = new Set(['__proto__', 'constructor', 'prototype']);

test.each([...unwritable])('no transform writes "%s"', (name) => {
  for (const path of [name, `x.${name}`, `x[${JSON.stringify(name)}].y`]) {
    const { diagnostics } = linkTexts([rule(`transform request ${path} = 1`)]);
    expect([path, diagnostics.map(({ code }) => code)]).toEqual([path, ['E207']]);
  }
});

test.each(words)('"%s" is a name like any other, wherever one stands', (name) => {
  const child = `import "tools" as tools policy "${name}/p" extends "${name}" { rule "${name}_c" { tag child = tools.${name}(1) } }`;
  const root = `policy "${name}" {
    param ${name}_p = 1  const ${name} = 2  type ${name}_t = { ${name}: Int }
    fn f(${name}_a: ${name}_t) -> Int { let ${name}_l = ${name}_a.${name} return ${name}_l + ${name} + ${name}_p }
    rule ${name} {
      let made_ = { "${name}": 1, other: 2 }  let map_ = group(["${name}"], x => x)
      tag ${name} = f({ ${name}: 3 })  tag a.${name}.b = made_.${name}  tag map = map_["${name}"]  tag has = "${name}" in request.metadata
      tag input = request.metadata["${name}"]  tag attribute = attributes["${name}"]  tag record = { ${name}: { "${name}": [1] } }
      transform request ${unwritable.has(name) ? 'x' : `x.${name}`} = 1
      experiment ${name} by "${name}" { ${name}: { tag arm = 1 }, "${name}2": { } }
      use pre "${name.replaceAll('_', 'x').toLowerCase()}" with { ${name}: 1 }
    }
    route ${name} when "${name}" in health { candidates @local/llama-3 }  ${route}
  }`;
  const tools = `library "tools" { fn ${name}(x: Int) -> Int { return x } }`;
  const metadata = JSON.parse(`{"${name}": {"polluted": true}}`) as Record<string, Json>;
  const tagsOf = (request: object) =>
    JSON.parse(JSON.stringify(decided([child, root, tools], { request }).tags)) as Record<string, Json>;
  const [without, given] = [tagsOf({ metadata: {} }), tagsOf({ metadata })];
  const at = (tags: Record<string, Json>, key: string) => (Object.hasOwn(tags, key) ? tags[key] : undefined);
  expect([
    at(without, name),
    at(without, `a.${name}.b`),
    at(without, 'has'),
    at(without, 'input'),
    at(without, 'attribute'),
    at(without, 'child'),
  ]).toEqual([6, 1, false, null, null, 1]);
  expect([at(given, 'has'), JSON.stringify(at(given, 'input')), JSON.stringify(at(given, 'map'))]).toEqual([
    true,
    '{"polluted":true}',
    JSON.stringify([name]),
  ]);
});

test.each([
  'request.constructor',
  'tenant.__proto__',
  'request.metadata.constructor',
  'seed.length',
  '"".constructor',
  '[].constructor',
  '{ a: 1 }.constructor',
  'models().length',
  'f.call',
  'f.constructor',
  'len.constructor',
  'request.toString()',
  'globalThis',
  'process',
  'Function',
  'eval("1")',
  'this',
  'require("fs")',
  'arguments',
  'r.meter',
  'u.links',
  'k0',
  '[f][0]',
  'map',
  '(x => x)',
  'new Function("1")',
  'f`1`',
  'request["constructor"]',
])('no host object is reached by %s', (expression) => {
  const text = rule(`tag x = ${expression}`, 'fn f(n: Int) -> Int { return n }');
  const { policy: made, diagnostics } = linkTexts([text]);
  expect(made).toBeUndefined();
  expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
});

test('keys that JavaScript knows read nothing where nobody wrote them', () => {
  const reads = hostileKeys
    .filter((key) => key.length < 100)
    .map(
      (key, n) =>
        `tag t${n} = request.metadata[${JSON.stringify(key).replaceAll('\u2028', '\\u{2028}')}] tag q${n} = tenant.quotas[${JSON.stringify(key).replaceAll('\u2028', '\\u{2028}')}]`,
    )
    .join(' ');
  const { tags } = decided([rule(reads)], { request: { metadata: {} }, tenant: { quotas: {} } });
  expect(new Set(Object.values(tags))).toEqual(new Set([null]));
});

test('what a host hands over with a prototype is read by own properties alone', () => {
  class Metadata {
    get secret(): string {
      return 'secret';
    }
  }
  const metadata = Object.assign(new Metadata(), { a: 1 }) as unknown as Record<string, Json>;
  const text = rule(
    'tag s = request.metadata["secret"] tag c = request.metadata["constructor"] tag a = request.metadata["a"] tag all = request.metadata',
  );
  expect(decided([text], { request: { metadata } }).tags).toEqual({ s: null, c: null, a: 1, all: { a: 1 } });
});

test.each([NaN, Infinity, -Infinity, -0, 1e308])('%s in an input is computed with, or fails closed, alike', (bad) => {
  const input = { request: { tokens_in: bad, max_tokens: bad }, tenant: { spent: bad, budget: bad }, now: bad };
  for (const body of [
    'tag x = request.tokens_in',
    'tag x = request.tokens_in + 1',
    'tag x = range(request.tokens_in)',
    'tag x = [1, 2][request.tokens_in]',
    'tag x = take([1], request.tokens_in)',
    'tag x = char(request.tokens_in)',
    'tag x = weekday(now, "Europe/Berlin")',
    'tag x = text(now)',
    'tag x = sort_by([request.tokens_in, 1], y => y)',
    'limit max_tokens = request.tokens_in',
    'tag x = text(tenant.spent ?? $0)',
    'tag x = bucket(text(request.tokens_in), "s")',
    'tag x = cost(model(@openai/gpt-4.1), request.tokens_in, 1)',
  ]) {
    const { effect, limits, unavailable } = decided([rule(body)], input);
    expect(['allow', 'unavailable']).toContain(effect);
    expect(unavailable?.message ?? '').not.toContain('internal');
    for (const limit of Object.values(limits)) expect(Number.isFinite(limit)).toBe(true);
  }
});

test('a catalogue with hostile names of models is one like any other', () => {
  const names = [...hostileKeys.filter((key) => key.length < 100), 'k'.repeat(5000)];
  const models: readonly ModelRecord[] = names.map((name) => ({
    id: `v/${name}`,
    vendor: 'v',
    name,
    region: null,
    price_in: 1,
    price_out: null,
    context_tokens: null,
    max_output_tokens: null,
    modalities: [],
    tools: null,
    verbs: ['chat'],
  }));
  const catalogue: Catalogue = {
    ...sampleCatalogue,
    models,
    byId: new Map(models.map((one) => [one.id, one])),
    byAlias: new Map(models.map((one) => [one.name, [one]])),
  };
  const text = policy(
    'p',
    'rule r { only m => m.name != "then" tag names = ids(take(models(), 5)) } route default { candidates take(models(), 20) sticky by seed }',
  );
  const { effect, candidates } = decided([text], {}, { catalogue });
  expect(effect).toBe('allow');
  expect(candidates.map(({ model }) => model)).not.toContain('v/then');
  const aliases = policy('q', `route default { candidates [${hostileNames.map((name) => `@"${name}"`).join(', ')}] }`);
  expect(decided([aliases], {}, { catalogue }).candidates).toHaveLength(hostileNames.length);
  expect(decided([aliases], {}, { catalogue: { ...catalogue, byAlias: new Map() } }).unavailable).toEqual({
    reason: 'no_candidate',
  });
});

test('thousands of params, functions and consts are only many', () => {
  const text = policy(
    'p',
    `${repeated((n) => `param p${n} = ${n} `, 3000)} ${repeated((n) => `fn f${n}() -> Int { return p${n} } `, 3000)} rule r { tag x = f2999() }`,
  );
  expect(decided([text]).tags).toEqual({ x: 2999 });
});

test('a user id that a client grinds moves nothing that is drawn by the seed, and a Bool is no key', () => {
  const by = (key: string) =>
    policy('p', `route default { split by ${key} { @openai/gpt-4.1: 1, @local/llama-3: 1 } }`);
  const picked = (key: string) =>
    Array.from({ length: 40 }, (_, n) => decided([by(key)], { user: { id: `u${n}` }, seed: 'one' }).picked);
  expect(new Set(picked('seed')).size).toBe(1);
  expect(new Set(picked('user.id ?? seed')).size).toBe(2);
  expect(linkTexts([by('request.stream')]).policy).toBeUndefined();
});
