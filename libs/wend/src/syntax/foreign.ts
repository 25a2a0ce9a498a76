// What people bring along from other languages, and what they mistype: what to write instead.
import { didYouMean } from '../diagnostics/suggest.ts';
import type { Token } from './token.ts';
import { declarationWords } from './words.ts';

/** Where a declaration is expected. */
const declarations: ReadonlyMap<string, string> = new Map([
  ...['function', 'func', 'def', 'fun'].map(
    (word) => [word, 'a function is written as fn f(x: Int) -> Int { … }'] as const,
  ),
  ['import', 'imports stand before the policy'],
  ['default', 'the route without a guard is written as route default { … }'],
  ['let', 'outside of rules and functions a value is a "const", or a "param" that others may set'],
  ['var', 'outside of rules and functions a value is a "const", or a "param" that others may set'],
  ['/', 'a comment begins with "//", on each of its lines'],
]);

/** Where a statement is expected. */
const statements: ReadonlyMap<string, string> = new Map([
  ...['elif', 'elsif', 'elseif'].map((word) => [word, 'write "else if"'] as const),
  ...['switch', 'match', 'case'].map((word) => [word, 'choose by "if … { } else if … { } else { }"'] as const),
  ['when', '"when" stands behind the name of a rule or route; within it write "if"'],
  ['allow', 'what no rule denies is allowed'],
  [',', 'several models stand in a list: [@a/x, @b/y]'],
]);

/** Where something else is expected, by what and by what is found. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['"{" if', 'the condition of a rule or route begins with "when"'],
  ['"{" priority', 'the priority stands before "when"'],
  ['"{" AND', 'write "and"'],
  ['"{" OR', 'write "or"'],
  ['"=" :', 'a value is given by "="'],
  ['"=" ==', 'a value is given by "=", compared by "=="'],
  ['a type =', 'a value is given by "=" alone'],
  ['an expression >', 'unequal is written as "!="'],
  ['a name (', '"for" takes no parentheses: for x in list { … }'],
  ['")" {', 'a "(" before it is not closed'],
  ['")" ,', 'a list stands in brackets: ["a", "b"]'],
  ['the reason, as a string (', 'effects take no parentheses: deny "reason"'],
  ['the reason, as a string }', 'it is written as deny "reason" status 403 message "…"'],
]);

/** Help for what stands where something else should; undefined where nothing is known of it. */
export function foreignHelp(what: string, found: Token, next: Token): string | undefined {
  const known = elsewhere.get(`${what} ${found.text}`);
  if (known !== undefined) return known;
  if (found.kind !== 'symbol') return undefined;
  if (found.text === '=') return 'two values are compared by "=="';
  if (found.text === '?' && next.kind !== 'end') return 'a choice is written as "if a then b else c"';
  return undefined;
}

/** Help where a declaration is expected. */
export function declarationHelp({ text }: Token): string {
  const near = didYouMean(text, declarationWords)();
  return (
    declarations.get(text) ??
    near ??
    'a policy is made of param, const, type, fn, rule, route, breaker, meta, combine and test'
  );
}

/** Help where a statement is expected; `words` are those that begin one. */
export function statementHelp(found: Token, next: Token, words: Iterable<string>): string | undefined {
  const known = statements.get(found.text);
  if (known !== undefined) return known;
  if (found.kind === 'int') return 'a refusal is written as deny "reason" status 403 message "…"';
  if (found.kind !== 'identifier') return undefined;
  if (next.kind === 'symbol' && next.text === '=')
    return 'a new name is given by "let", a variable is changed by "set"';
  if (next.kind === 'symbol' && '+-*/'.includes(next.text))
    return `a variable is changed by "set": set ${found.text} = …`;
  return (
    didYouMean(found.text, words)() ??
    (next.text === '(' || next.text === '.' ? 'an expression is no statement' : undefined)
  );
}
