// A unit within one linked policy, and what a back end makes of a unit: the code is shared, the instance is small.
import type { ModelRecord } from '../data/catalogue.ts';
import type { At, EffectSpec, Unit } from '../ir/ir.ts';
import type { Run } from './run.ts';

/** Bool, Int, Float, Duration (ms), Money (pico-USD), Time (epoch ms), String, ModelId, Model, Json, list, map (own properties), record, or null. */
export type Value =
  null | boolean | number | string | ModelRecord | readonly Value[] | { readonly [key: string]: Value };

export type CompiledFunction = (unit: Instance, run: Run, ...values: Value[]) => Value;

/** A procedure: compiled when it is first run. */
export interface Runnable {
  /** To be called on the runnable itself: another function stands here once it is compiled. */
  readonly run: CompiledFunction;
  /** Compile it now; whether it was not yet. */
  prepare(): boolean;
}

interface Guarded {
  readonly when: Runnable | undefined;
  readonly body: Runnable;
}

/** What a back end makes of a unit; the arrays are parallel to the unit's own. */
export interface CompiledUnit {
  readonly functions: readonly Runnable[];
  readonly values: readonly Runnable[];
  readonly rules: readonly Guarded[];
  readonly routes: readonly Guarded[];
  /** By test, then by step; undefined where a step computes nothing. */
  readonly tests: readonly (readonly (Runnable | undefined)[])[];
}

/** Closures, or generated JavaScript: equal in result, fuel and allocation. */
export type BackEnd = (unit: Unit) => CompiledUnit;

export interface Instance {
  readonly unit: Unit;
  readonly code: CompiledUnit;
  /** Of its params and consts: a param as the leaf set it. */
  readonly values: readonly Value[];
  /** `Ref.unit` → instance; the first is itself. */
  readonly links: readonly Instance[];
  /** Its functions, and what a layer below put in the place of an `open` one: each with its place in its own unit. */
  readonly functions: readonly { readonly unit: Instance; readonly index: number; readonly code: Runnable }[];
}

/** Takes what rules and routes say. */
export interface EffectSink {
  /**
   * @param operands as `EffectSpec` lists them; they may share parts, and are charged by whoever writes them out
   * @param test of `only` and `exclude`: to be asked when all rules are over. It charges the run's meter, which must then be of the layer that said it.
   * @throws PolicyFailure to end the layer
   */
  effect(
    effect: EffectSpec,
    operands: readonly Value[],
    test: ((model: ModelRecord) => boolean) | undefined,
    at: At,
  ): void;
  /** Before the arms of an experiment, which holds no other; what is told until `endArm` is of the arm. */
  experiment(name: string, key: Value, at: At): void;
  beginArm(name: string): void;
  endArm(): void;
}
