// Models for one set of effects: filtered, in their order, one of them picked.
import type { ModelRecord } from '../data/catalogue.ts';
import type { Effects } from '../data/decision.ts';
import { valueLimits } from '../limits.ts';
import { fraction, hash } from '../run/hash.ts';
import { PolicyFailure } from '../run/meter.ts';
import type { Collector } from './collector.ts';
import { nothing, type Combined } from './combine.ts';
import type { CandidatesSaid, Fallback, FallbackSaid, FilterSaid, Saying, SplitSaid } from './said.ts';

export interface Chosen {
  readonly candidates: Effects['candidates'];
  /** Undefined when nothing is left. */
  readonly picked: string | undefined;
  readonly fallbacks: Effects['fallbacks'];
}

type Candidate = Effects['candidates'][number];

/**
 * The models that may answer: those that answer this kind of request and that every filter lets through.
 *
 * Where no candidate is left the first fallback takes their place: nothing is left only when there is none either.
 * @throws PolicyFailure of a filter, or when they are too many
 */
export function choose(combined: Combined, collector: Collector): Chosen {
  const { choice, filters } = combined;
  const { kind } = collector.run.input.request;
  const answers = (model: ModelRecord) => model.verbs.includes(kind) && passes(model, filters, collector);
  const allowed = filters.length === 0 ? answers : remembered(answers);
  const fallbacks = fallbacksOf(combined.fallbacks, allowed);
  const [candidates, picked] =
    choice === undefined
      ? [nothing, undefined]
      : choice.kind === 'split'
        ? split(choice, combined, allowed, collector)
        : preferred(choice, combined, allowed);
  if (candidates.length + fallbacks.length > valueLimits.candidates)
    tooMany(choice ?? combined.fallbacks[0], collector);
  if (picked !== undefined) return { candidates, picked, fallbacks };
  const [first, ...rest] = fallbacks;
  if (first === undefined) return { candidates: nothing, picked: undefined, fallbacks: nothing };
  return { candidates: [{ model: first.model }], picked: first.model, fallbacks: rest };
}

/** The same model may stand in a thousand fallbacks. */
function remembered(allowed: (model: ModelRecord) => boolean): (model: ModelRecord) => boolean {
  const answers = new Map<string, boolean>();
  return (model) => {
    let answer = answers.get(model.id);
    if (answer === undefined) answers.set(model.id, (answer = allowed(model)));
    return answer;
  };
}

function fallbacksOf(said: readonly FallbackSaid[], allowed: (model: ModelRecord) => boolean): readonly Fallback[] {
  if (said.length === 0) return nothing;
  const fallbacks: Fallback[] = [];
  for (const { models, on, retry, backoff } of said) {
    for (const one of models) {
      if (fallbacks.length > valueLimits.candidates) return fallbacks; // too many already
      if (!allowed(one)) continue;
      const fallback: { -readonly [Key in keyof Fallback]: Fallback[Key] } = { model: one.id, on };
      if (retry !== undefined) fallback.retry = retry;
      if (backoff !== undefined) fallback.backoff = backoff;
      fallbacks.push(fallback);
    }
  }
  return fallbacks;
}

function passes(model: ModelRecord, filters: readonly FilterSaid[], collector: Collector): boolean {
  for (const filter of filters) {
    collector.enter(filter.rule);
    let answer = filter.answers.get(model.id);
    if (answer === undefined) {
      answer = filter.test(model) === (filter.kind === 'only');
      filter.answers.set(model.id, answer);
    } else collector.run.meter.burn(1, filter.at); // asked for another arm of an experiment: its body is not charged again
    if (!answer) return false;
  }
  return true;
}

/** In the order of preference; with a sticky key in an order of its own, the same for the same key whoever else is there. */
function preferred(
  { models, rule }: CandidatesSaid,
  { sticky }: Combined,
  allowed: (model: ModelRecord) => boolean,
): readonly [readonly Candidate[], string | undefined] {
  const left: string[] = [];
  for (const model of models) if (allowed(model)) left.push(model.id);
  const key = sticky?.key;
  if (key !== undefined && left.length > 1) {
    const salt = `${rule.unit.unit.name}\nsticky\n${rule.name}`;
    const scores = new Map(left.map((id) => [id, hash(salt, `${key}\n${id}`)]));
    left.sort((one, other) => (scores.get(other) ?? 0) - (scores.get(one) ?? 0) || (one < other ? -1 : 1));
  }
  return [left.map((model) => ({ model })), left[0]];
}

/** Exactly one by weight: the same for the same key, in the same route of the same policy. */
function split(
  { arms, key, rule, arm }: SplitSaid,
  { sticky }: Combined,
  allowed: (model: ModelRecord) => boolean,
  { run }: Collector,
): readonly [readonly Candidate[], string | undefined] {
  const candidates: { model: string; weight: number }[] = [];
  let total = 0;
  for (const { models, weight } of arms) {
    const model = models.find(allowed);
    if (model === undefined) continue;
    candidates.push({ model: model.id, weight });
    total += weight;
  }
  const within = arm === undefined ? '' : `\n${arm.experiment.name}`;
  const salt = `${rule.unit.unit.name}\nsplit\n${rule.name}${within}`;
  let left = fraction(salt, key ?? sticky?.key ?? run.input.seed) * total;
  let last: string | undefined;
  for (const { model, weight } of candidates) {
    if (weight === 0) continue;
    if (left < weight) return [candidates, model];
    left -= weight;
    last = model; // rounding may leave a rest, which is the last one's
  }
  return [candidates, last];
}

function tooMany(said: Saying | undefined, collector: Collector): never {
  if (said === undefined) throw new Error('too many of nothing');
  collector.enter(said.rule);
  throw new PolicyFailure('policy_limit', `more than ${valueLimits.candidates} candidates and fallbacks`, said.at);
}
