// Takes what the rules and routes of one decision say: checks it, charges it to the layer that said it, and keeps it.
import type { ModelRecord } from '../data/catalogue.ts';
import { stringBytes } from '../data/json.ts';
import type { At, EffectSpec } from '../ir/ir.ts';
import { valueLimits } from '../limits.ts';
import type { LinkedRule } from '../link/layer.ts';
import type { LinkedPolicy } from '../link/link.ts';
import { hash } from '../run/hash.ts';
import type { EffectSink, Value } from '../run/instance.ts';
import { Meter, PolicyFailure } from '../run/meter.ts';
import type { Run } from '../run/run.ts';
import { modelsOf } from '../run/values/models.ts';
import { isList, own } from '../run/values/records.ts';
import type { Facts } from './decide.ts';
import { canonical, Room, toJson } from './json.ts';
import type { Arm, Experiment, FallbackSaid, PipelineEntry, Said, SplitArm } from './said.ts';

export class Collector implements EffectSink {
  readonly run: Run;
  /** Root first. */
  readonly meters: readonly Meter[];
  /** In the order in which they were said. */
  readonly said: Said[] = [];
  readonly experiments: Experiment[] = [];
  /** Denied whatever arms are taken. */
  isDenied = false;
  readonly #room: Room;
  #rule: LinkedRule | undefined;
  #arm: Arm | undefined;

  constructor({ layers, limits }: LinkedPolicy, facts: Facts, entered?: Run['entered']) {
    const meters: Meter[] = [];
    for (let layer = 0; layer < layers.length; layer += 1) meters.push(new Meter(limits));
    this.meters = meters;
    const { input, catalogue } = facts;
    const run = { meter: this.meterOf(0), input, catalogue, effects: this };
    this.run = entered === undefined ? run : { ...run, entered };
    this.#room = new Room(catalogue);
  }

