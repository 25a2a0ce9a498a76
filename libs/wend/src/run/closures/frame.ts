// One call of a procedure that runs as closures.
import type { Instance, Value } from '../instance.ts';
import type { Meter } from '../meter.ts';
import type { Run } from '../run.ts';

export class Frame {
  readonly unit: Instance;
  readonly run: Run;
  readonly meter: Meter;
  readonly locals: Value[];
  /** What it returned. */
  result: Value = null;

  constructor(unit: Instance, run: Run, locals: Value[]) {
    this.unit = unit;
    this.run = run;
    this.meter = run.meter;
    this.locals = locals;
  }
}

export type Expression = (frame: Frame) => Value;

/** How a statement ended: at its end, or by `break`, `continue`, `return` or a denial. */
export type Ended = 'end' | 'break' | 'continue' | 'return';
export type Statement = (frame: Frame) => Ended;
