// Models: what the catalogue has, what they cost, how they fare, and drawing among them by a key.
import type { ModelRecord } from '../../data/catalogue.ts';
import { fraction, hash } from '../hash.ts';
import type { Value } from '../instance.ts';
import { PolicyFailure } from '../meter.ts';
import { newList, newRecord, readString, sortFuel } from '../operations/allocation.ts';
import { wholeMoney } from '../operations/numbers.ts';
import { answering, automatic, modelOf, modelsOf } from '../values/models.ts';
import { emptyRecord, own, type Fields } from '../values/records.ts';
import type { Caller, LibraryFunction } from './library-function.ts';
import {
  bool,
  duration,
  float,
  int,
  listOf,
  mapOf,
  mayTake,
  model,
  modelId,
  money,
  optional,
  recordOf,
  string,
  takes,
  variable,
} from './types.ts';

const modelLike = variable('M', 'ModelId', 'Model');
const perModel = '1 a model of the catalogue';

export const routing: readonly LibraryFunction[] = [
  {
    name: 'models',
    group: 'routing',
    asks: true,
    parameters: [],
    returns: listOf(model),
    summary: 'All models that answer this kind of request, the cheapest first; those without a price last.',
    examples: [['len(models())', 10]],
    run: ({ run }) => answering(run.catalogue, run.input.request.kind),
  },
  {
    name: 'model',
    otherwise: 'model:text',
    group: 'routing',
    asks: true,
    parameters: [takes('id', modelId)],
    returns: model,
    summary: 'The model of this id, or the cheapest that an alias stands for; one that is no longer there is an error.',
    examples: [['model(@openai/gpt-4.1).vendor', 'openai']],
    run({ run, at }, id: string) {
      const found = modelOf(run.catalogue, id);
      if (found === undefined) throw new PolicyFailure('policy_error', 'a model that is not in the catalogue', at);
      return found;
    },
  },
  {
    name: 'model:text',
    group: 'routing',
    asks: true,
    parameters: [takes('id', string)],
    returns: optional(model),
    summary: 'The model of this id, or the cheapest that an alias stands for; null where there is none.',
    examples: [['model("nobody/knows")', null]],
    run: ({ run }, id: string) => modelOf(run.catalogue, id) ?? null,
  },
  {
    name: 'requested',
    group: 'routing',
    asks: true,
    parameters: [],
    returns: listOf(model),
    summary:
      'What the client asked for, the cheapest first: the one model it named, those of its alias or name, or for "auto" all of the cheapest model\'s name.',
    examples: [['len(requested())', 1]],
    price: '1 a model of the alias or name',
    run({ run, at }) {
      const { model: asked, kind } = run.input.request;
      if (asked === 'auto') return automatic(run.catalogue, kind);
      const named = modelsOf(run.catalogue, asked);
      newList(run.meter, named.length, at);
      return named.filter(({ verbs }) => verbs.includes(kind));
    },
  },
  {
    name: 'price',
    group: 'routing',
    parameters: [takes('m', model)],
    returns: optional(money),
    summary: 'What a million tokens in and a million tokens out cost together; null where the model has no price.',
    examples: [['price(model(@openai/gpt-4.1))', 10_000_000_000_000]],
    run: ({ at }, m: ModelRecord) =>
      m.price_in === null || m.price_out === null ? null : wholeMoney((m.price_in + m.price_out) * 1_000_000, at),
  },
  {
    name: 'cost',
    group: 'routing',
    parameters: [takes('m', model), takes('tokens_in', int), takes('tokens_out', int)],
    returns: optional(money),
    summary: 'What so many tokens cost; null where the model has no price.',
    examples: [['cost(model(@openai/gpt-4.1), 1000, 500)', 6_000_000_000]],
    run: ({ at }, m: ModelRecord, tokensIn: number, tokensOut: number) =>
      m.price_in === null || m.price_out === null
        ? null
        : wholeMoney(m.price_in * tokensIn + m.price_out * tokensOut, at),
  },
  {
    name: 'cheapest',
    group: 'routing',
    asks: true,
    parameters: [takes('n', int)],
    returns: listOf(model),
    summary: 'The n cheapest models that answer this kind of request.',
    examples: [['map(cheapest(2), m => m.id)', ['google/gemini-2.5-flash', 'openai/gpt-4.1-mini']]],
    price: '1 a model taken',
    run({ run, at }, n: number) {
      const all = answering(run.catalogue, run.input.request.kind);
      const length = Math.max(0, Math.min(n, all.length));
      newList(run.meter, length, at);
      return all.slice(0, length);
    },
  },
  {
    name: 'fastest',
    group: 'routing',
    asks: true,
    parameters: [takes('n', int)],
    returns: listOf(model),
    summary: 'The n models that answered fastest of late (p95), those not known last, then the cheapest.',
    examples: [['len(fastest(2))', 2]],
    price: `${perModel}, and n · ⌈log2 n⌉ for the n whose time is known`,
    run: fastest,
  },
  {
    name: 'healthy',
    group: 'routing',
    asks: true,
    parameters: [takes('list', listOf(modelLike))],
    returns: listOf(modelLike),
    summary:
      'Those whose breaker is not open and of whose calls less than half failed of late; a model that nobody asked of late is healthy, an alias is where one of its models is.',
    examples: [['len(healthy([@openai/gpt-4.1, @local/llama-3]))', 2]],
    price: '1 a model',
    run({ run, at }, list: readonly (string | ModelRecord)[]) {
      newList(run.meter, list.length, at);
      const left: (string | ModelRecord)[] = [];
      for (const one of list) {
        const behind = typeof one === 'string' ? modelsOf(run.catalogue, one) : [one];
        run.meter.burn(behind.length, at);
        if (behind.length === 0 || isAnyHealthy(run.input.health, behind)) left.push(one);
      }
      return left;
    },
  },
  {
    name: 'ids',
    group: 'routing',
    parameters: [takes('models', listOf(model))],
    returns: listOf(modelId),
    summary: 'The ids of the models.',
    examples: [['ids(cheapest(1))', ['google/gemini-2.5-flash']]],
    price: '1 a model',
    run({ run, at }, models: readonly ModelRecord[]) {
      newList(run.meter, models.length, at);
      return models.map(({ id }) => id);
    },
  },
  {
    name: 'bucket',
    group: 'routing',
    parameters: [takes('key', string), takes('salt', string)],
    returns: float,
    summary:
      'A number from 0 up to 1 for the key: the same in every instance, another under another salt or in another policy.',
    examples: [['bucket("u1", "s") == bucket("u1", "s")', true]],
    price: '⌈characters / 16⌉',
    run: (caller, key: string, salt: string) => drawn(caller, 'bucket', salt, key),
  },
  {
    name: 'rollout',
    group: 'routing',
    parameters: [takes('key', string), takes('salt', string), takes('p', float)],
    returns: bool,
    summary: 'Whether the key is among a share p of all; a greater share holds all of a smaller one of the same salt.',
    examples: [
      ['rollout("u1", "new", 100%)', true],
      ['rollout("u1", "new", 0.0)', false],
    ],
    price: '⌈characters / 16⌉',
    run: (caller, key: string, salt: string, p: number) => drawn(caller, 'bucket', salt, key) < p,
  },
  {
    name: 'weighted',
    group: 'routing',
    parameters: [takes('key', string), takes('arms', mapOf(float)), mayTake('salt', string)],
    returns: string,
    summary:
      'The name of one of the arms, drawn by their weights: the same for the same key, arms and salt. Weights below 0, or all 0, are an error.',
    examples: [['weighted("u1", { a: 1, b: 0 })', 'a']],
    price: '2 an arm, and ⌈characters / 16⌉',
    run: weighted,
  },
  {
    name: 'hash',
    group: 'routing',
    parameters: [takes('x', string)],
    returns: int,
    summary: 'A whole number from 0 up to 2^53 for a text: the same everywhere.',
    examples: [['hash("a") == hash("a")', true]],
    price: '⌈characters / 16⌉',
    run({ run, at }, x: string) {
      run.meter.burn((x.length + 15) >> 4, at);
      return hash('', x);
    },
  },
  {
    name: 'exp',
    group: 'routing',
    parameters: [takes('base', duration), takes('cap', duration)],
    returns: recordOf({ base: duration, cap: duration }),
    summary: 'How long to wait before another try: the base, twice of it and so on, up to the cap.',
    examples: [['exp(100ms, 5s)', { base: 100, cap: 5000 }]],
    price: '2',
    run({ run, at }, base: number, cap: number) {
      newRecord(run.meter, 2, at);
      const made = emptyRecord();
      made.base = base;
      made.cap = cap;
      return made;
    },
  },
];

