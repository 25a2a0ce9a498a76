// What of the language the cases exercise: productions, words and signs of the grammar, functions of the library, operations.
import type { Unit } from '../ir/ir.ts';
import { wendGrammar, type Rule } from '../syntax/grammar/ebnf.testing.ts';
import { recognise } from '../syntax/grammar/recognise.testing.ts';
import { predict } from '../syntax/grammar/two-tokens.testing.ts';
import { parse } from '../syntax/parse.ts';

const grammar = wendGrammar();
const prediction = predict(grammar);

/** What the grammar makes sources of: productions and kinds of tokens by their names, words and signs in quotes. */
export function grammarParts(): ReadonlySet<string> {
  const parts = new Set(grammar.productions.keys());
  const visit = (rule: Rule): void => {
    if (rule.kind === 'name') parts.add(rule.name);
    if (rule.kind === 'literal') parts.add(`"${rule.text}"`);
    if (rule.kind === 'sequence' || rule.kind === 'choice') rule.of.forEach(visit);
    if (rule.kind === 'optional' || rule.kind === 'repeat') visit(rule.of);
  };
  for (const rule of grammar.productions.values()) visit(rule);
  return parts;
}

/** Those of which a source without syntax errors is made; of another one none. */
export function partsOf(text: string): ReadonlySet<string> {
  const parts = new Set<string>();
  const { source, diagnostics } = parse(text, 'case.wend');
  if (diagnostics.length > 0) return parts;
  const [start = ''] = grammar.productions.keys();
  parts.add(start);
  if (!recognise(grammar, prediction, source.tokens, (part) => parts.add(part)))
    throw new Error(`the grammar refuses what the parser accepts: ${text}`);
  return parts;
}

/** Functions of the library by their keys, and operations, that a unit calls. */
export function callsOf(unit: Unit): ReadonlySet<string> {
  const calls = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { kind, name } = value as { readonly kind?: unknown; readonly name?: unknown };
    if ((kind === 'library' || kind === 'operation') && typeof name === 'string') calls.add(`${kind} ${name}`);
    for (const part of Object.values(value)) visit(part);
  };
  for (const part of [unit.functions, unit.values, unit.rules, unit.routes, unit.tests]) visit(part);
  return calls;
}
