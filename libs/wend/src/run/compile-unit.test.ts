import { expect, test } from 'vitest';
import { sampleInput } from '../data/samples.ts';
import type { Procedure, Lazy, Code } from '../ir/ir.ts';
import { closures } from './closures.ts';
import { backEnd, prepareUnit } from './compile-unit.ts';
import { generate } from './generate.ts';
import { unitOf } from './testing/evaluate.ts';
import { alone } from './testing/instances.ts';

const unit = unitOf(`policy "p" {
  const start = 2
  fn none() -> Int { return start }
  fn one(a: Int) -> Int { return a }
  fn two(a: Int, b: Int) -> Int { return a + b }
  fn four(a: Int, b: Int, c: Int, d: Int) -> Int { return two(a, b) + two(c, d) }
  rule r when four(none(), one(3), 4, 5) == 14 { }
  route default { candidates cheapest(1) }
  test "t" { sample "default" expect decision.route == "default" }
}`);

test('a procedure is compiled when it is first called, or when the host has time, and once', () => {
  const compiled: Procedure<Lazy | Code>[] = [];
  const counting = backEnd((_unit, procedure) => {
    compiled.push(procedure);
    return () => null;
  });
  const code = counting(unit);
  expect(compiled).toEqual([]);
  const { run, instance } = alone(unit, closures, sampleInput);
  code.rules[0]?.when?.run(instance, run(sampleInput));
  code.rules[0]?.when?.run(instance, run(sampleInput));
  expect(compiled).toEqual([unit.rules[0]?.when]);
  const steps = [...prepareUnit(code)].length;
  expect(steps).toBe(unit.functions.length + unit.values.length + 2);
  expect(compiled.length).toBe(steps + 1);
  expect([...prepareUnit(code)]).toEqual([]);
});

test('a function is given all its values, however many it takes, prepared or not', () => {
  for (const of of [closures, generate])
    for (const prepared of [false, true]) {
      const { instance, run } = alone(unit, of, sampleInput);
      if (prepared) for (const step of prepareUnit(instance.code)) expect(step).toBe(undefined);
      expect(instance.code.rules[0]?.when?.run(instance, run(sampleInput))).toBe(true);
      expect(instance.code.tests[0]?.map((step) => typeof step?.run)).toEqual(['undefined', 'function']);
    }
});
