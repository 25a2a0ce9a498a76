// `candidates`, `split`, `fallback`, `sticky`, `only`, `exclude`.
import type { Ir, Step } from '../../ir/ir.ts';
import type { Candidates, Expression, Fallback, Filter, Split, Sticky } from '../../syntax/tree.ts';
import { isAssignable } from '../../types/assignable.ts';
import { show } from '../../types/show.ts';
import { recordOf, type Type } from '../../types/type.ts';
import { condition, expect, infer, mismatch } from '../expressions.ts';
import { lambdaOf } from '../expressions/function-arguments.ts';
import { report, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';
import type { Inside } from '../statements.ts';
import { warnRepeated } from '../warnings/repeated-model.ts';
import { checkRange, expectKey } from './constants.ts';

const modelId: Type = { kind: 'ModelId' };
const model: Type = { kind: 'Model' };

export function checkCandidates(inside: Inside, node: Candidates): Step {
  const of = expectModels(inside, node.of);
  warnRepeated(inside, [node.of]);
  return { kind: 'effect', effect: { kind: 'candidates' }, operands: [of], at: spanOf(node) };
}

export function checkSplit(inside: Inside, node: Split): Step {
  const by = node.by && expectKey(inside, node.by, infer(inside, node.by));
  const arms = node.arms.map((arm) => ({
    of: expectModel(inside, arm.of),
    weight: expect(inside, arm.weight, { kind: 'Float' }),
    at: arm.weight,
  }));
  for (const { weight, at } of arms)
    if (typeof weight.constant === 'number' && weight.constant < 0) report(inside, 'E206', at, 'a weight is 0 or more');
  if (arms.length > 0 && arms.every(({ weight }) => weight.constant === 0))
    report(inside, 'E206', node, 'all weights are 0: nothing can be picked');
  return {
    kind: 'effect',
    effect: { kind: 'split', hasKey: by !== undefined, arms: arms.length },
    operands: [...(by === undefined ? [] : [by.ir]), ...arms.flatMap(({ of, weight }) => [of, weight.ir])],
    at: spanOf(node),
  };
}

const mostRetries = 5;

export function checkFallback(inside: Inside, node: Fallback): Step {
  const to = expectModels(inside, node.to);
  if (node.retry !== undefined) checkRange(inside, node.retry, node.retry.value, 'retry', [0, mostRetries]);
  const backoff = node.backoff && expectBackoff(inside, node.backoff);
  return {
    kind: 'effect',
    effect: {
      kind: 'fallback',
      on: [...new Set(node.on.map(({ text }) => text))],
      ...(node.retry !== undefined && { retry: node.retry.value }),
      hasBackoff: backoff !== undefined,
    },
    operands: [to, ...(backoff === undefined ? [] : [backoff.ir])],
    at: spanOf(node),
  };
}

const backoffType = recordOf({ base: { kind: 'Duration' }, cap: { kind: 'Duration' } });

function expectBackoff(place: Place, node: Expression): Typed {
  const backoff = infer(place, node, backoffType);
  if (!isAssignable(backoff.type, backoffType))
    report(place, 'E101', node, `this is ${show(backoff.type)}, and a backoff is needed`, 'exp(100ms, 5s)');
  return backoff;
}

export function checkSticky(inside: Inside, node: Sticky): Step {
  const by = expectKey(inside, node.by, infer(inside, node.by));
  return { kind: 'effect', effect: { kind: 'sticky' }, operands: [by.ir], at: spanOf(node) };
}

export function checkFilter(inside: Inside, node: Filter): Step {
  const test = lambdaOf(inside, node.test, model, (inner, body) => condition(inner, body).ir);
  return { kind: 'effect', effect: { kind: node.kind }, operands: [], test, at: spanOf(node) };
}

/** A ModelId, a Model, or a list of either; a list that is written here may have both. */
function expectModels(place: Place, node: Expression): Ir {
  if (node.kind === 'parentheses') return expectModels(place, node.of);
  if (node.kind === 'list')
    return { kind: 'list', items: node.items.map((item) => expectModel(place, item)), at: spanOf(node) };
  const value = infer(place, node);
  if (value.type.kind !== 'list') return fitting(place, node, value);
  if (!isModel(value.type.of)) mismatch(place, node, value, { kind: 'list', of: modelId });
  return value.ir;
}

function expectModel(place: Place, node: Expression): Ir {
  return fitting(place, node, infer(place, node));
}

function fitting(place: Place, node: Expression, value: Typed): Ir {
  if (!isModel(value.type)) mismatch(place, node, value, isMaybeModel(value.type) ? model : modelId);
  return value.ir;
}

function isModel(type: Type): boolean {
  return isAssignable(type, modelId) || isAssignable(type, model);
}

function isMaybeModel(type: Type): boolean {
  return type.kind === 'optional' && type.of.kind === 'Model';
}
