// Values as JSON, for what leaves a policy: the decision.
import type { Json } from '../../decide/decision.ts';
import type { At } from '../../ir/ir.ts';
import type { Value } from '../instance.ts';
import { PolicyFailure } from '../meter.ts';
import { stringFuel } from '../operations/allocation.ts';
import type { Run } from '../run.ts';
import { valueDepth } from './equality.ts';
import { isModel } from './models.ts';
import { isList, own } from './records.ts';

/**
 * A copy that shares nothing: charged 1 a value and ⌈length / 64⌉ a string, and its length as JSON as allocation, before each part is made.
 * A model is its id. Records have no prototype.
 * @throws PolicyFailure
 */
export function toJson(run: Run, value: Value, at: At, depth = 0): Json {
  run.meter.burn(1, at);
  if (typeof value === 'string') return textOf(run, value, at);
  if (typeof value !== 'object' || value === null) {
    run.meter.allocate(8, at);
    return value;
  }
  if (depth === valueDepth)
    throw new PolicyFailure('policy_limit', `values nested deeper than ${valueDepth} levels`, at);
  run.meter.allocate(2, at);
  if (isList(value)) {
    const list: Json[] = [];
    for (const one of value) list.push(toJson(run, one, at, depth + 1));
    return list;
  }
  if (isModel(run.catalogue, value)) return textOf(run, value.id, at);
  const record = Object.create(null) as Record<string, Json>;
  for (const key of Object.keys(value)) {
    textOf(run, key, at);
    record[key] = toJson(run, own(value, key), at, depth + 1);
  }
  return record;
}

function textOf({ meter }: Run, text: string, at: At): string {
  meter.burn(stringFuel(text.length), at);
  meter.allocate(text.length + 3, at);
  return text;
}
