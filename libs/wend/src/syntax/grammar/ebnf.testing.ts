// Reads grammar.ebnf.
import { readFileSync } from 'node:fs';

export type Rule = Several | Part | Name | Literal | Special;

export interface Several {
  readonly kind: 'sequence' | 'choice';
  readonly of: readonly Rule[];
}

export interface Part {
  readonly kind: 'optional' | 'repeat';
  readonly of: Rule;
}

export interface Name {
  readonly kind: 'name';
  readonly name: string;
}

export interface Literal {
  readonly kind: 'literal';
  readonly text: string;
}

/** `? … ?` */
export interface Special {
  readonly kind: 'special';
  readonly text: string;
}

export interface Grammar {
  /** What tokens make; the first is where everything begins. */
  readonly productions: ReadonlyMap<string, Rule>;
  /** What characters make. */
  readonly tokens: ReadonlyMap<string, Rule>;
}

/** The grammar of the language. */
export function wendGrammar(): Grammar {
  return readGrammar(readFileSync(new URL('../grammar.ebnf', import.meta.url), 'utf8'));
}

/** Productions up to the comment that begins with "Tokens", and those behind it. */
export function readGrammar(text: string): Grammar {
  const [syntax = '', tokens = ''] = text.split('(* Tokens');
  return { productions: readProductions(syntax), tokens: readProductions(tokens.slice(tokens.indexOf('*)') + 2)) };
}

// Matches a comment (dropped), a literal in either quotes, a special sequence, a name, or a sign.
const word = /\(\*[^]*?\*\)|"[^"]*"|'[^']*'|\?[^?]*\?|[a-z_]+|[=;,|()[\]{}]/g;

function readProductions(text: string): ReadonlyMap<string, Rule> {
  const words = (text.match(word) ?? []).filter((one) => !one.startsWith('(*'));
  let at = 0;
  const take = (): string => {
    at += 1;
    return words[at - 1] ?? '';
  };
  const expect = (sign: string): void => {
    const found = take();
    if (found !== sign) throw new Error(`expected ${sign}, found ${found} in the grammar`);
  };
  const choice = (): Rule => {
    const of = [sequence()];
    while (words[at] === '|') {
      at += 1;
      of.push(sequence());
    }
    return only(of) ?? { kind: 'choice', of };
  };
  const sequence = (): Rule => {
    const of = [term()];
    while (words[at] === ',') {
      at += 1;
      of.push(term());
    }
    return only(of) ?? { kind: 'sequence', of };
  };
  const within = (closing: string): Rule => {
    const of = choice();
    expect(closing);
    return of;
  };
  const term = (): Rule => {
    const found = take();
    if (found === '(') return within(')');
    if (found === '[') return { kind: 'optional', of: within(']') };
    if (found === '{') return { kind: 'repeat', of: within('}') };
    const inside = found.slice(1, -1);
    if (found.startsWith('"') || found.startsWith("'")) return { kind: 'literal', text: inside };
    if (found.startsWith('?')) return { kind: 'special', text: inside.trim() };
    return { kind: 'name', name: found };
  };
  const productions = new Map<string, Rule>();
  while (at < words.length) {
    const name = take();
    expect('=');
    productions.set(name, choice());
    expect(';');
  }
  return productions;
}

function only(rules: readonly Rule[]): Rule | undefined {
  return rules.length === 1 ? rules[0] : undefined;
}
