import { expect, test } from 'vitest';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { linked } from '../link/link.testing.ts';
import { generate } from '../run/generate.ts';
import { decided, inputWith, policy } from './decide.testing.ts';
import { decide } from './decide.ts';

const zero = '1 div (request.tokens_in - 100)';
const endless = 'var n = 0 while true { set n = n + 1 }';

test.each([
  ['a guard', `rule bad when ${zero} == 1 { tag x = 1 }`, 'policy_error', 15],
  ['a body', `rule bad { tag x = ${zero} }`, 'policy_error', 20],
  ['a loop without an end', `rule bad { ${endless} tag x = 1 }`, 'policy_limit', 23],
  ['a filter', `rule bad { only m => ${zero} == 1 }`, 'policy_error', 22],
  [
    'a filter without an end',
    'fn f(n: Int) -> Int { return f(n + 1) } rule bad { only m => f(1) == 1 }',
    'policy_limit',
    30,
  ],
] as const)('%s that fails makes the request unavailable, and says where', (_, body, reason, column) => {
  const decision = decided([policy('p', body)]);
  expect(decision).toMatchObject({
    effect: 'unavailable',
    candidates: [],
    tags: {},
    pipeline: [],
    unavailable: { reason, layer: 'p' },
  });
  expect(decision).not.toHaveProperty('picked');
  expect(decision.unavailable?.position?.file).toBe('p.wend');
  expect(decision.unavailable?.position?.line).toBe(1);
  expect(decision.unavailable?.position?.column).toBeGreaterThan(column - 12);
});

test('a route that fails is no reason to try the next one', () => {
  const decision = decided([
    policy(
      'p',
      `route bad when ${zero} == 1 { candidates @openai/gpt-4.1 } route default { candidates @openai/gpt-4.1 }`,
    ),
  ]);
  expect(decision).toMatchObject({ effect: 'unavailable', unavailable: { reason: 'policy_error' } });
  expect(decision).not.toHaveProperty('route');
});

test('a failure is found in the source in which it stands', () => {
  const library = `library "lib" {\n\n  fn share(of: Int) -> Int { return 1 div of }\n}`;
  const decision = decided([
    `import "lib" as lib ${policy('p', 'rule r { tag x = lib.share(request.tokens_in - 100) }')}`,
    library,
  ]);
  expect(decision.unavailable).toMatchObject({ layer: 'p', position: { file: 'lib.wend', line: 3 } });
});

test('a denial stands, before and behind a layer that failed', () => {
  const bad = `rule bad { tag x = ${zero} }`;
  const deny = 'rule no priority PRIORITY { deny "closed" }';
  for (const priority of ['1', '-1']) {
    const decision = decided([policy('leaf', deny.replace('PRIORITY', priority), 'root'), policy('root', bad)]);
    expect(decision).toMatchObject({ effect: 'deny', deny: { rule: 'no', layer: 'leaf' } });
  }
});

test('a layer that failed takes part no more, the others do', () => {
  const leaf = policy('leaf', `rule bad priority 9 { tag x = ${zero} } rule no { deny "leaf" }`, 'root');
  const decision = decided([leaf, policy('root', 'rule r { tag y = 1 }')]);
  expect(decision).toMatchObject({ effect: 'unavailable', rules: ['leaf:bad', 'root:r'] });
});

test('each layer has its own fuel: a child that spends all of its own takes nothing from its parent', () => {
  const decision = decided([
    policy('leaf', `rule bad priority 9 { ${endless} tag x = 1 }`, 'root'),
    policy('root', 'rule no { deny "root" }'),
  ]);
  expect(decision).toMatchObject({ effect: 'deny', deny: { layer: 'root' } });
  expect(decision.spent.map(({ layer, fuel }) => [layer, fuel > 19_000])).toEqual([
    ['root', false],
    ['leaf', true],
  ]);
});

test('a filter pays from its own layer', () => {
  const costly = 'fn f(n: Int) -> Int { var i = 0 while i < n { set i = i + 1 } return i }';
  const root = policy('root', `${costly} rule r { only m => f(1000) == 1000 }`);
  const [above, below] = decided([policy('leaf', 'rule l { tag x = 1 }', 'root'), root]).spent;
  expect(above?.fuel).toBeGreaterThan(4000);
  expect(below?.fuel).toBeLessThan(20);
});

