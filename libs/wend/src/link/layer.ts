// What of an instance is run: its rules and routes, ready to be put in order with those of other layers.
import type { At } from '../ir/ir.ts';
import type { Compiled, Instance } from '../run/instance.ts';

/** A rule or a route of one layer. */
export interface LinkedRule {
  readonly kind: 'rule' | 'route';
  /** From 0, the root. */
  readonly layer: number;
  readonly unit: Instance;
  readonly name: string;
  /** `layer:name` */
  readonly label: string;
  readonly priority: number;
  readonly final: boolean;
  readonly when: Compiled | undefined;
  readonly body: Compiled;
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
  const common = { layer: place, unit: instance };
  return {
    instance,
    rules: unit.rules.map(({ name, priority, at }, index) => ({
      kind: 'rule',
      ...common,
      name,
      label: `${unit.name}:${name}`,
      priority,
      final: false,
      ...runnable(code.rules[index]),
      at,
    })),
    routes: unit.routes.map(({ name, final, at }, index) => ({
      kind: 'route',
      ...common,
      name,
      label: `${unit.name}:${name}`,
      priority: 0,
      final,
      ...runnable(code.routes[index]),
      at,
    })),
  };
}

/** INVARIANT (parallel): a back end gives one procedure for each rule and route of the unit. */
function runnable(procedure: { readonly when: Compiled | undefined; readonly body: Compiled } | undefined) {
  if (procedure === undefined) throw new Error('the back end left out a rule');
  return { when: procedure.when, body: procedure.body };
}
