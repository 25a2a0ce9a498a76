// What is known while a procedure is turned into closures.
import type { At, Unit } from '../../ir/ir.ts';
import type { Frame } from './frame.ts';

export interface Context {
  readonly unit: Unit;
  /** Charged by each call that it makes. */
  readonly levels: number;
}

/** Charge for a region, and tell whoever traces. */
export function enterRegion({ meter, run, unit }: Frame, cost: number, at: At): void {
  meter.burn(cost, at);
  run.entered?.(unit, at);
}
