import { expect, test } from 'vitest';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { linked } from '../link/link.testing.ts';
import { inputWith, policy } from './decide.testing.ts';
import { explain } from './explain.ts';

const root = `policy "root" {
  rule always {
    limit timeout = 2s
    only m =>
      m.region != "cn"
  }
  rule streamed when request.stream { tag streamed = true }
}`;
const leaf = `policy "leaf" extends "root" {
  rule off when tenant.tier == "pro" { deny "no" }
  route vip when tenant.tier == "enterprise" { candidates @local/llama-3 }
  route default { split by "k" { @openai/gpt-4.1: 1 } fallback @local/llama-3 on timeout, any retry 2 }
  route late when request.tools { candidates @local/llama-3 }
}`;

const steps = (texts: readonly [string, ...string[]], tier: 'free' | 'pro' = 'free') =>
  explain(linked(texts), { input: inputWith({ tenant: { tier } }), catalogue: sampleCatalogue }).steps;

test('every rule and route that was come upon, with its guard, its line and what it said', () => {
  expect(steps([leaf, root])).toEqual([
    {
      layer: 'root',
      kind: 'rule',
      name: 'always',
      file: 'root.wend',
      line: 2,
      guard: undefined,
      outcome: 'applied',
      effects: ['limit timeout = 2000ms', 'only m => m.region != "cn"'],
    },
    {
      layer: 'root',
      kind: 'rule',
      name: 'streamed',
      file: 'root.wend',
      line: 7,
      guard: false,
      outcome: 'skipped',
      effects: [],
    },
    {
      layer: 'leaf',
      kind: 'rule',
      name: 'off',
      file: 'leaf.wend',
      line: 2,
      guard: false,
      outcome: 'skipped',
      effects: [],
    },
    {
      layer: 'leaf',
      kind: 'route',
      name: 'vip',
      file: 'leaf.wend',
      line: 3,
      guard: false,
      outcome: 'skipped',
      effects: [],
    },
    {
      layer: 'leaf',
      kind: 'route',
      name: 'default',
      file: 'leaf.wend',
      line: 4,
      guard: undefined,
      outcome: 'applied',
      effects: ['split by "k" { @openai/gpt-4.1: 1 }', 'fallback @local/llama-3 on timeout, any retry 2'],
    },
    {
      layer: 'leaf',
      kind: 'route',
      name: 'late',
      file: 'leaf.wend',
      line: 5,
      guard: undefined,
      outcome: 'not reached',
      effects: [],
    },
  ]);
});

test('routes are not reached once it is denied', () => {
  const outcomes = steps([leaf, root], 'pro').map(({ name, outcome }) => `${name} ${outcome}`);
  expect(outcomes).toEqual([
    'always applied',
    'streamed skipped',
    'off applied',
    'vip not reached',
    'default not reached',
    'late not reached',
  ]);
});

test('a rule that failed, and those of its layer behind it', () => {
  const bad = policy(
    'p',
    'rule a { tag x = 1 tag y = 1 div (request.tokens_in - 100) } rule b { tag z = 1 } rule c priority 1 when request.stream { tag w = 1 }',
  );
  expect(steps([bad]).map(({ name, guard, outcome, effects }) => [name, guard, outcome, effects])).toEqual([
    ['c', false, 'skipped', []],
    ['a', undefined, 'failed', ['tag x = 1']],
    ['b', undefined, 'not reached', []],
    ['default', undefined, 'not reached', []],
  ]);
});

test.each([
  ['deny "no" status 402 message "pay"', 'deny "no" status 402 message "pay"'],
  [
    'use validate "guard@^1" with { a: ["y", "x"] } on_fail warn timeout 90ms',
    'use validate "guard@^1" with {"a":["y","x"]} optional on_fail warn timeout 90ms',
  ],
  ['transform request a.b = { c: 1 }', 'transform request a.b = {"c":1}'],
  ['cache key "k" ttl 1min', 'cache key "k" ttl 60000ms'],
  ['cache off', 'cache off'],
  ['hedge after 80ms', 'hedge after 80ms'],
  ['tag a.b = model(@openai/gpt-4.1)', 'tag a.b = "openai/gpt-4.1"'],
  ['experiment e by seed { a: { tag x = 1 }, b: { } }', 'e/a: tag x = 1'],
])('%s is told as it would be written', (effect, told) => {
  expect(steps([policy('p', `rule r { ${effect} }`)])[0]?.effects).toEqual([told]);
});
