// One decision: all rules, then the routes, then what came of it.
//
// INVARIANT (fail closed): a layer that fails takes part no more, and nothing is allowed then. A denial stands beside it: it is what the policy
// wants to be told, and it lets nothing through either. So nobody can switch off a rule by making it, or another one of its layer, fail.
import type { Decision, Effects } from '../data/decision.ts';
import { positionAt, type Position } from '../diagnostics/position.ts';
import type { At, Unit } from '../ir/ir.ts';
import type { LinkedRule } from '../link/layer.ts';
import type { LinkedPolicy } from '../link/link.ts';
import { unitOf } from '../link/unit-of.ts';
import { valueLimits } from '../limits.ts';
import { PolicyFailure } from '../run/meter.ts';
import type { Instance } from '../run/instance.ts';
import type { Run } from '../run/run.ts';
import { Collector } from './collector.ts';
import { nothing } from './combine.ts';
import type { Facts } from './decide.ts';
import { effectsOf, noEffects, type Size } from './effects.ts';
import type { Said } from './said.ts';

/** One rule or route that was come upon, for `explain`. */
export interface Asked {
  readonly rule: LinkedRule;
  readonly guard: boolean | undefined;
  readonly outcome: 'applied' | 'skipped' | 'not reached' | 'failed';
  readonly said: readonly Said[];
}

type Spent = Decision['spent'][number];

interface Failed {
  readonly unit: Instance;
  readonly failure: PolicyFailure;
}

/**
 * @param trace is told of every rule and route, in the order in which they were asked
 * @param entered is told of every region of code, by the back end that can
 */
export function judge(
  policy: LinkedPolicy,
  facts: Facts,
  trace: Asked[] | undefined,
  entered?: Run['entered'],
): Decision {
  return new Judgement(policy, new Collector(policy, facts, entered), trace).decision();
}

class Judgement {
  readonly #policy: LinkedPolicy;
  readonly #collector: Collector;
  readonly #trace: Asked[] | undefined;
  readonly #matched: string[] = [];
  /** What the decision takes whatever its effects are: its policy, layers, and labels of what matched. */
  #ownBytes: number;
  /** The first failure. */
  #failed: Failed | undefined;
  /** A bit for each layer that failed. */
  #broken = 0;

  constructor(policy: LinkedPolicy, collector: Collector, trace: Asked[] | undefined) {
    this.#policy = policy;
    this.#ownBytes = policy.ownBytes;
    this.#collector = collector;
    this.#trace = trace;
  }

