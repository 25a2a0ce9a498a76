// A parser made of nothing but grammar.ebnf: it says yes or no.
import type { Token } from '../token.ts';
import { reservedWords, typeWords } from '../words.ts';
import type { Grammar, Rule } from './ebnf.testing.ts';
import type { Prediction } from './two-tokens.testing.ts';

/**
 * Whether the tokens (white space and comments among them) are a sentence of the grammar.
 * @param taken is told of what they are made: names of productions and tokens, and words and signs in quotes
 */
export function recognise(
  grammar: Grammar,
  prediction: Prediction,
  tokens: readonly Token[],
  taken: (part: string) => void = () => undefined,
): boolean {
  const words = tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment').map((token) => name(token));
  const numbers = words.map((word) => prediction.numbers.get(word) ?? prediction.numbers.get('<ident>'));
  let at = 0;
  const goes = (rule: Rule): number => {
    const { ways } = prediction.decisions.get(rule) ?? { ways: [] };
    const second = 1n << BigInt(numbers[at + 1] ?? 0);
    return ways.findIndex((way) => ((way.get(numbers[at] ?? 0) ?? 0n) & second) !== 0n);
  };
  const accepts = (rule: Rule): boolean => {
    switch (rule.kind) {
      case 'literal':
        at += 1;
        taken(`"${rule.text}"`);
        return words[at - 1] === rule.text;
      case 'name': {
        taken(rule.name);
        const production = grammar.productions.get(rule.name);
        if (production !== undefined) return accepts(production);
        at += 1;
        return isToken(words[at - 1] ?? '', rule.name);
      }
      case 'sequence':
        return rule.of.every(accepts);
      case 'choice': {
        const way = rule.of[goes(rule)];
        return way !== undefined && accepts(way);
      }
      case 'optional':
        return goes(rule) === 0 ? accepts(rule.of) : true;
      case 'repeat':
        while (goes(rule) === 0) if (!accepts(rule.of)) return false;
        return true;
      case 'special':
        return false;
    }
  };
  const [start] = grammar.productions.values();
  return start !== undefined && accepts(start) && words[at] === '<end>';
}

/** A word itself, a symbol itself, or the kind of a literal. */
function name({ kind, text }: Token): string {
  switch (kind) {
    case 'identifier':
    case 'symbol':
      return text;
    case 'format':
      if (text.startsWith('f')) return text.endsWith('{') ? '<f_open>' : '<f_whole>';
      return text.endsWith('{') ? '<f_middle>' : '<f_close>';
    default:
      return `<${kind}>`;
  }
}

function isToken(word: string, token: string): boolean {
  const isWord = /^[A-Za-z_]/.test(word);
  if (token === 'word') return isWord;
  if (token === 'ident') return isWord && !reservedWords.has(word) && !typeWords.has(word);
  return word === `<${token}>`;
}
