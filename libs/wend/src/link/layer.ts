// What of an instance is run: its rules and routes, ready to be put in order with those of other layers.
import { stringBytes } from '../data/json.ts';
import type { At } from '../ir/ir.ts';
import type { CompiledUnit, Instance, Runnable } from '../run/instance.ts';

/** A rule or a route of one layer. */
export interface LinkedRule {
  readonly kind: 'rule' | 'route';
  /** From 0, the root. */
  readonly layer: number;
  readonly unit: Instance;
  readonly name: string;
  /** `layer:name` */
  readonly label: string;
  /** Of the label, in a decision. */
  readonly labelBytes: number;
  readonly priority: number;
  readonly final: boolean;
  readonly when: Runnable | undefined;
  readonly body: Runnable;
  readonly at: At;
}

export interface Layer {
  readonly instance: Instance;
  /** In the order of the source. */
  readonly rules: readonly LinkedRule[];
  readonly routes: readonly LinkedRule[];
}

/** A layer of an instance, at its place in the chain. */
export function layerOf(instance: Instance, place: number): Layer {
  const { unit, code } = instance;
  return {
    instance,
    rules: unit.rules.map((rule, index) => linkedRule('rule', rule, instance, place, code.rules[index])),
    routes: unit.routes.map((route, index) => linkedRule('route', route, instance, place, code.routes[index])),
  };
}

/**
 * Written out, and alike for rules and routes: there are many, and each decision looks at all of them.
 *
 * INVARIANT (parallel): a back end gives one procedure for each rule and route of the unit.
 */
function linkedRule(
  kind: LinkedRule['kind'],
  { name, at, priority = 0, final = false }: Named,
  unit: Instance,
  layer: number,
  procedure: CompiledUnit['rules'][number] | undefined,
): LinkedRule {
  if (procedure === undefined) throw new Error('the back end left out a rule');
  const { when, body } = procedure;
  const label = `${unit.unit.name}:${name}`;
  return { kind, layer, unit, name, label, labelBytes: stringBytes(label), priority, final, when, body, at };
}

/** A rule has a priority, a route may be final. */
interface Named {
  readonly name: string;
  readonly at: At;
  readonly priority?: number;
  readonly final?: boolean;
}
