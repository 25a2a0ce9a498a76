// One evaluation: what its code may look at and what it spends.
import type { Catalogue } from '../data/catalogue.ts';
import type { Decision } from '../data/decision.ts';
import type { Input } from '../data/input.ts';
import type { At } from '../ir/ir.ts';
import type { EffectSink, Instance } from './instance.ts';
import type { Meter } from './meter.ts';

export interface Run {
  /** Of the layer whose rule or route is being run. */
  meter: Meter;
  readonly input: Input;
  readonly catalogue: Catalogue;
  readonly effects: EffectSink;
  /** Of tests alone. */
  readonly decision?: Decision;
  /** In trace mode: every region that is entered. Closures only. */
  readonly entered?: (unit: Instance, at: At) => void;
}
