// Random statements and effects, as source text.
import {
  expression,
  hostileKey,
  lambda,
  literal,
  quoted,
  several,
  type Scope,
  type Variable,
} from './program-expressions.ts';
import {
  bool,
  duration,
  float,
  int,
  listOf,
  mapOf,
  model,
  modelId,
  randomType,
  string,
  written,
  type ProgramType,
} from './program-types.ts';

export interface Place {
  /** What a `return` must give; undefined in rules and routes. */
  readonly returns: ProgramType | undefined;
  readonly inLoop: boolean;
  readonly inRoute: boolean;
  readonly inArm: boolean;
  /** How many levels of blocks it may have below it. */
  readonly depth: number;
}

/** What stands between the braces of a block; a name that it declares is seen by what follows. */
export function block(scope: Scope, place: Place, most: number): string {
  const lines: string[] = [];
  let inner = scope;
  for (let left = scope.random.below(most + 1); left > 0; left -= 1) {
    const [line, declared] = statement(inner, place);
    lines.push(line);
    if (declared !== undefined) inner = { ...inner, variables: [...inner.variables, declared] };
  }
  return lines.join('\n');
}

function statement(scope: Scope, place: Place): readonly [string, Variable?] {
  const { random } = scope;
  const depth = 3;
  const kind = random.below(100);
  if (kind < 30) return declaration(scope);
  if (kind < 42) {
    const mutable = scope.variables.filter((one) => one.mutable && one.fixed === undefined);
    if (mutable.length === 0) return declaration(scope);
    const one = random.pick(mutable);
    return [`set ${one.name} = ${expression(scope, one.type, depth)}`];
  }
  if (kind < 62 && place.depth > 0) return [compound(scope, { ...place, depth: place.depth - 1 })];
  if (kind < 66 && place.inLoop) return [`if ${expression(scope, bool, 1)} { ${random.pick(['break', 'continue'])} }`];
  if (kind < 70)
    return place.returns === undefined
      ? [`if ${expression(scope, bool, 1)} { return }`]
      : [`if ${expression(scope, bool, 1)} { return ${expression(scope, place.returns, depth)} }`];
  if (place.returns !== undefined) return declaration(scope);
  return [effect(scope, place)];
}

function declaration(scope: Scope): readonly [string, Variable] {
  const { random } = scope;
  const type = randomType(random, 2, scope.fieldNames);
  const one = { name: scope.fresh(), type, mutable: random.chance(0.4) };
  return [`${one.mutable ? 'var' : 'let'} ${one.name}: ${written(type)} = ${expression(scope, type, 4)}`, one];
}

function compound(scope: Scope, place: Place): string {
  const { random } = scope;
  switch (random.below(4)) {
    case 0: {
      const item = randomType(random, 1, scope.fieldNames);
      const one = { name: scope.fresh(), type: item, mutable: false };
      const inner = { ...scope, variables: [...scope.variables, one] };
      const body = block(inner, { ...place, inLoop: true }, 3);
      return `for ${one.name} in ${scope.identity(listOf(item))}(${expression(scope, listOf(item), 2)}) {\n${body}\n}`;
    }
    case 1: {
      const counter: Variable = { name: scope.fresh(), type: int, mutable: true, fixed: true };
      const inner = { ...scope, variables: [...scope.variables, counter] };
      const body = block(inner, { ...place, inLoop: true }, 3);
      // Now and then it never ends, but by fuel.
      const step = random.chance(0.95) ? `set ${counter.name} = ${counter.name} + 1\n` : '';
      const condition = `${counter.name} < 4 and ${expression(scope, bool, 2)}`;
      return `var ${counter.name}: Int = 0\nwhile ${condition} {\n${step}${body}\n}`;
    }
    default: {
      const otherwise = random.chance(0.5) ? ` else {\n${block(scope, place, 2)}\n}` : '';
      return `if ${expression(scope, bool, 3)} {\n${block(scope, place, 3)}\n}${otherwise}`;
    }
  }
}

function effect(scope: Scope, place: Place): string {
  const { random } = scope;
  const of = (type: ProgramType) => expression(scope, type, 2);
  const makes = [
    () => `deny "no"${random.chance(0.5) ? ' status 429' : ''}${random.chance(0.5) ? ` message ${of(string)}` : ''}`,
    () => `tag ${path(scope)} = ${of(random.pick([bool, int, float, string, listOf(int), mapOf(string)]))}`,
    () => `limit max_tokens = clamp(${of(int)}, 1, 5k)`,
    () => `limit timeout = ${of(duration)} + 1ms`,
    () => `${random.pick(['only', 'exclude'])} ${lambda(scope, model, bool, 3)}`,
    () =>
      `use ${random.pick(['pre', 'validate', 'post'])} "guard@^1" with { a: ${of(int)}, "__proto__": ${of(string)} }`,
    () => `transform request x${random.below(3)}["then"] = ${of(string)}`,
    () => `cache key ${of(string)} ttl ${of(duration)} + 1ms`,
    () => `hedge after ${of(duration)} + 1ms`,
  ];
  if (!place.inArm)
    makes.push(() => {
      const inner = { ...place, inArm: true, inLoop: false, depth: Math.max(0, place.depth - 1) };
      const frozen = {
        ...scope,
        variables: scope.variables.map((one) => (one.mutable ? { ...one, fixed: true as const } : one)),
      };
      const arms = ['a', 'b'].map((name) => `${name}: {\n${block(frozen, inner, 3)}\n}`);
      return `experiment ${scope.fresh()} by ${of(string)} { ${arms.join(', ')} }`;
    });
  if (place.inRoute)
    makes.push(
      () => `candidates ${of(listOf(random.pick([modelId, model])))}`,
      () => `split by ${of(string)} { ${of(modelId)}: ${random.pick(['70', '1'])}, ${literal(scope, modelId)}: 30 }`,
      () => `fallback ${of(model)} on timeout, server_error retry 2 backoff exp(100ms, 5s)`,
      () => `sticky by ${of(string)}`,
    );
  return random.pick(makes)();
}

function path(scope: Scope): string {
  const parts = several(scope, () => `[${quoted(hostileKey(scope))}]`, 2);
  return `t${parts.join('')}`;
}