  /** Whose code is being run. */
  get rule(): LinkedRule {
    if (this.#rule === undefined) throw new Error('nothing is being run');
    return this.#rule;
  }

  /** Whose code was run last, if any was. */
  get last(): LinkedRule | undefined {
    return this.#rule;
  }

  /** What is run and said from now on is of this rule, and its layer pays. */
  enter(rule: LinkedRule): void {
    this.#rule = rule;
    this.run.meter = this.meterOf(rule.layer);
  }

  /** Whatever a failure left half done. */
  leave(): void {
    this.#arm = undefined;
  }

  meterOf(layer: number): Meter {
    const meter = this.meters[layer];
    if (meter === undefined) throw new Error(`there is no layer ${layer}`);
    return meter;
  }

  effect(
    effect: EffectSpec,
    operands: readonly Value[],
    test: ((model: ModelRecord) => boolean) | undefined,
    at: At,
  ): void {
    this.#count(at);
    this.#room.used = 0;
    const said = this.#say(effect, operands, test, at);
    if (said.bytes > 0) this.run.meter.burn((said.bytes + 63) >> 6, at);
    if (said.kind === 'deny' && said.arm === undefined) this.isDenied = true;
    this.said.push(said);
  }

  experiment(name: string, key: Value, at: At): void {
    this.#count(at);
    const layer = this.rule.unit.unit.name;
    const experiment: Experiment = {
      name,
      key: hash(`${layer}\nexperiment\n${name}`, this.#keyText(key, at)).toString(36),
      arms: [],
    };
    this.experiments.push(experiment);
  }

  beginArm(name: string): void {
    const experiment = this.experiments.at(-1);
    if (experiment === undefined) throw new Error('an arm outside of an experiment');
    this.#arm = { experiment, name };
    experiment.arms.push(this.#arm);
  }

  endArm(): void {
    this.#arm = undefined;
  }

  /**
   * What is said is gone through again for every arm of an experiment, and costs nothing there.
   * @throws PolicyFailure when its layer has said as much as it may
   */
  #count(at: At): void {
    const { meter } = this.run;
    meter.effects -= 1;
    if (meter.effects < 0) throw new PolicyFailure('policy_limit', `more than ${valueLimits.effects} effects`, at);
  }

  // Every record is written out: spreading what they have in common takes as long as all else together.
  #say(
    effect: EffectSpec,
    operands: readonly Value[],
    test: ((model: ModelRecord) => boolean) | undefined,
    at: At,
  ): Said {
    const rule = this.rule;
    const arm = this.#arm;
    const room = this.#room;
    const first = operands[0] ?? null; // destructuring would make an iterator
    const second = operands[1] ?? null;
    switch (effect.kind) {
      case 'tag': {
        const { name } = effect;
        room.take(stringBytes(name) + 2, at);
        const value = toJson(first, room, at);
        return { kind: 'tag', rule, arm, at, bytes: room.used, name, value };
      }
      case 'limit': {
        const value = isPositive(first) ? first : notPositive(`limit ${effect.what}`, at);
        return { kind: 'limit', rule, arm, at, bytes: 0, what: effect.what, value };
      }
      case 'only':
      case 'exclude':
        if (test === undefined) throw new Error(`${effect.kind} without a test`);
        return { kind: effect.kind, rule, arm, at, bytes: 0, test, answers: undefined };
      case 'deny': {
        const { reason, status } = effect;
        const layer = rule.unit.unit.name;
        room.take(stringBytes(reason) + stringBytes(layer) + stringBytes(rule.name), at);
        const message = effect.hasMessage ? toJson(first, room, at) : undefined;
        const said = { rule: rule.name, layer, reason, status };
        const deny = typeof message === 'string' ? { ...said, message } : said;
        return { kind: 'deny', rule, arm, at, bytes: room.used, deny };
      }
      case 'candidates':
        return { kind: 'candidates', rule, arm, at, bytes: 0, models: this.#models(first, at) };
      case 'split': {
        const key = effect.hasKey ? this.#keyText(first, at) : undefined;
        return {
          kind: 'split',
          rule,
          arm,
          at,
          bytes: 0,
          key,
          arms: this.#splitArms(operands, effect.hasKey ? 1 : 0, at),
        };
      }
      case 'fallback': {
        const models = this.#models(first, at);
        const { on, retry, hasBackoff } = effect;
        const backoff = hasBackoff ? backoffOf(second, at) : undefined;
        return { kind: 'fallback', rule, arm, at, bytes: 0, models, on, retry, backoff };
      }
      case 'sticky':
        return { kind: 'sticky', rule, arm, at, bytes: 0, key: this.#keyText(first, at) };
      case 'use': {
        const entry = pipelineEntry(effect, operands, room, at);
        return { kind: 'use', rule, arm, at, bytes: room.used, entry };
      }
      case 'transform': {
        room.take(2 * canonical(effect.path).length + 30, at);
        const value = toJson(first, room, at);
        return { kind: 'transform', rule, arm, at, bytes: room.used, what: effect.what, path: effect.path, value };
      }
      case 'cache': {
        if (effect.off) return { kind: 'cache', rule, arm, at, bytes: 0, cache: { off: true } };
        const key = JSON.stringify(first); // "1" is another key than 1
        room.take(stringBytes(key) + 40, at);
        const ttl_ms = positive(second, 'the ttl of a cache', at);
        return { kind: 'cache', rule, arm, at, bytes: room.used, cache: { key, ttl_ms } };
      }
      case 'hedge':
        return { kind: 'hedge', rule, arm, at, bytes: 0, afterMs: positive(first, 'the wait of a hedge', at) };
    }
  }

  /** What a ModelId, a Model or a list of either stands for now, each once. Charges 1 each, and 1 a model. */
  #models(value: Value, at: At): readonly ModelRecord[] {
    if (!isList(value)) return this.#modelsOf(value, at);
    const found: ModelRecord[] = [];
    for (const one of value) {
      for (const model of this.#modelsOf(one, at)) found.push(model);
    }
    return eachOnce(found);
  }

  #modelsOf(value: Value, at: At): readonly ModelRecord[] {
    const models = typeof value === 'string' ? modelsOf(this.run.catalogue, value) : [value as ModelRecord];
    this.run.meter.burn(models.length + 1, at);
    return models;
  }

  #splitArms(operands: readonly Value[], from: number, at: At): readonly SplitArm[] {
    const arms: SplitArm[] = [];
    let total = 0;
    for (let place = from; place < operands.length; place += 2) {
      const weight = operands[place + 1];
      if (typeof weight !== 'number' || !(weight >= 0)) throw new PolicyFailure('policy_error', 'a weight below 0', at);
      total += weight;
      arms.push({ models: this.#modelsOf(operands[place] ?? null, at), weight });
    }
    if (!(total > 0 && total < Infinity)) throw new PolicyFailure('policy_error', 'weights that add up to nothing', at);
    return arms;
  }

  /** A String, an Int or a ModelId, as the checker sees to. */
  #keyText(key: Value, at: At): string {
    const text = typeof key === 'string' ? key : JSON.stringify(key);
    this.run.meter.burn((text.length + 15) >> 4, at);
    return text;
  }
}

function backoffOf(waits: Value, at: At): FallbackSaid['backoff'] {
  const base_ms = positive(own(waits, 'base'), 'the base of a backoff', at);
  const cap_ms = positive(own(waits, 'cap'), 'the cap of a backoff', at);
  return { base_ms, cap_ms };
}

function pipelineEntry(
  { stage, extension, range, mode, onFail, stream, hasConfig, hasTimeout }: Extract<EffectSpec, { kind: 'use' }>,
  operands: readonly Value[],
  room: Room,
  at: At,
): PipelineEntry {
  room.take(140 + stringBytes(extension) + (range === undefined ? 0 : stringBytes(range)), at);
  const entry: { -readonly [Key in keyof PipelineEntry]: PipelineEntry[Key] } = {
    stage,
    extension,
    mode,
    on_fail: onFail,
  };
  if (range !== undefined) entry.range = range;
  if (hasConfig) entry.config = toJson(operands[0] ?? null, room, at);
  if (hasTimeout) entry.timeout_ms = positive(operands[hasConfig ? 1 : 0] ?? null, 'the timeout of an extension', at);
  if (stream !== undefined) entry.stream = stream;
  return entry;
}

const few = 16;

/** The first of each id. A few are compared with each other: that is faster than to remember them. */
function eachOnce(models: readonly ModelRecord[]): readonly ModelRecord[] {
  if (models.length > few) {
    const seen = new Set<string>();
    return models.filter(({ id }) => !seen.has(id) && seen.add(id));
  }
  for (let place = 1; place < models.length; place += 1)
    if (!isFirst(models, place)) return models.filter((_, one) => isFirst(models, one));
  return models;
}

function isFirst(models: readonly ModelRecord[], place: number): boolean {
  const id = models[place]?.id;
  for (let before = 0; before < place; before += 1) if (models[before]?.id === id) return false;
  return true;
}

/** @throws PolicyFailure when it is not more than 0 */
function positive(value: Value, what: string, at: At): number {
  return isPositive(value) ? value : notPositive(what, at);
}

function isPositive(value: Value): value is number {
  return typeof value === 'number' && value > 0 && value < Infinity;
}

function notPositive(what: string, at: At): never {
  throw new PolicyFailure('policy_error', `${what} is not more than 0`, at);
}
