import { expect, test } from 'vitest';
import { decided, policy } from './decide.testing.ts';

const experiment = (arms: string, name = 'short') => `experiment ${name} by user.id ?? seed { ${arms} }`;

test('the first arm is taken, the others are computed: each a whole set of effects', () => {
  const decision = decided([
    policy(
      'p',
      `rule r { tag base = 1 limit max_tokens = 100 ${experiment('control: { tag arm = "control" } brief: { tag arm = "brief" limit max_tokens = 50 }'.replace('} brief', '}, brief'))} }`,
    ),
  ]);
  expect(decision.tags).toEqual({ base: 1, arm: 'control' });
  expect(decision.limits).toEqual({ max_tokens: 100 });
  const [one] = decision.experiments;
  expect(one).toMatchObject({ name: 'short', taken: 'control' });
  expect(one?.arms['brief']).toEqual({
    candidates: [{ model: 'openai/gpt-4.1' }],
    picked: 'openai/gpt-4.1',
    fallbacks: [],
    pipeline: [],
    experiments: [],
    limits: { max_tokens: 50 },
    transforms: { request: [], response: [] },
    breakers: [],
    tags: { base: 1, arm: 'brief' },
  });
  expect(one?.arms['control']).toMatchObject({ tags: decision.tags, limits: decision.limits });
});

test('arms of a route choose models, and every filter holds for them', () => {
  const decision = decided([
    policy(
      'p',
      `rule eu { only m => m.region == "eu" } route default { ${experiment('a: { candidates [@openai/gpt-4.1, @azure-eu/gpt-4.1] }, b: { split { @openai/gpt-4.1: 1, @mistral/mistral-large: 1 } }, c: { candidates @openai/gpt-4.1 }')} }`,
    ),
  ]);
  expect(decision.candidates).toEqual([{ model: 'azure-eu/gpt-4.1' }]);
  const arms = decision.experiments[0]?.arms;
  expect(arms?.['b']?.candidates).toEqual([{ model: 'mistral/mistral-large', weight: 1 }]);
  expect(arms?.['c']).toMatchObject({ candidates: [], fallbacks: [] });
});

test('a filter of an arm holds in that arm alone', () => {
  const decision = decided([policy('p', `rule r { ${experiment('all: { tag x = 1 }, none: { only m => false }')} }`)]);
  expect(decision.picked).toBe('openai/gpt-4.1');
  expect(decision.experiments[0]?.arms['none']).not.toHaveProperty('picked');
});

test('with two experiments each arm stands beside the first of the other', () => {
  const two = `${experiment('a: { tag one = "a" }, b: { tag one = "b" }', 'one')} ${experiment('c: { tag two = "c" }, d: { tag two = "d" }', 'two')}`;
  const { experiments } = decided([policy('p', `rule r { ${two} }`)]);
  const tags = experiments.map(({ arms }) => Object.values(arms).map((arm) => arm.tags));
  expect(tags).toEqual([
    [
      { one: 'a', two: 'c' },
      { one: 'b', two: 'c' },
    ],
    [
      { one: 'a', two: 'c' },
      { one: 'a', two: 'd' },
    ],
  ]);
});

test('an arm that denies denies where it is taken', () => {
  const open = decided([policy('p', `rule r { ${experiment('a: { tag x = 1 }, b: { deny "not now" }')} }`)]);
  expect(open.effect).toBe('allow');
  expect(open.experiments[0]?.arms['b']).toMatchObject({ deny: { reason: 'not now' }, candidates: [] });
  const closed = decided([policy('p', `rule r { ${experiment('a: { deny "now" }, b: { tag x = 1 }')} }`)]);
  expect(closed).toMatchObject({ effect: 'deny', deny: { reason: 'now' }, route: 'default', candidates: [] });
  expect(closed.experiments[0]?.arms['b']).toMatchObject({ picked: 'openai/gpt-4.1', tags: { x: 1 } });
});

test('the key is a hash: by subject, and another one for another experiment', () => {
  const keyOf = (user: string, name?: string) =>
    decided([policy('p', `rule r { ${experiment('a: { tag x = 1 }, b: { tag x = 2 }', name)} }`)], {
      user: { id: user },
    }).experiments[0]?.key;
  expect(keyOf('alice@acme.com')).toMatch(/^[0-9a-z]{6,11}$/);
  expect(keyOf('alice@acme.com')).toBe(keyOf('alice@acme.com'));
  expect(new Set([keyOf('alice'), keyOf('bob'), keyOf('alice', 'other')]).size).toBe(3);
});

test('arms count: many of them are too much for a decision', () => {
  const arms = Array.from({ length: 40 }, (_, n) => `a${n}: { tag x = ${n} }`).join(', ');
  const decision = decided([
    policy('p', `rule r { ${experiment(arms)} tag long = join(map(range(0, 200), i => "abcdefghij"), "") }`),
  ]);
  expect(decision.unavailable).toMatchObject({
    reason: 'policy_limit',
    message: 'a decision of more than 32768 bytes',
  });
});
