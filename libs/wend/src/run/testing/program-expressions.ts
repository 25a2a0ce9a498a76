// Random expressions of a given type, as source text.
import { hostileKeys, hostileTexts } from './hostile.ts';
import {
  bool,
  duration,
  float,
  int,
  listOf,
  mapOf,
  model,
  modelId,
  money,
  optionalOf,
  randomType,
  string,
  time,
  written,
  type ProgramType,
} from './program-types.ts';
import type { Random } from './random.ts';

export interface Variable {
  readonly name: string;
  readonly type: ProgramType;
  readonly mutable: boolean;
  /** Not to be set here: its loop would not end, or it is of what is around an experiment. */
  readonly fixed?: true;
}

export interface ProgramFunction {
  readonly name: string;
  readonly parameters: readonly ProgramType[];
  readonly returns: ProgramType;
}

/** What an expression may name where it stands. */
export interface Scope {
  readonly random: Random;
  readonly variables: readonly Variable[];
  readonly functions: readonly ProgramFunction[];
  /** Makes names that nobody has. */
  readonly fresh: () => string;
  readonly fieldNames: readonly string[];
  /** The name of a function that takes this type and gives it back. */
  readonly identity: (type: ProgramType) => string;
}

type Make = () => string;

const inputs: readonly (readonly [source: string, type: ProgramType])[] = [
  ['request.model', string],
  ['request.tokens_in', int],
  ['request.max_tokens', optionalOf(int)],
  ['request.stream', bool],
  ['request.tools', bool],
  ['request.modalities', listOf(string)],
  ['request.pii', optionalOf(bool)],
  ['request.lang', optionalOf(string)],
  ['tenant.id', string],
  ['tenant.region', optionalOf(string)],
  ['tenant.spent', optionalOf(money)],
  ['tenant.budget', optionalOf(money)],
  ['tenant.quotas', mapOf(int)],
  ['user.id', optionalOf(string)],
  ['user.roles', listOf(string)],
  ['session.id', optionalOf(string)],
  ['now', time],
  ['seed', string],
  ['text(tenant.tier)', string],
];

/** @param depth how many levels it may have below it */
export function expression(scope: Scope, type: ProgramType, depth: number): string {
  const { random } = scope;
  const near = leaves(scope, type);
  if (depth <= 0 || random.chance(0.15)) return random.pick(near)();
  const deep = [...general(scope, type, depth), ...ofType(scope, type, depth)];
  return random.chance(0.85) ? random.pick(deep)() : random.pick(near)();
}

function leaves(scope: Scope, type: ProgramType): Make[] {
  const wanted = written(type);
  const there = [
    ...scope.variables.filter((one) => written(one.type) === wanted).map(({ name }) => name),
    ...inputs.filter(([, of]) => written(of) === wanted).map(([source]) => source),
  ];
  const named = there.map((source) => () => source);
  return [() => literal(scope, type), ...named, ...named];
}

export function literal(scope: Scope, type: ProgramType): string {
  const { random } = scope;
  switch (type.kind) {
    case 'Bool':
      return random.pick(['true', 'false']);
    case 'Int':
      return random.pick(['0', '1', '2', '3', '7', '1k', '2M', '9007199254740991', String(random.below(100))]);
    case 'Float':
      return random.pick(['0.0', '0.5', '1.5', '5%', '1.0e300', '0.1', `${random.below(100)}.25`]);
    case 'String':
      return quoted(random.chance(0.95) ? random.pick(hostileTexts).slice(0, 200) : random.pick(hostileTexts));
    case 'Duration':
      return random.pick(['0ms', '80ms', '5s', '2min', '3d']);
    case 'Money':
      return random.pick(['$0', '$0.01', '$0.000002', '$9_000', '$1_000_000']);
    case 'Time':
      return 'now';
    case 'ModelId':
      return random.pick(['@openai/gpt-4.1', '@local/llama-3', '@"fast"', '@"lab/secret"']);
    case 'Model':
      return `model(${literal(scope, modelId)})`;
    case 'list':
      return `[${several(scope, () => literal(scope, type.of), 3).join(', ')}]`;
    case 'map':
      return mapLiteral(scope, () => literal(scope, type.of));
    case 'optional':
      return random.chance(0.4) ? 'null' : literal(scope, type.of);
    case 'record':
      return recordLiteral(scope, type.fields, (of) => literal(scope, of));
  }
}