const bomb = `let a0 = [1, 2, 3, 4] ${Array.from({ length: 20 }, (_, n) => `let a${n + 1} = [a${n}, a${n}]`).join(' ')}`;

test.each(['tag x = a20', 'transform request x = a20', 'use pre "e" with { x: a20 }'])(
  'shared parts count as often as they are written: %s',
  (effect) => {
    const decision = decided([policy('p', `rule bomb { ${bomb} ${effect} }`)]);
    expect(decision.unavailable).toMatchObject({
      reason: 'policy_limit',
      message: 'a decision of more than 32768 bytes',
    });
  },
);

test('many small parts of a decision are too much together', () => {
  const tags = Array.from({ length: 60 }, (_, n) => `tag t${n} = long`).join(' ');
  const decision = decided([
    policy('p', `rule big { let long = join(map(range(0, 90), i => "abcdefghij"), "") ${tags} }`),
  ]);
  expect(decision.unavailable).toMatchObject({
    reason: 'policy_limit',
    message: 'a decision of more than 32768 bytes',
  });
});

test.each([
  ['plain text', 'a', 30_000, 'allow'],
  ['what JSON writes with six characters', '\u0001', 5_000, 'allow'],
  ['what JSON writes with six characters', '\u0001', 5_500, 'unavailable'],
  ['half a pair', '\ud800', 5_500, 'unavailable'],
  ['what UTF-8 writes with three bytes', '€', 11_000, 'unavailable'],
  ['quotes', '"', 16_500, 'unavailable'],
])('a decision counts as it is written: %s', (_, character, length, effect) => {
  const text = policy('p', 'rule r { tag x = request.metadata["text"] }');
  const of = decided([text], { request: { metadata: { text: character.repeat(length) } } });
  expect(of.effect).toBe(effect);
});

test('JSON of a request that is nested too deeply fails closed', () => {
  let deep: readonly unknown[] = [];
  for (let n = 0; n < 5000; n += 1) deep = [deep];
  const text = policy('p', 'rule r { tag x = request.metadata["deep"] }');
  const of = decided([text], { request: { metadata: { deep: deep as never } } });
  expect(of.unavailable).toMatchObject({ reason: 'policy_limit', message: 'values nested deeper than 200 levels' });
});

test('what is no failure of the policy is closed too, and says nothing of the request', () => {
  const broken = linked([policy('p', 'rule r { tag x = request.model }')]);
  const input = inputWith();
  const hostile = {
    ...input,
    get request(): never {
      throw new TypeError('secret prompt');
    },
  };
  const decision = decide(broken, { input: hostile, catalogue: sampleCatalogue });
  expect(decision.unavailable).toMatchObject({ reason: 'policy_error', message: 'an internal error: TypeError' });
  expect(JSON.stringify(decision)).not.toContain('secret');
});

test('hostile keys are keys like any other', () => {
  const decision = decided([
    policy(
      'p',
      'rule r { tag __proto__ = 1 tag constructor.prototype = { "__proto__": 2, toJSON: 3 } transform request x = { "__proto__": 1 } }',
    ),
  ]);
  expect(JSON.parse(JSON.stringify(decision.tags))).toEqual(
    JSON.parse('{"__proto__":1,"constructor.prototype":{"__proto__":2,"toJSON":3}}'),
  );
  expect(Object.getPrototypeOf(decision.tags)).toBe(Object.prototype);
});

test('a host that raises fuel lets a layer run longer, and the digest tells', () => {
  const text = policy('p', 'rule r { var n = 0 while n < 20000 { set n = n + 1 } tag n = n }');
  const limits = { fuel: 1_000_000, depth: 64, bytes: 262_144 };
  expect(decided([text]).effect).toBe('unavailable');
  expect(decided([text], {}, { limits }).tags).toEqual({ n: 20_000 });
  expect(linked([text], { limits, backEnd: generate }).digest).not.toBe(linked([text]).digest);
});