/** Salted by policy and function, so that two policies never draw alike. */
function drawn({ unit, run, at }: Caller, what: string, salt: string, key: string): number {
  run.meter.burn((key.length + salt.length + 15) >> 4, at);
  return fraction(`${unit.unit.name}\n${what}\n${salt}`, key);
}

function weighted(caller: Caller, key: string, arms: Fields, salt: string | null): string {
  const { run, at } = caller;
  const names = Object.keys(arms).sort();
  run.meter.burn(2 * names.length, at);
  let total = 0;
  for (const name of names) {
    readString(run.meter, name.length, at);
    const weight = own(arms, name) as number;
    if (weight < 0) throw new PolicyFailure('policy_error', 'a weight below 0', at);
    total += weight;
  }
  if (!(total > 0 && total < Infinity)) throw new PolicyFailure('policy_error', 'weights that add up to nothing', at);
  let left = drawn(caller, 'weighted', salt ?? names.join('\n'), key) * total;
  let last = '';
  for (const name of names) {
    const weight = own(arms, name) as number;
    if (weight === 0) continue;
    if (left < weight) return name;
    left -= weight;
    last = name;
  }
  return last;
}

function fastest({ run, at }: Caller, n: number): Value {
  const all = answering(run.catalogue, run.input.request.kind);
  run.meter.burn(all.length, at);
  const known: { one: ModelRecord; p95: number }[] = [];
  const others: ModelRecord[] = [];
  for (const one of all) {
    const p95 = own(own(run.input.health as unknown as Value, one.id), 'p95');
    if (typeof p95 === 'number') known.push({ one, p95 });
    else others.push(one);
  }
  run.meter.burn(sortFuel(known.length), at);
  known.sort((left, right) => left.p95 - right.p95);
  const length = Math.max(0, Math.min(n, all.length));
  newList(run.meter, length, at);
  return [...known.map(({ one }) => one), ...others].slice(0, length);
}

function isAnyHealthy(health: Caller['run']['input']['health'], models: readonly ModelRecord[]): boolean {
  for (const { id } of models) if (isHealthy(health, id)) return true;
  return false;
}

function isHealthy(health: Caller['run']['input']['health'], id: string): boolean {
  const record = Object.hasOwn(health, id) ? health[id] : undefined;
  return record === undefined || (!record.open && record.errors < 0.5);
}
