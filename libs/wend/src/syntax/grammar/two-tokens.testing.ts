// FIRST and FOLLOW of two tokens, and what they decide.
import { reservedWords, typeWords } from '../words.ts';
import type { Grammar, Rule } from './ebnf.testing.ts';

/** A place in the grammar where there is a choice, and by which two tokens each way may begin. */
export interface Decision {
  readonly production: string;
  /** Of the rule's alternatives; of an option or a repetition: in, and on. */
  readonly ways: readonly Begin[];
}

/** Which tokens may come first, and for each a set of those that may come second, as bits. */
export type Begin = ReadonlyMap<number, bigint>;

export interface Prediction {
  readonly decisions: ReadonlyMap<Rule, Decision>;
  /** Kinds of tokens by their numbers: words and symbols of the grammar, and `<int>` and the like. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** Two tokens as one number; 0 is the end of the file. */
type Pairs = Set<number>;
const base = 1024;
/** Of a text shorter than two tokens: nothing, or nothing behind one. */
const none = base - 1;

/** What to look for at each choice; for all the ways that a sentence may go on from there, whatever it is in (strong LL(2)). */
export function predict(grammar: Grammar): Prediction {
  const { productions, tokens } = grammar;
  const numbers = new Map<string, number>([['<end>', 0]]);
  const terminal = (name: string): number => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const first = new Map<string, Pairs>([...productions.keys()].map((name) => [name, new Set<number>()]));
  const follow = new Map<string, Pairs>([...productions.keys()].map((name) => [name, new Set<number>()]));
  const [start = ''] = productions.keys();
  add(follow.get(start), [pair(0, 0)]);

  const firstOf = (rule: Rule): Pairs => {
    switch (rule.kind) {
      case 'literal':
        return new Set([pair(terminal(rule.text), none)]);
      case 'name':
        return first.get(rule.name) ?? new Set([pair(terminal(tokenName(rule.name, tokens)), none)]);
      case 'choice':
        return new Set(rule.of.flatMap((one) => [...firstOf(one)]));
      case 'sequence':
        return rule.of.reduceRight<Pairs>((rest, one) => joined(firstOf(one), rest), new Set([pair(none, none)]));
      case 'optional':
        return new Set([...firstOf(rule.of), pair(none, none)]);
      case 'repeat':
        return repeated(firstOf(rule.of), new Set([pair(none, none)]));
      case 'special':
        throw new Error('characters are no tokens');
    }
  };
  for (let grew = true; grew;) {
    grew = false;
    for (const [name, rule] of productions) if (add(first.get(name), firstOf(rule))) grew = true;
  }

  const decisions = new Map<Rule, Decision>();
  let changed = true;
  const visit = (production: string, rule: Rule, after: Pairs): void => {
    const decide = (...ways: readonly Pairs[]): void => {
      decisions.set(rule, { production, ways: ways.map((way) => begin(way, numbers)) });
    };
    switch (rule.kind) {
      case 'name':
        if (add(follow.get(rule.name), after)) changed = true;
        break;
      case 'sequence': {
        let rest = after;
        for (const one of rule.of.toReversed()) {
          visit(production, one, rest);
          rest = joined(firstOf(one), rest);
        }
        break;
      }
      case 'choice':
        for (const one of rule.of) visit(production, one, after);
        if (!changed) decide(...rule.of.map((one) => joined(firstOf(one), after)));
        break;
      case 'optional':
        visit(production, rule.of, after);
        if (!changed) decide(joined(firstOf(rule.of), after), after);
        break;
      case 'repeat': {
        const again = repeated(firstOf(rule.of), after);
        visit(production, rule.of, again);
        if (!changed) decide(joined(firstOf(rule.of), again), after);
        break;
      }
      default:
    }
  };
  const visitAll = (): void => {
    for (const [name, rule] of productions) visit(name, rule, new Set(follow.get(name)));
  };
  while (changed) {
    changed = false;
    visitAll();
  }
  visitAll();
  return { decisions, numbers };
}

/** Where two ways begin alike: `production: first second`. */
export function conflicts({ decisions }: Prediction): readonly string[] {
  return [...decisions.values()].flatMap(({ production, ways }) =>
    ways.flatMap((way, index) =>
      ways
        .slice(index + 1)
        .flatMap((other) =>
          [...way]
            .filter(([token, seconds]) => ((other.get(token) ?? 0n) & seconds) !== 0n)
            .map(([token, seconds]) => `${production}: ${token} ${(other.get(token) ?? 0n) & seconds}`),
        ),
    ),
  );
}

function tokenName(name: string, tokens: ReadonlyMap<string, Rule>): string {
  if (!tokens.has(name)) throw new Error(`the grammar does not say what "${name}" is`);
  return `<${name}>`;
}

function pair(one: number, two: number): number {
  return one * base + two;
}

function add(set: Pairs | undefined, values: Iterable<number>): boolean {
  if (set === undefined) return false;
  const before = set.size;
  for (const value of values) set.add(value);
  return set.size > before;
}

/** What two tokens begin with that come from the one, and then from the other. */
function joined(left: Pairs, right: Pairs): Pairs {
  const out: Pairs = new Set();
  for (const one of left) {
    if (one % base !== none) out.add(one);
    else if (one === pair(none, none)) add(out, right);
    else for (const two of right) out.add(pair(Math.floor(one / base), Math.floor(two / base)));
  }
  return out;
}

/** What a repetition begins with, and what follows it. */
function repeated(of: Pairs, after: Pairs): Pairs {
  let all = after;
  for (;;) {
    const more = new Set([...after, ...joined(of, all)]);
    if (more.size === all.size) return all;
    all = more;
  }
}

/** By single words: an identifier may be any word that is not reserved, and a `word` any at all. */
function begin(pairs: Pairs, numbers: ReadonlyMap<string, number>): Begin {
  const words = [...numbers].filter(([name]) => /^[A-Za-z_]+$/.test(name));
  const names = words.filter(([name]) => !reservedWords.has(name) && !typeWords.has(name));
  const number = (name: string): number => numbers.get(name) ?? none;
  const expansions = new Map<number, readonly number[]>([
    [number('<ident>'), [number('<ident>'), ...names.map(([, one]) => one)]],
    [number('<word>'), [number('<ident>'), ...words.map(([, one]) => one)]],
  ]);
  const expand = (one: number): readonly number[] => expansions.get(one) ?? [one];
  const masks = new Map<number, bigint>();
  for (const both of pairs) {
    const seconds = expand(both % base).reduce((mask, one) => mask | (1n << BigInt(one)), 0n);
    for (const one of expand(Math.floor(both / base))) masks.set(one, (masks.get(one) ?? 0n) | seconds);
  }
  return masks;
}
