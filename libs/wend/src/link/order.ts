// The order in which the rules and routes of a chain are asked.
import type { Decision } from '../data/decision.ts';
import { sourceLimits } from '../limits.ts';
import type { Layer, LinkedRule } from './layer.ts';

/** By priority, the highest first; then root first; then as they stand. What a layer below put in the place of an `open` rule is a rule of that layer. */
export function orderRules(layers: readonly Layer[]): readonly LinkedRule[] {
  const last = lastOf(layers.map(({ rules }) => rules));
  return layers
    .flatMap(({ rules }) => rules)
    .filter((rule) => last.get(rule.name) === rule.layer)
    .sort((one, other) => other.priority - one.priority);
}

/** `final` ones root first, then leaf to root, each layer's as they stand; a route that a layer below names again is left out, unless it is final. */
export function orderRoutes(layers: readonly Layer[]): readonly LinkedRule[] {
  const last = lastOf(layers.map(({ routes }) => routes));
  const final = layers.flatMap(({ routes }) => routes.filter(({ final }) => final));
  const taken = new Set(final.map(({ name }) => name));
  const others = layers
    .toReversed()
    .flatMap(({ routes }) => routes.filter(({ final }) => !final))
    .filter(({ name, layer }) => last.get(name) === layer && !taken.has(name));
  return [...final, ...others];
}

/** Root first: of two for the same models the upper layer's holds. */
export function orderBreakers(layers: readonly Layer[]): Decision['breakers'] {
  const byModel = new Map<string | undefined, Decision['breakers'][number]>();
  for (const { instance } of layers) {
    for (const { model, calls, failureRate, openMs } of instance.unit.breakers) {
      if (byModel.has(model)) continue;
      const rest = { calls, failure_rate: failureRate, open_ms: openMs };
      byModel.set(model, model === undefined ? rest : { model, ...rest });
    }
  }
  return [...byModel.values()];
}

/** Rules, or routes, beyond what one policy may have; the first that is too many. */
export function tooMany(ordered: readonly LinkedRule[]): LinkedRule | undefined {
  if (ordered.length <= sourceLimits.rules) return undefined;
  return ordered.toSorted((one, other) => one.layer - other.layer || one.at.start - other.at.start)[sourceLimits.rules];
}

/** The lowest layer that has something of a name. */
function lastOf(layers: readonly (readonly LinkedRule[])[]): ReadonlyMap<string, number> {
  return new Map(layers.flatMap((rules) => rules.map(({ name, layer }) => [name, layer] as const)));
}
