import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../run/testing/evaluate.ts';
import { programInputs } from '../run/testing/inputs.ts';
import { parse } from '../syntax/parse.ts';
import type { Token } from '../syntax/token.ts';
import { modelFields } from '../types/model-fields.ts';
import { show } from '../types/show.ts';
import type { Type } from '../types/type.ts';
import { typed } from './check.testing.ts';

const runs = process.env.MESH_TEST_LONG === undefined ? 2_000 : 300_000;

const before = `
  type Pair = { a: Int, b: Float?, c: [String] }
  const one: Pair = { a: 1, c: ["x"] }
  fn add(a: Int, b: Int) -> Int { return a + b }
  fn first(xs: [Int]) -> Int? { for x in xs { if x > 1 { return x } } return null }
  fn pair(n: Int?) -> Pair { if n == null { return one } return { a: n, b: 1.5, c: [] } }`;

/** One of each of these stands in a rule; its words are exchanged for those of others. */
const expressions = [
  'request.max_tokens != null and request.max_tokens > 3',
  '(request.max_tokens ?? 5) + request.tokens_in * 2 - len(user.roles)',
  'if user.id == null then "none" else upper(user.id)',
  'map(filter(models(), m => m.price_in != null and m.price_in < $1), m => m.price_out ?? $0)',
  'health["openai/gpt-4.1"]?.p95 ?? 5ms',
  'pair(request.max_tokens).b ?? first([1, 2, 3]) ?? 0',
  'reduce([1, 2, 3], request.tokens_in, add)',
  'sort_by(user.roles, r => len(r))',
  'as_int(attributes["a"]) == 5 or as_string(request.metadata["x"]) == "y"',
  '{ a: request.stream, b: [one.a, 2.5], c: one }.c.c',
  'tenant.tier in ["free", "pro"] and not (tenant.region matches re"^e")',
  'now - 5s < now and hour(now) >= 5',
  '(tenant.spent ?? $0) / (tenant.budget ?? $1) * 100%',
  'f"{request.model} {tenant.tier} {now} {1 div 2}"',
  'concat([user.roles, one.c, ["z"]])[0] ?? "none"',
  'find(cheapest(3), m => m.tools ?? false)?.id',
  'weighted(seed, { a: 1, b: 2.5 })',
  'max(map(models(), m => m.context_tokens ?? 0))',
  '[null, one.b, 3][1]',
  '-one.a mod 3 + floor(2.5)',
];
const tokensOf = (text: string): readonly Token[] =>
  parse(`policy "p" { const x = ${text} }`, 'x').source.tokens.slice(12, -3);
/** By their kinds: a word is exchanged for one that may stand in its place. */
const words = Map.groupBy(expressions.flatMap(tokensOf), ({ kind }) => kind);

const mutant = fc
  .tuple(
    fc.constantFrom(...expressions),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('exchange', 'exchange', 'drop', 'splice')), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([expression, changes]) => {
    const all = tokensOf(expression).map(({ kind, text }) => ({ kind, text }));
    for (const [at, from, change] of changes) {
      const one = all[at % all.length];
      const others = one && words.get(one.kind);
      if (one === undefined || others === undefined) continue;
      if (change === 'exchange') one.text = ` ${others[from % others.length]?.text ?? ''} `;
      else if (change === 'drop') one.text = ' ';
      else one.text = `(${expressions[from % expressions.length] ?? ''})`;
    }
    return all.map(({ text }) => text).join('');
  });

test('what is accepted runs, alike in both back ends, and comes to a value of its type or to a failure of the policy', () => {
  let accepted = 0;
  fc.assert(
    fc.property(mutant, fc.constantFrom(...programInputs), (expression, input) => {
      const found = typed(expression, before);
      if (!('type' in found)) return;
      accepted += 1;
      const { value, at } = evaluate(expression, { before, input });
      if (at === undefined && !conforms(value, found.type))
        expect.fail(`${JSON.stringify(value)} is no ${show(found.type)}: ${expression}`);
    }),
    { numRuns: runs },
  );
  expect(accepted).toBeGreaterThan(runs / 10);
}, 3_600_000);

/** Of a value as JSON has it. */
function conforms(value: unknown, type: Type): boolean {
  switch (type.kind) {
    case 'Bool':
      return typeof value === 'boolean';
    case 'Int':
    case 'Duration':
    case 'Time':
      return typeof value === 'number' && Number.isInteger(value);
    case 'Float':
    case 'Money':
      return typeof value === 'number' && Number.isFinite(value);
    case 'String':
    case 'ModelId':
      return typeof value === 'string';
    case 'enum':
      return typeof value === 'string' && type.values.includes(value);
    case 'list':
      return Array.isArray(value) && value.every((item) => conforms(item, type.of));
    case 'map':
      return isObject(value) && Object.values(value).every((item) => conforms(item, type.of));
    case 'record':
      return isObject(value) && [...type.fields].every(([name, field]) => conforms(own(value, name), field));
    case 'Model':
      return isObject(value) && [...modelFields].every(([name, field]) => conforms(own(value, name), field));
    case 'optional':
      return value === null || conforms(value, type.of);
    case 'Null':
      return value === null;
    case 'Never':
      return false;
    case 'Json':
    case 'Unknown':
      return true;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An absent field reads as null. */
function own(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : null;
}
