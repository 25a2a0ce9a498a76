// Random sentences of the grammar.
import { opensHole } from '../literals.ts';
import { reservedWords, typeWords } from '../words.ts';
import type { Grammar, Part, Rule } from './ebnf.testing.ts';
import { below, pick, type Random } from './random.testing.ts';

const pools: Readonly<Record<string, readonly string[]>> = {
  'a to z, A to Z': [...'abcdefxyzABCXYZ'],
  'a to z, 0 to 9': [...'abcxyz0189'],
  '0 to 9, a to f, A to F': [...'0123456789abcdefAF'],
  'any visible character': [...'ab 1{}"\\/é漢😀'],
  'any visible character but " and \\': [...'ab 1{}/é漢😀'],
  'any visible character but ", \\ and {': [...'ab 1}/é漢😀'],
};

/** Words that mean something elsewhere, and are names where a name stands. */
const contextual =
  'policy version extends import as library rule route fn when priority test given sample expect deny status message candidates split by fallback on retry backoff any timeout limit only use with stream tag type end'.split(
    ' ',
  );

/** Productions within productions, of an expression: about two expressions deep. */
const expressionDepth = 26;

/** Derives sentences, and keeps which ways it went at each choice. */
export class Deriver {
  /** Of each choice: the alternatives taken; of options and repetitions 0 is without, 1 with. */
  readonly taken = new Map<Rule, Set<number>>();
  readonly #grammar: Grammar;
  readonly #chance: Random;
  readonly #heights = new Map<Rule, number>();
  #left = 0;

