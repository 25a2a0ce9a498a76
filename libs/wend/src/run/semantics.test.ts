import { expect, test } from 'vitest';
import { sampleInput } from '../data/samples.ts';
import { closures } from './closures.ts';
import { generate } from './generate.ts';
import { evaluate, unitOf } from './testing/evaluate.ts';
import { hostileKeys } from './testing/hostile.ts';
import { programInputs } from './testing/inputs.ts';
import { alone } from './testing/instances.ts';
import { testCatalogue } from './testing/models.ts';
import { quoted } from './testing/program-expressions.ts';

test.each([
  ['7 div -2', -4],
  ['-7 mod 3', 2],
  ['7 / 2', 3.5],
  ['$0.01 * 0.5', 5_000_000_000],
  ['$0.000000000001 * 0.5', 0],
  ['$0.000000000003 * 0.5', 2],
  ['$1 / $4', 0.25],
  ['3s / 2.0', 1500],
  ['now + 1h - now', 3_600_000],
  ['"é" < "z"', false],
  ['"a" + "b" == "ab"', true],
  ['[1] + [2] == [1, 2]', true],
  ['{ a: 1, b: [2] } == { b: [2], a: 1 }', true],
  ['[1, 2] == [2, 1]', false],
  ['"b" in "abc"', true],
  ['2 not in [1, 3]', true],
  ['"gpt-4.1" matches re"^gpt-[0-9.]+$"', true],
  ['"xgpt" matches re"^gpt"', false],
  ['f"{1 + 1} of {$0.50} in {90s}: {true}"', '2 of $0.5 in 90s: true'],
  ['[10, 20][1] ?? 0', 20],
  ['[10, 20][2] ?? 0', 0],
  ['[10, 20][-1] ?? 0', 0],
  ['request.max_tokens?? 512', 512],
  ['if request.stream then 1 else 2', 2],
  ['max(map([3, 1], x => x * x))', 9],
])('%s is %j', (source, value) => {
  expect(evaluate(source).value).toEqual(value);
});

test.each([
  ['9007199254740991 + request.tokens_in', 'a number that is too great', '9007199254740991 + request.tokens_in'],
  ['1.0e300 * 1.0e300 * float(request.tokens_in)', 'a number that is too great', '1.0e300 * 1.0e300'],
  ['1 div (request.tokens_in - 100)', 'division by zero', '1 div (request.tokens_in - 100)'],
  ['1.5 / float(request.tokens_in - 100)', 'division by zero', '1.5 / float(request.tokens_in - 100)'],
  ['hour(now, request.model)', 'no such time zone, or a time out of range', 'hour(now, request.model)'],
  ['between(now, "9", "10:00")', 'a time of day that is not "HH:MM"', 'between(now, "9", "10:00")'],
  ['model(@"nobody")', 'a model that is not in the catalogue', 'model(@"nobody")'],
  ['weighted(seed, { a: 0, b: 0 })', 'weights that add up to nothing', 'weighted(seed, { a: 0, b: 0 })'],
])('%s fails, and the failure says where', (source, message, at) => {
  expect(evaluate(source)).toMatchObject({ value: `policy_error: ${message}`, at });
});

test('the right of and, or and ??, and the other branch, are not run', () => {
  const input = { ...sampleInput, request: { ...sampleInput.request, max_tokens: 5 } };
  for (const [source, value] of [
    ['false and 1 div (request.tokens_in - 100) == 0', false],
    ['true or 1 div (request.tokens_in - 100) == 0', true],
    ['request.max_tokens ?? (1 div (request.tokens_in - 100))', 5],
    ['if true then 1 else 1 div (request.tokens_in - 100)', 1],
  ])
    expect(evaluate(String(source), { input }).value).toBe(value);
});

test('a key reads what was put under it, and nothing that JavaScript has', () => {
  for (const key of hostileKeys) {
    const name = quoted(key);
    expect(evaluate(`put({ "other": 1 }, ${name}, 2)[${name}]`).value).toBe(2);
    expect(evaluate(`put({ "other": 1 }, "another", 2)[${name}]`).value).toBe(null);
    expect(evaluate(`${name} in put({ "other": 1 }, "another", 2)`).value).toBe(false);
    expect(evaluate(`tenant.quotas[${name}]`).value).toBe(null);
    expect(evaluate(`tenant.quotas[${name}]`, { ...(programInputs[1] && { input: programInputs[1] }) }).value).toBe(
      hostileKeys.indexOf(key),
    );
    expect(evaluate(`as_map(request.metadata[${name}])`).value).toBe(null);
    expect(evaluate(`health[${name}]`).value).toBe(null);
  }
});

test('fields with names that JavaScript uses are fields like others', () => {
  for (const name of hostileKeys.filter((key) => /^[A-Za-z_]\w*$/.test(key) && key.length < 100)) {
    expect(evaluate(`{ ${name}: 1 }.${name}`).value).toBe(1);
    expect(evaluate(`map([{ ${name}: 5 }], x => x.${name})`).value).toEqual([5]);
  }
});

test('a filter has the locals as they were when it was said, though it is asked when all is over', () => {
  const unit = unitOf(`policy "p" {
    rule r { for x in ["openai", "local"] { only m => m.vendor == x } for y in [1] { let v = "lab" exclude m => m.vendor == v } for z in [2] { let w = "x" tag t = w } }
    route default { candidates cheapest(1) }
  }`);
  const told = [closures, generate].map((backEnd) => {
    const { instance, run } = alone(unit, backEnd, sampleInput);
    const of = run(sampleInput);
    instance.code.rules[0]?.body.run(instance, of);
    of.effects.filter(testCatalogue.models.filter(({ name }) => ['gpt-4.1-mini', 'llama-3', 'secret'].includes(name)));
    return of.effects.told.slice(-3);
  });
  // Of local/llama-3, openai/gpt-4.1-mini and lab/secret.
  const asked = [
    [false, true, false],
    [true, false, false],
    [false, false, true],
  ];
  expect(told).toEqual([asked, asked]);
});

test('an input that was never told reads as null, whatever its prototype has', () => {
  const input = { ...sampleInput, request: { ...sampleInput.request, max_tokens: undefined as unknown as null } };
  expect(evaluate('request.max_tokens ?? 7', { input }).value).toBe(7);
});
