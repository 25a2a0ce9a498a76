// A random policy, as source text: the same for the same seed. All forms of expressions, statements and effects, with names and keys from a hostile list.
import { expression, type ProgramFunction, type Scope, type Variable } from './program-expressions.ts';
import { block } from './program-statements.ts';
import { hostileNames } from './hostile.ts';
import { bool, int, randomType, written, type ProgramType } from './program-types.ts';
import { random } from './random.ts';

const fieldNames = [...hostileNames, 'a', 'price_in', 'k0', 'v0', 'x_1'];

export function randomProgram(seed: number): string {
  const chance = random(seed);
  let names = 0;
  const fresh = () => {
    names += 1;
    return chance.chance(0.1)
      ? `${chance.pick(['v', 'k', 'm', 'u', 'r', 'toString', '__proto__', 'then'])}_${names}`
      : `n${names}`;
  };
  const identities = new Map<string, string>();
  const identity = (type: ProgramType) => {
    const name = identities.get(written(type)) ?? `same_${identities.size}`;
    identities.set(written(type), name);
    return name;
  };
  let scope: Scope = { random: chance, variables: [], functions: [], fresh, fieldNames, identity };
  const lines: string[] = ['fn plus(a: Int, b: Int) -> Int { return a + b }'];
  for (let left = chance.below(3); left > 0; left -= 1) {
    const one: Variable = { name: fresh(), type: randomType(chance, 2, fieldNames), mutable: false };
    const value = expression({ ...scope, variables: scope.variables }, one.type, 2);
    if (/\b(request|tenant|user|session|now|seed|models|cheapest|fastest|model|healthy)\b/.test(value)) continue;
    lines.push(`${chance.pick(['const', 'param'])} ${one.name}: ${written(one.type)} = ${value}`);
    scope = { ...scope, variables: [...scope.variables, one] };
  }
  for (let left = chance.below(4); left > 0; left -= 1) {
    const [line, made] = functionText(scope);
    lines.push(line);
    scope = { ...scope, functions: [...scope.functions, made] };
  }
  const place = { returns: undefined, inLoop: false, inRoute: false, inArm: false, depth: 2 };
  for (let left = 1 + chance.below(3); left > 0; left -= 1) {
    const when = chance.chance(0.6) ? ` when ${expression(scope, bool, 4)}` : '';
    lines.push(`rule ${fresh()}${when} {\n${block(scope, place, 6)}\n}`);
  }
  lines.push(`route r when ${expression(scope, bool, 3)} {\n${block(scope, { ...place, inRoute: true }, 5)}\n}`);
  lines.push('route default { candidates cheapest(1) }');
  for (const [type, name] of identities) lines.push(`fn ${name}(x: ${type}) -> ${type} { return x }`);
  return `policy "p" {\n${lines.join('\n')}\n}\n`;
}

/** Now and then it calls itself, and ends by depth or fuel. */
function functionText(scope: Scope): readonly [string, ProgramFunction] {
  const { random: chance, fresh } = scope;
  const name = fresh();
  const parameters = Array.from({ length: chance.below(4) }, (): Variable => ({
    name: fresh(),
    type: randomType(chance, 1, fieldNames),
    mutable: false,
  }));
  const made = {
    name,
    parameters: parameters.map(({ type }) => type),
    returns: chance.chance(0.4) ? int : randomType(chance, 1, fieldNames),
  };
  const recursive = chance.chance(0.1) ? [...scope.functions, made] : scope.functions;
  const inner = { ...scope, functions: recursive, variables: [...scope.variables, ...parameters] };
  const place = { returns: made.returns, inLoop: false, inRoute: false, inArm: false, depth: 2 };
  const body = block(inner, place, 4);
  const last = expression(inner, made.returns, 4);
  const taken = parameters.map((one) => `${one.name}: ${written(one.type)}`).join(', ');
  return [`fn ${name}(${taken}) -> ${written(made.returns)} {\n${body}\nreturn ${last}\n}`, made];
}
