// A unit that stands for itself alone, ready to run: what linking makes of a policy without bases and imports.
import type { Input } from '../../data/input.ts';
import type { Unit } from '../../ir/ir.ts';
import { runLimits, type RunLimits } from '../../limits.ts';
import type { BackEnd, Instance, Value } from '../instance.ts';
import { Meter } from '../meter.ts';
import type { Run } from '../run.ts';
import { testCatalogue } from './models.ts';
import { recording, type Recording } from './recording.ts';

export interface Alone {
  readonly instance: Instance;
  run(input: Input, limits?: RunLimits): Run & { readonly effects: Recording };
}

/** @throws PolicyFailure where one of its params or consts fails */
export function alone(unit: Unit, backEnd: BackEnd, input: Input, catalogue = testCatalogue): Alone {
  const code = backEnd(unit);
  const values: Value[] = [];
  const links: Instance[] = [];
  const functions: Instance['functions'][number][] = [];
  const instance: Instance = { unit, code, values, links, functions };
  links.push(instance);
  for (const [index, one] of code.functions.entries()) functions.push({ unit: instance, index, code: one });
  const run = (of: Input, limits = runLimits) => ({
    meter: new Meter(limits),
    input: of,
    catalogue,
    effects: recording(),
  });
  for (const value of code.values) values.push(value.run(instance, run(input)));
  return { instance, run };
}
