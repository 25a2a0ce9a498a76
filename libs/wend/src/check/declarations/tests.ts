// `test`: what is given, and what is expected then.
import { samples } from '../../data/samples.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { IrTest, IrTestStep } from '../../ir/ir.ts';
import type { Given, Test, TestStep } from '../../syntax/tree.ts';
import { inputSchema, isInputRoot } from '../../types/input-schema.ts';
import type { Type } from '../../types/type.ts';
import { lazy } from '../cost.ts';
import { condition, expect, infer } from '../expressions.ts';
import { report, startOf, type Place, type UnitContext } from '../place.ts';
import { spanOf } from '../span.ts';

export function checkTests(unit: UnitContext, nodes: readonly Test[]): readonly IrTest[] {
  const names = new Set<string>();
  return nodes.map((node) => {
    const { value } = node.name;
    if (names.has(value))
      report(startOf(unit, 'given'), 'E109', node.name, `there are two tests ${JSON.stringify(value)}`);
    names.add(value);
    return checkTest(unit, node);
  });
}

function checkTest(unit: UnitContext, node: Test): IrTest {
  return { name: node.name.value, at: spanOf(node), steps: node.steps.map((step) => checkStep(unit, step)) };
}

function checkStep(unit: UnitContext, node: TestStep): IrTestStep {
  const at = spanOf(node);
  switch (node.kind) {
    case 'given':
      return checkGiven(unit, node);
    case 'sample': {
      const name = node.name.value;
      if (!Object.hasOwn(samples, name))
        report(
          startOf(unit, 'given'),
          'E222',
          node.name,
          `there is no sample ${JSON.stringify(name)}`,
          didYouMean(name, Object.keys(samples), `there are ${Object.keys(samples).join(', ')}`),
        );
      return { kind: 'sample', name, at };
    }
    case 'expect': {
      const place = startOf(unit, 'expect');
      const { ir } = condition(place, node.value);
      return { kind: 'expect', value: { slots: place.procedure.locals.length, body: lazy(ir, node.value) }, at };
    }
  }
}

function checkGiven(unit: UnitContext, node: Given): IrTestStep {
  const place = startOf(unit, 'given');
  const type = givenType(place, node);
  const value = type === undefined ? infer(place, node.value) : expect(place, node.value, type);
  return {
    kind: 'given',
    path: node.path.parts.map(({ text }) => text),
    value: { slots: place.procedure.locals.length, body: lazy(value.ir, node.value) },
    at: spanOf(node),
  };
}

/** What stands at a path of the input; keys of a map may be new ones. */
function givenType(place: Place, { path }: Given): Type | undefined {
  const [root, ...rest] = path.parts;
  if (root === undefined || root.text === '') return undefined;
  if (!isInputRoot(root.text)) {
    report(place, 'E222', root, `the input has no "${root.text}"`, didYouMean(root.text, Object.keys(inputSchema)));
    return undefined;
  }
  let type: Type = inputSchema[root.text];
  for (const part of rest) {
    const base: Type = type.kind === 'optional' ? type.of : type;
    const field: Type | undefined =
      base.kind === 'map' ? base.of : base.kind === 'record' ? base.fields.get(part.text) : undefined;
    if (field === undefined) {
      const known = base.kind === 'record' ? base.fields.keys() : [];
      report(place, 'E222', part, `there is no field "${part.text}" here`, didYouMean(part.text, known));
      return undefined;
    }
    type = field;
  }
  return type;
}
