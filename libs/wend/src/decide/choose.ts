// Models for one set of effects: filtered, in their order, one of them picked.
import type { ModelRecord } from '../data/catalogue.ts';
import type { Effects } from '../data/decision.ts';
import type { At } from '../ir/ir.ts';
import { valueLimits } from '../limits.ts';
import { fraction, hash, saltOf, type Salt } from '../run/hash.ts';
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
  const { choice } = combined;
  const allowed = new Allowed(combined.filters, collector);
  const fallbacks = fallbacksOf(combined.fallbacks, allowed);
  const [candidates, picked] =
    choice === undefined
      ? nobody
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

const nobody: readonly [readonly Candidate[], string | undefined] = [nothing, undefined];

/** So many are looked through, which is faster than a map. */
const few = 16;

/** Which models may answer. Each is asked about once: the same one may stand in a thousand fallbacks. */
class Allowed {
  readonly #filters: readonly FilterSaid[];
  readonly #collector: Collector;
  readonly #kind: string;
  readonly #asked: string[] = [];
  readonly #answers: boolean[] = [];
  #others: Map<string, boolean> | undefined;

  constructor(filters: readonly FilterSaid[], collector: Collector) {
    this.#filters = filters;
    this.#collector = collector;
    this.#kind = collector.run.input.request.kind;
  }

  has(model: ModelRecord): boolean {
    if (!model.verbs.includes(this.#kind)) return false;
    if (this.#filters.length === 0) return true;
    const place = this.#asked.indexOf(model.id);
    return this.#answers[place] ?? this.#others?.get(model.id) ?? this.#ask(model);
  }

  #ask(model: ModelRecord): boolean {
    const answer = passes(model, this.#filters, this.#collector);
    if (this.#asked.length < few) {
      this.#asked.push(model.id);
      this.#answers.push(answer);
    } else (this.#others ??= new Map<string, boolean>()).set(model.id, answer);
    return answer;
  }
}

function fallbacksOf(said: readonly FallbackSaid[], allowed: Allowed): readonly Fallback[] {
  if (said.length === 0) return nothing;
  const fallbacks: Fallback[] = [];
  for (const { models, on, retry, backoff } of said) {
    for (const one of models) {
      if (fallbacks.length > valueLimits.candidates) return fallbacks; // too many already
      if (!allowed.has(one)) continue;
      const fallback: { -readonly [Key in keyof Fallback]: Fallback[Key] } = { model: one.id, on };
      if (retry !== undefined) fallback.retry = retry;
      if (backoff !== undefined) fallback.backoff = backoff;
      fallbacks.push(fallback);
    }
  }
  return fallbacks;
}

function passes(model: ModelRecord, filters: readonly FilterSaid[], collector: Collector): boolean {
  const isAlone = collector.experiments.length === 0;
  for (const filter of filters) {
    collector.enter(filter.rule);
    let answer = filter.answers?.get(model.id);
    if (answer === undefined) {
      answer = filter.test(model) === (filter.kind === 'only');
      if (!isAlone) (filter.answers ??= new Map<string, boolean>()).set(model.id, answer);
    } else collector.run.meter.burn(1, filter.at); // asked for another arm of an experiment: its body is not charged again
    if (!answer) return false;
  }
  return true;
}

/** In the order of preference; with a sticky key in an order of its own, the same for the same key whoever else is there. */
function preferred(
  { models, rule }: CandidatesSaid,
  { sticky }: Combined,
  allowed: Allowed,
): readonly [readonly Candidate[], string | undefined] {
  const left: Candidate[] = [];
  for (const model of models) if (allowed.has(model)) left.push({ model: model.id });
  const key = sticky?.key;
  if (key !== undefined && left.length > 1) {
    const salt = saltOf(`${rule.unit.unit.name}\nsticky\n${rule.name}`);
    const scores = new Map(left.map(({ model }) => [model, hash(salt, `${key}\n${model}`)]));
    const score = ({ model }: Candidate): number => scores.get(model) ?? 0;
    left.sort((one, other) => score(other) - score(one) || (one.model < other.model ? -1 : 1));
  }
  return [left, left[0]?.model];
}

/** Of each split: it stands in one rule of one policy, and so does its place (INVARIANT (a place is one object), see ir.ts). */
const salts = new WeakMap<At, Salt>();

/** Exactly one by weight: the same for the same key, in the same route of the same policy. */
function split(
  { arms, key, rule, arm, at }: SplitSaid,
  { sticky }: Combined,
  allowed: Allowed,
  { run }: Collector,
): readonly [readonly Candidate[], string | undefined] {
  const candidates: { model: string; weight: number }[] = [];
  let total = 0;
  for (const { models, weight } of arms) {
    const model = firstOf(models, allowed);
    if (model === undefined) continue;
    candidates.push({ model: model.id, weight });
    total += weight;
  }
  let salt = salts.get(at);
  if (salt === undefined) {
    const within = arm === undefined ? '' : `\n${arm.experiment.name}`;
    salts.set(at, (salt = saltOf(`${rule.unit.unit.name}\nsplit\n${rule.name}${within}`)));
  }
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

function firstOf(models: readonly ModelRecord[], allowed: Allowed): ModelRecord | undefined {
  for (const model of models) if (allowed.has(model)) return model;
  return undefined;
}

function tooMany(said: Saying | undefined, collector: Collector): never {
  if (said === undefined) throw new Error('too many of nothing');
  collector.enter(said.rule);
  throw new PolicyFailure('policy_limit', `more than ${valueLimits.candidates} candidates and fallbacks`, said.at);
}
