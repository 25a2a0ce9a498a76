// What of a decision is told and compared: in a line, as a setback, and field by field. Pure.
import { modelsOf, type Catalogue, type Decision } from '@router-mesh/wend';
import type { Setback } from './window.ts';

export interface Outcome {
  readonly effect: string;
  readonly route?: string;
  readonly picked?: string;
  readonly rule?: string;
  readonly reason?: string;
}

export function outcomeOf({ effect, route, picked, deny, unavailable }: Decision): Outcome {
  return {
    effect,
    ...(route === undefined ? {} : { route }),
    ...(picked === undefined ? {} : { picked }),
    ...(effect !== 'deny' || deny === undefined ? {} : { rule: deny.rule }),
    ...(unavailable === undefined ? {} : { reason: unavailable.reason }),
  };
}

/**
 * What a version should not do more often than the one before it.
 *
 * Where a client names a model that nobody has, no candidate is left by its own doing: whoever names many of them must not be able to take a version back.
 * @param model as the client named it
 */
export function setbackOf({ effect, unavailable }: Decision, catalogue: Catalogue, model: string): Setback | undefined {
  if (effect === 'deny') return 'deny';
  if (effect !== 'unavailable') return undefined;
  if (unavailable?.reason !== 'no_candidate') return 'policy_failure';
  return model === 'auto' || modelsOf(catalogue, model).length > 0 ? 'no_candidate' : undefined;
}

/** Who decided and what it took is not what was decided. */
const aside: ReadonlySet<string> = new Set(['policy', 'spent']);

/** The fields in which two decisions differ. */
export function differences(one: Decision, other: Decision): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const read = (decision: Decision, name: string): string => JSON.stringify(decision[name as keyof Decision]);
  return [...names].filter((name) => !aside.has(name) && read(one, name) !== read(other, name));
}

/** Fuel of all layers together. */
export function fuelOf({ spent }: Decision): number {
  return spent.reduce((sum, { fuel }) => sum + fuel, 0);
}