  constructor(grammar: Grammar, chance: Random) {
    this.#grammar = grammar;
    this.#chance = chance;
    for (let grew = true; grew;) {
      grew = false;
      for (const rule of [...grammar.productions.values(), ...grammar.tokens.values()]) {
        const height = this.#measure(rule);
        if (height < (this.#heights.get(rule) ?? Infinity)) grew = true;
        this.#heights.set(rule, height);
      }
    }
  }

  /** The tokens of a sentence, or of a part of one, of `size` tokens before it hurries to an end. */
  sentence(size: number, production = 'file'): readonly string[] {
    this.#left = size;
    const start = this.#grammar.productions.get(production);
    return start === undefined ? [] : this.#tokens(start, 60);
  }

  #measure(rule: Rule): number {
    switch (rule.kind) {
      case 'sequence':
        return Math.max(...rule.of.map((one) => this.#measure(one)));
      case 'choice':
        return Math.min(...rule.of.map((one) => this.#measure(one)));
      case 'name': {
        const production = this.#grammar.productions.get(rule.name);
        return production === undefined ? 1 : 1 + (this.#heights.get(production) ?? Infinity);
      }
      default:
        return 0;
    }
  }

  #tokens(rule: Rule, depth: number): readonly string[] {
    switch (rule.kind) {
      case 'literal':
        this.#left -= 1;
        return [rule.text];
      case 'name': {
        const production = this.#grammar.productions.get(rule.name);
        if (production !== undefined && rule.name === 'expr' && depth > expressionDepth)
          return this.#expression(production);
        if (production !== undefined) return this.#tokens(production, depth - 1);
        this.#left -= 1;
        return [this.#token(rule.name)];
      }
      case 'sequence':
        return rule.of.flatMap((one) => this.#tokens(one, depth));
      case 'choice':
        return this.#tokens(this.#choose(rule, rule.of, depth), depth);
      case 'special':
        throw new Error('characters are no tokens');
      default:
        return this.#times(rule, depth).flatMap((one) => this.#tokens(one, depth));
    }
  }

  /** Expressions are kept small: there is more in the language than these. */
  #expression(production: Rule): readonly string[] {
    const left = this.#left;
    this.#left = Math.min(left, 12);
    const tokens = this.#tokens(production, expressionDepth);
    this.#left = left - tokens.length;
    return tokens;
  }

  /** A token, from its characters. */
  #token(name: string): string {
    if (name === 'ident' || name === 'word') {
      if (this.#chance() < 0.3)
        return pick(this.#chance, name === 'ident' ? contextual : [...contextual, ...reservedWords]);
    }
    const rule = this.#grammar.tokens.get(name);
    if (rule === undefined) throw new Error(`the grammar does not say what "${name}" is`);
    for (;;) {
      const text = this.#characters(rule);
      if (name === 'ident' && (reservedWords.has(text) || typeWords.has(text))) continue;
      if (name === 'float' && !Number.isFinite(Number(text))) continue;
      // Matches half of a pair, which is no character.
      if (!/\\u\{0*d[89a-f]..\}/i.test(text)) return text;
    }
  }

  #characters(rule: Rule): string {
    switch (rule.kind) {
      case 'literal':
        return rule.text;
      case 'special':
        return pick(this.#chance, pools[rule.text] ?? []);
      case 'name': {
        const token = this.#grammar.tokens.get(rule.name);
        return token === undefined ? '' : this.#characters(token);
      }
      case 'sequence':
        return rule.of.map((one) => this.#characters(one)).join('');
      case 'choice':
        return this.#characters(this.#choose(rule, rule.of, Infinity));
      default:
        return this.#times(rule, Infinity)
          .map((one) => this.#characters(one))
          .join('');
    }
  }

  #choose(rule: Rule, ways: readonly Rule[], depth: number): Rule {
    const hurry = this.#left <= 0 && depth !== Infinity;
    const least = Math.min(...ways.map((way) => this.#measure(way)));
    const open = ways.filter((way) => this.#measure(way) <= (hurry ? least : Math.max(depth - 1, least)));
    const fresh = open.filter((one) => !this.taken.get(rule)?.has(ways.indexOf(one)));
    const way = pick(this.#chance, fresh.length > 0 && this.#chance() < 0.5 ? fresh : open);
    this.#took(rule, ways.indexOf(way));
    return way;
  }

  #times(rule: Part, depth: number): readonly Rule[] {
    const hurry = (this.#left <= 0 && depth !== Infinity) || this.#measure(rule.of) >= depth;
    const most = rule.kind === 'optional' ? 1 : depth <= expressionDepth ? below(this.#chance, 2) : 3;
    const times = hurry ? 0 : below(this.#chance, most + 1);
    this.#took(rule, Math.min(times, 1));
    return Array<Rule>(times).fill(rule.of);
  }

  #took(rule: Rule, way: number): void {
    const ways = this.taken.get(rule) ?? new Set();
    this.taken.set(rule, ways.add(way));
  }
}

/** Choices whose ways were not all taken, by their production. */
export function untaken(grammar: Grammar, deriver: Deriver): readonly string[] {
  const missing: string[] = [];
  const visit = (production: string, rule: Rule): void => {
    const taken = deriver.taken.get(rule)?.size ?? 0;
    if (rule.kind === 'choice' && taken < rule.of.length) missing.push(production);
    if (rule.kind === 'optional' || rule.kind === 'repeat') {
      if (taken < 2) missing.push(production);
      visit(production, rule.of);
    }
    if (rule.kind === 'choice' || rule.kind === 'sequence') for (const one of rule.of) visit(production, one);
  };
  for (const [name, rule] of grammar.productions) visit(name, rule);
  return missing;
}

/** One text, with white space and comments between the tokens where they may stand. */
export function spaced(tokens: readonly string[], chance: Random): string {
  let text = '';
  let holes = 0;
  for (const token of tokens) {
    if (text !== '') text += holes > 0 ? ' ' : separator(chance, text.endsWith('/'));
    if (token.startsWith('f"') && opens(token)) holes += 1;
    if (token.startsWith('}') && token.endsWith('"')) holes -= 1;
    text += token;
  }
  return text;
}

function opens(text: string): boolean {
  return opensHole({ kind: 'format', text, start: 0, end: text.length });
}

function separator(chance: Random, apart: boolean): string {
  const dice = chance();
  if (dice < 0.7) return ' ';
  if (dice < 0.8) return '\n';
  if (dice < 0.85) return '\n\n\n  ';
  if (dice < 0.9) return ` // trailing ${below(chance, 100)}\n`;
  if (dice < 0.95) return `\n\n// own line ${below(chance, 100)}\r\n\n`;
  return `${apart ? ' ' : ''}// one ${below(chance, 100)} \n\n  // two\n// three\n`;
}
