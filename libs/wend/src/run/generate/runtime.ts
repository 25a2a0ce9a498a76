// What generated code may call: the same functions that closures call.
import type { At } from '../../ir/ir.ts';
import type { Instance, Value } from '../instance.ts';
import type { Caller } from '../library/library-function.ts';
import type { Meter } from '../meter.ts';
import { newList, newRecord } from '../operations/allocation.ts';
import { enter, leave } from '../operations/calls.ts';
import { numberOf, whole } from '../operations/numbers.ts';
import { format, matches, same } from '../operations/operations.ts';
import type { Run } from '../run.ts';
import { emptyRecord, item, own } from '../values/records.ts';

type Target = Instance['functions'][number];

export const runtime = {
  own,
  item,
  whole,
  numberOf,
  same,
  format,
  matches,
  newList,
  newRecord,
  emptyRecord,
  call0,
  call1,
  call2,
  call3,
  call,
  /** Behind a charge that left less than nothing. */
  outOfFuel: (meter: Meter, at: At): void => meter.burn(0, at),
  caller: (unit: Instance, run: Run, at: At): Caller => ({ unit, run, at }),
} as const;

export type RuntimeName = keyof typeof runtime;

function call0(meter: Meter, levels: number, at: At, target: Target, run: Run): Value {
  enter(meter, levels, at);
  const result = target.code.run(target.unit, run);
  leave(meter, levels);
  return result;
}

function call1(meter: Meter, levels: number, at: At, target: Target, run: Run, a: Value): Value {
  enter(meter, levels, at);
  const result = target.code.run(target.unit, run, a);
  leave(meter, levels);
  return result;
}

function call2(meter: Meter, levels: number, at: At, target: Target, run: Run, a: Value, b: Value): Value {
  enter(meter, levels, at);
  const result = target.code.run(target.unit, run, a, b);
  leave(meter, levels);
  return result;
}

function call3(meter: Meter, levels: number, at: At, target: Target, run: Run, a: Value, b: Value, c: Value): Value {
  enter(meter, levels, at);
  const result = target.code.run(target.unit, run, a, b, c);
  leave(meter, levels);
  return result;
}

function call(meter: Meter, levels: number, at: At, target: Target, run: Run, ...values: Value[]): Value {
  enter(meter, levels, at);
  const result = target.code.run(target.unit, run, ...values);
  leave(meter, levels);
  return result;
}
