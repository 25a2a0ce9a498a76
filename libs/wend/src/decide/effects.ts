// What was said to the effects of a decision, and of each arm of its experiments.
import type { Catalogue } from '../data/catalogue.ts';
import type { Effects } from '../data/decision.ts';
import { stringBytes } from '../data/json.ts';
import type { At } from '../ir/ir.ts';
import { valueLimits } from '../limits.ts';
import type { LinkedPolicy } from '../link/link.ts';
import { PolicyFailure } from '../run/meter.ts';
import { choose, type Chosen } from './choose.ts';
import type { Collector } from './collector.ts';
import { byLayer, combine, holding, noLimits, noTags, noTransforms, nothing } from './combine.ts';
import type { Arm, Said } from './said.ts';

/** Bytes of JSON that a decision takes so far, those of all its arms together. */
export interface Size {
  bytes: number;
}

/**
 * The effects when this arm is taken, or those of the decision. What is denied has no effects but its tags, which are for the log.
 * @throws PolicyFailure of a filter, or when they take more than a decision may
 */
export function effectsOf(policy: LinkedPolicy, collector: Collector, taken: Arm | undefined, size: Size): Effects {
  const said = holding(collector, taken);
  const combined = combine(byLayer(said), policy.replacesPipeline);
  const denied = combined.isDenied ? said.find(isDenial) : undefined;
  const experiments = taken === undefined ? experimentsOf(policy, collector, size) : nothing;
  if (denied !== undefined) {
    charge(said, none, policy, size, collector);
    return { deny: denied.deny, ...noEffects, experiments, tags: combined.tags };
  }
  const chosen = choose(combined, collector);
  charge(said, chosen, policy, size, collector);
  // What is always there is written at once, and nothing is spread: either would take several times as long.
  const effects: { -readonly [Key in keyof Effects]: Effects[Key] } = {
    candidates: chosen.candidates,
    fallbacks: chosen.fallbacks,
    pipeline: combined.pipeline,
    experiments,
    limits: combined.limits,
    transforms: combined.transforms,
    breakers: policy.breakers,
    tags: combined.tags,
  };
  if (chosen.picked !== undefined) effects.picked = chosen.picked;
  if (combined.cache !== undefined) effects.cache = combined.cache;
  if (combined.hedgeAfterMs !== undefined) effects.hedge_after_ms = combined.hedgeAfterMs;
  return effects;
}

function isDenial(one: Said): one is Said & { readonly kind: 'deny' } {
  return one.kind === 'deny';
}

const none: Chosen = { candidates: nothing, picked: undefined, fallbacks: nothing };

/** Of a decision that lets nothing happen. */
export const noEffects: Effects = {
  candidates: nothing,
  fallbacks: nothing,
  pipeline: nothing,
  experiments: nothing,
  limits: noLimits,
  transforms: noTransforms,
  breakers: nothing,
  tags: noTags,
};

function experimentsOf(policy: LinkedPolicy, collector: Collector, size: Size): Effects['experiments'] {
  if (collector.experiments.length === 0) return nothing;
  return collector.experiments.map(({ name, key, arms }) => {
    const taken = arms[0]?.name ?? '';
    size.bytes += 80 + stringBytes(name) + stringBytes(taken);
    for (const arm of arms) size.bytes += stringBytes(arm.name);
    return {
      name,
      key,
      arms: Object.fromEntries(arms.map((arm) => [arm.name, effectsOf(policy, collector, arm, size)])),
      taken,
    };
  });
}

/** INVARIANT (decision size): what is counted here is never less than what the decision takes as JSON. */
function charge(
  said: readonly Said[],
  { candidates, fallbacks }: Chosen,
  { breakers }: LinkedPolicy,
  size: Size,
  collector: Collector,
): void {
  let bytes = 600;
  for (const one of said) bytes += one.bytes;
  const { catalogue } = collector.run;
  const ids = idBytes(catalogue);
  for (const { model } of candidates) bytes += 60 + (ids.get(model) ?? stringBytes(model));
  for (const { model, on } of fallbacks) bytes += 120 + (ids.get(model) ?? stringBytes(model)) + 20 * on.length;
  for (const { model } of breakers) bytes += 120 + (model?.length ?? 0);
  size.bytes += bytes;
  if (size.bytes <= valueLimits.decisionBytes) return;
  const last = said.at(-1);
  if (last !== undefined) collector.enter(last.rule);
  throw new PolicyFailure(
    'policy_limit',
    `a decision of more than ${valueLimits.decisionBytes} bytes`,
    last?.at ?? start,
  );
}

const known = new WeakMap<Catalogue, Map<string, number>>();

/** Counted once for each model of a catalogue: every decision names some. */
function idBytes(catalogue: Catalogue): ReadonlyMap<string, number> {
  let ids = known.get(catalogue);
  if (ids === undefined) {
    ids = new Map(catalogue.models.map((one) => [one.id, stringBytes(one.id)]));
    known.set(catalogue, ids);
  }
  return ids;
}

/** Of a policy that is too much without saying anything. */
const start: At = { start: 0, end: 0 };