/** What any type may be made by. */
function general(scope: Scope, type: ProgramType, depth: number): Make[] {
  const of = (wanted: ProgramType) => expression(scope, wanted, depth - 1);
  const makes: Make[] = [() => `(if ${of(bool)} then ${of(type)} else ${of(type)})`];
  for (const called of scope.functions.filter(({ returns }) => written(returns) === written(type)))
    makes.push(() => `${called.name}(${called.parameters.map(of).join(', ')})`);
  if (type.kind !== 'optional')
    makes.push(
      () => `(${typed(scope, optionalOf(type), depth - 1)} ?? ${of(type)})`,
      () => `(${typed(scope, mapOf(type), depth - 1)}[${key(scope, depth)}] ?? ${of(type)})`,
      () => `(${typed(scope, listOf(type), depth - 1)}[${of(int)}] ?? ${of(type)})`,
      () => `(find(${typed(scope, listOf(type), depth - 1)}, ${lambda(scope, type, bool, depth)}) ?? ${of(type)})`,
    );
  for (const one of scope.variables) {
    if (one.type.kind !== 'record') continue;
    for (const [name, field] of one.type.fields)
      if (written(field) === written(type)) makes.push(() => `${one.name}.${name}`);
  }
  return makes;
}

/** For where the checker has no hint of a type, and `{}` would be a record: a function that gives what it is given says it. */
function typed(scope: Scope, type: ProgramType, depth: number): string {
  const there = scope.variables.filter((one) => written(one.type) === written(type));
  if (there.length > 0 && scope.random.chance(0.7)) return scope.random.pick(there).name;
  return `${scope.identity(type)}(${expression(scope, type, depth - 1)})`;
}

function ofType(scope: Scope, type: ProgramType, depth: number): Make[] {
  const { random } = scope;
  const of = (wanted: ProgramType) => expression(scope, wanted, depth - 1);
  const any = () => randomType(random, 1, scope.fieldNames);
  const call = (name: string, ...wanted: ProgramType[]) => `${name}(${wanted.map(of).join(', ')})`;
  switch (type.kind) {
    case 'Bool':
      return [
        () => `(${of(bool)} and ${of(bool)})`,
        () => `(${of(bool)} or ${of(bool)})`,
        () => `(not ${of(bool)})`,
        () => `(${of(int)} ${random.pick(['<', '<=', '>', '>='])} ${of(float)})`,
        () => `(${of(string)} ${random.pick(['<', '<=', '>', '>='])} ${of(string)})`,
        () => `(${of(money)} ${random.pick(['<', '>='])} ${of(money)})`,
        () => {
          const compared = any();
          return `(${typed(scope, compared, depth - 1)} ${random.pick(['==', '!='])} ${typed(scope, compared, depth - 1)})`;
        },
        () => `(${of(optionalOf(random.pick([int, string, bool])))} ${random.pick(['==', '!='])} null)`,
        () => `(${of(string)} ${random.pick(['in', 'not in'])} ${of(listOf(string))})`,
        () => `(${key(scope, depth)} in ${typed(scope, mapOf(int), depth - 1)})`,
        () => `(${of(string)} in ${of(string)})`,
        () => `(${of(string)} matches re"${random.pick(['^a', 'x+$', '[0-9]+', '(a|b)*c', '.', '^(.*)-(.*)$'])}")`,
        () => `${random.pick(['any', 'all'])}(${of(listOf(int))}, ${lambda(scope, int, bool, depth)})`,
        () => call(random.pick(['starts', 'ends', 'contains']), string, string),
        () => `rollout(${of(string)}, "salt", ${of(float)})`,
        () => `(cidr(${of(string)}, "10.0.0.0/8") ?? ${of(bool)})`,
        () => `between(${of(time)}, "22:00", "06:00")`,
      ];
    case 'Int':
      return [
        () => `(${of(int)} ${random.pick(['+', '-', '*', 'div', 'mod'])} ${of(int)})`,
        () => `(-${of(int)})`,
        () => call('len', string),
        () => call('len', listOf(int)),
        () => `(${random.pick(['min', 'max', 'sum'])}(${of(listOf(int))}) ?? ${of(int)})`,
        () => call('hash', string),
        () => `${random.pick(['floor', 'ceil', 'round'])}(${of(float)})`,
        () => call('clamp', int, int, int),
        () => `reduce(${of(listOf(int))}, ${of(int)}, plus)`,
        () => `hour(${of(time)})`,
      ];
    case 'Float':
      return [
        () => `(${of(float)} ${random.pick(['+', '-', '*', '/'])} ${of(float)})`,
        () => `(${of(int)} / ${of(int)})`,
        () => `(${of(money)} / ${of(money)})`,
        () => `bucket(${of(string)}, "salt")`,
        () => `abs(${of(float)})`,
      ];
    case 'String':
      return [
        () => `(${of(string)} + ${of(string)})`,
        () => `f"a{${of(random.pick([int, float, string, bool, money, duration, time]))}}b"`,
        () => call(random.pick(['lower', 'upper', 'trim']), string),
        () => call('replace', string, string, string),
        () => call('join', listOf(string), string),
        () => `text(${of(random.pick([int, float, bool, money, duration, time]))})`,
        () => `(char(${of(int)}) ?? ${of(string)})`,
      ];
    case 'Duration':
      return [
        () => `(${of(duration)} ${random.pick(['+', '-'])} ${of(duration)})`,
        () => `(${of(duration)} * ${of(float)})`,
        () => `(${of(time)} - ${of(time)})`,
      ];
    case 'Money':
      return [
        () => `(${of(money)} ${random.pick(['+', '-'])} ${of(money)})`,
        () => `(${of(money)} ${random.pick(['*', '/'])} ${of(float)})`,
        () => `(cost(${of(model)}, ${of(int)}, ${of(int)}) ?? ${of(money)})`,
        () => `(price(${of(model)}) ?? ${of(money)})`,
      ];
    case 'Time':
      return [() => `(${of(time)} ${random.pick(['+', '-'])} ${of(duration)})`];
    case 'ModelId':
      return [() => `${of(model)}.id`];
    case 'Model':
      return [() => `(cheapest(2)[${of(int)}] ?? ${of(model)})`, () => `(model(${of(string)}) ?? ${of(model)})`];
    case 'list':
      return ofList(scope, type.of, depth);
    case 'map':
      return [
        () => mapLiteral(scope, () => of(type.of)),
        () => `put(${typed(scope, type, depth - 1)}, ${key(scope, depth)}, ${typed(scope, type.of, depth - 1)})`,
      ];
    case 'optional':
      return [
        () => of(type.of),
        () => `${typed(scope, mapOf(type.of), depth - 1)}[${key(scope, depth)}]`,
        () => `${typed(scope, listOf(type.of), depth - 1)}[${of(int)}]`,
      ];
    case 'record':
      return [() => recordLiteral(scope, type.fields, of)];
  }
}

