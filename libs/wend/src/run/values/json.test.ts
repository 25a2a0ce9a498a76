import { expect, test } from 'vitest';
import { runLimits } from '../../limits.ts';
import { sampleInput } from '../../tools/samples.ts';
import type { Value } from '../instance.ts';
import { Meter, PolicyFailure } from '../meter.ts';
import { testCatalogue } from '../testing/models.ts';
import { recording } from '../testing/recording.ts';
import { toJson } from './json.ts';

const at = { start: 0, end: 1 };
const run = () => ({ meter: new Meter(runLimits), input: sampleInput, catalogue: testCatalogue, effects: recording() });

test('a model is its id, and a record that looks like one is a record', () => {
  const model = testCatalogue.models[0] as unknown as Value;
  const copy = { ...(model as object) } as Value;
  expect(toJson(run(), [model, copy], at)).toEqual(['local/llama-3', copy]);
});

test('keys that JavaScript knows are keys', () => {
  const value = JSON.parse('{"__proto__":{"a":1},"toJSON":2,"":3}') as Value;
  expect(JSON.stringify(toJson(run(), value, at))).toBe('{"__proto__":{"a":1},"toJSON":2,"":3}');
});

test('what shares its parts is charged for each time that they are written', () => {
  let bomb: Value = [1];
  for (let level = 0; level < 20; level += 1) bomb = [bomb, bomb];
  const of = run();
  expect(() => toJson(of, bomb, at)).toThrow(PolicyFailure);
  expect(of.meter.fuel).toBeLessThan(0);
});

test('what is nested too deep is refused, before it needs our stack', () => {
  const value = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as Value;
  expect(() => toJson(run(), value, at)).toThrow('values nested deeper than 200 levels');
});

test('a long text is charged before it is taken', () => {
  const of = run();
  expect(() => toJson(of, 'x'.repeat(1_000_000), at)).toThrow('bytes of values');
});