  decision(): Decision {
    for (const rule of this.#policy.rules) {
      if (!this.#ask(rule)) continue;
      this.#matched.push(rule.label);
      this.#ownBytes += 1 + rule.labelBytes;
    }
    const route = this.#route();
    if (route !== undefined) this.#ownBytes += route.labelBytes;
    const size: Size = { bytes: this.#ownBytes };
    let effects: Effects = noEffects;
    try {
      if (this.#failed === undefined) effects = effectsOf(this.#policy, this.#collector, undefined, size);
    } catch (error) {
      this.#fail(this.#collector.last, error);
    }
    return this.#decided(this.#failed === undefined ? effects : this.#closed(), route);
  }

  /** Whether it matched. */
  #ask(rule: LinkedRule): boolean {
    const collector = this.#collector;
    if ((this.#broken & (1 << rule.layer)) !== 0) {
      this.#trace?.push({ rule, guard: undefined, outcome: 'not reached', said: nothing });
      return false;
    }
    collector.enter(rule);
    const before = collector.said.length;
    let guard: boolean | undefined;
    let matched = false;
    let outcome: Asked['outcome'] = 'skipped';
    try {
      if (rule.when !== undefined) guard = rule.when.run(rule.unit, collector.run) === true;
      if (guard !== false) {
        matched = true;
        rule.body.run(rule.unit, collector.run);
        outcome = 'applied';
      }
    } catch (error) {
      outcome = 'failed';
      this.#fail(rule, error);
    }
    this.#trace?.push({ rule, guard, outcome, said: collector.said.slice(before) });
    return matched;
  }

  /** The first route that matches; none is asked once a request is denied or a layer failed. */
  #route(): LinkedRule | undefined {
    let won: LinkedRule | undefined;
    let open = this.#failed === undefined && !this.#collector.isDenied;
    for (const route of this.#policy.routes) {
      if (!open) {
        if (this.#trace === undefined) break;
        this.#trace.push({ rule: route, guard: undefined, outcome: 'not reached', said: nothing });
      } else if (this.#ask(route)) {
        won = route;
        open = false;
      } else open = this.#failed === undefined;
    }
    return won;
  }

  /** What is left when a layer failed: a denial, if there is one as long as every experiment takes its first arm. */
  #closed(): Effects {
    const denial = this.#collector.said.find(({ kind, arm }) => kind === 'deny' && isFirst(arm));
    // INVARIANT (decision size): what failed may be what was too much.
    if (this.#ownBytes + (denial?.bytes ?? 0) > valueLimits.decisionBytes - 1024) this.#matched.length = 0;
    return denial?.kind === 'deny' ? { deny: denial.deny, ...noEffects } : noEffects;
  }

  /** @param rule undefined where none was asked: it is of the leaf then */
  #fail(rule: LinkedRule | undefined, error: unknown): void {
    const unit = rule?.unit ?? this.#policy.layers.at(-1);
    if (unit === undefined) throw new Error('a policy without layers');
    this.#collector.leave();
    if (rule !== undefined) this.#broken |= 1 << rule.layer;
    const failure = error instanceof PolicyFailure ? error : unexpected(error, rule?.at ?? { start: 0, end: 0 });
    this.#failed ??= { unit, failure };
  }

  #decided(effects: Effects, route: LinkedRule | undefined): Decision {
    const unavailable = effects.deny === undefined ? this.#unavailable(effects) : undefined;
    // As in `effectsOf`: what is always there is written at once.
    const decision: { -readonly [Key in keyof Decision]: Decision[Key] } = {
      effect: effects.deny !== undefined ? 'deny' : unavailable !== undefined ? 'unavailable' : 'allow',
      rules: this.#matched,
      policy: this.#policy.identity,
      candidates: effects.candidates,
      fallbacks: effects.fallbacks,
      pipeline: effects.pipeline,
      experiments: effects.experiments,
      limits: effects.limits,
      transforms: effects.transforms,
      breakers: effects.breakers,
      tags: effects.tags,
      spent: this.#spent(),
    };
    if (effects.deny !== undefined) decision.deny = effects.deny;
    if (unavailable !== undefined) decision.unavailable = unavailable;
    if (route !== undefined) decision.route = route.name;
    if (effects.picked !== undefined) decision.picked = effects.picked;
    if (effects.cache !== undefined) decision.cache = effects.cache;
    if (effects.hedge_after_ms !== undefined) decision.hedge_after_ms = effects.hedge_after_ms;
    return decision;
  }

  #spent(): Decision['spent'] {
    const { layers, limits } = this.#policy;
    const spent: Spent[] = [];
    let layer = 0;
    for (const { fuel, bytes } of this.#collector.meters) {
      spent.push({
        layer: layers[layer]?.unit.name ?? '',
        fuel: limits.fuel - fuel,
        bytes: limits.bytes - bytes,
      });
      layer += 1;
    }
    return spent;
  }

  #unavailable({ picked }: Effects): Decision['unavailable'] {
    if (this.#failed !== undefined) return told(this.#failed);
    return picked === undefined ? { reason: 'no_candidate' } : undefined;
  }
}

function isFirst(arm: Said['arm']): boolean {
  return arm === undefined || arm.experiment.arms[0] === arm;
}

/** A failure that no policy should be able to cause: it is closed all the same, and says nothing of the request. */
function unexpected(error: unknown, at: At): PolicyFailure {
  return new PolicyFailure(
    'policy_error',
    `an internal error: ${error instanceof Error ? error.name : typeof error}`,
    at,
  );
}

function told({ unit: instance, failure }: Failed): NonNullable<Decision['unavailable']> {
  const { reason, message, at } = failure;
  const unit = unitOf(at, instance);
  const { line, column } = placeOf(unit, at);
  return { reason, layer: instance.unit.name, message, position: { file: unit.file, line, column } };
}

const places = new WeakMap<At, Position>();

/** Remembered: what fails once fails for many requests. */
function placeOf({ text }: Unit, at: At): Position {
  const before = places.get(at);
  if (before !== undefined) return before;
  const place = positionAt(text, at.start);
  places.set(at, place);
  return place;
}