function ofList(scope: Scope, item: ProgramType, depth: number): Make[] {
  const { random } = scope;
  const of = (wanted: ProgramType) => expression(scope, wanted, depth - 1);
  const list = listOf(item);
  const given = (wanted: ProgramType) =>
    written(wanted).includes('Map') ? typed(scope, wanted, depth - 1) : of(wanted);
  const from = () => randomType(random, 1, scope.fieldNames);
  const makes: Make[] = [
    () => `[${several(scope, () => of(item), 3).join(', ')}]`,
    () => `(${given(list)} + ${given(list)})`,
    () => `filter(${given(list)}, ${lambda(scope, item, bool, depth)})`,
    () => `take(${given(list)}, ${of(int)})`,
    () => `slice(${given(list)}, ${of(int)}, ${of(int)})`,
    () => `unique(${given(list)})`,
    () => `sort_by(${given(list)}, ${lambda(scope, item, random.pick([int, string, float]), depth)})`,
    () => {
      const mapped = from();
      const body = lambda(scope, mapped, item, depth, written(item).includes('Map') ? scope.identity(item) : '');
      return `map(${typed(scope, listOf(mapped), depth - 1)}, ${body})`;
    },
  ];
  if (item.kind === 'Int') makes.push(() => `range(${random.pick(['5', '-3', '(1 + 2)', '2000'])})`);
  if (item.kind === 'String')
    makes.push(
      () => `split(${of(string)}, ${of(string)})`,
      () => `keys(${of(mapOf(int))})`,
    );
  if (item.kind === 'Model')
    makes.push(
      () => 'models()',
      () => `fastest(${of(int)})`,
      () => `healthy(${given(list)})`,
    );
  if (item.kind === 'ModelId') makes.push(() => `ids(${of(listOf(model))})`);
  return makes;
}

/** @param wrap a function that its body is given to */
export function lambda(scope: Scope, parameter: ProgramType, returns: ProgramType, depth: number, wrap = ''): string {
  const name = scope.fresh();
  const readable = scope.variables.filter(({ mutable }) => !mutable);
  const inner = { ...scope, variables: [...readable, { name, type: parameter, mutable: false }] };
  return `${name} => ${wrap}(${expression(inner, returns, depth - 1)})`;
}

function key(scope: Scope, depth: number): string {
  return scope.random.chance(0.8) ? quoted(hostileKey(scope)) : expression(scope, string, depth - 1);
}

/** Fields that may be null may be left out. */
function recordLiteral(
  { random }: Scope,
  fields: Extract<ProgramType, { kind: 'record' }>['fields'],
  value: (type: ProgramType) => string,
): string {
  const there = fields.filter(([, type]) => type.kind !== 'optional' || random.chance(0.6));
  return `{ ${there.map(([name, type]) => `${name}: ${value(type)}`).join(', ')} }`;
}

function mapLiteral(scope: Scope, value: Make): string {
  const keys = new Set(several(scope, () => hostileKey(scope), 3));
  return `{ ${[...keys].map((one) => `${quoted(one)}: ${value()}`).join(', ')} }`;
}

/** The longest ones are rare: they are most of a source. */
export function hostileKey({ random }: Scope): string {
  const one = random.pick(hostileKeys);
  return one.length > 100 && random.chance(0.9) ? '' : one;
}

/** As a string literal. */
export function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/[\u2028\u2029]/g, '\\u{2028}');
  return `"${escaped}"`;
}

export function several<Of>({ random }: Scope, make: () => Of, most: number): Of[] {
  return Array.from({ length: random.below(most + 1) }, make);
}
