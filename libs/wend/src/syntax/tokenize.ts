// Text to tokens, in one pass and without recursion. Joined, the tokens are the text, whatever the text is.
import type { Code } from '../diagnostics/codes.ts';
import { findHidden, isHidden } from './hidden-characters.ts';
import { quoted } from './quoted.ts';
import {
  isDigit,
  isLetter,
  isSpace,
  isWord,
  modelEnd,
  numberEnd,
  spaceEnd,
  stringEnd,
  unknownEnd,
  wordEnd,
} from './scan.ts';
import type { Token, TokenKind } from './token.ts';

/** Says what is wrong from one offset to another. */
export type Report = (code: Code, start: number, end: number, message: string, help?: string) => void;

export interface Tokens {
  /** Every one; `end` is the last. */
  readonly all: readonly Token[];
  /** Those that mean something: no space, no comments, nothing unknown. */
  readonly significant: readonly Token[];
  /** Places in `significant` before which something was reported: what is missing there is a consequence. */
  readonly gaps: ReadonlySet<number>;
}

/** Cut a text into tokens. What is wrong is reported, and stands in the tokens all the same. */
export function tokenize(text: string, report: Report): Tokens {
  const tokenizer = new Tokenizer(text, report);
  tokenizer.run();
  findHidden(text, report);
  return tokenizer;
}

/** An f-string that is open: where the piece before its hole begins, and how many braces are open in the hole. */
interface Hole {
  readonly start: number;
  braces: number;
}

class Tokenizer implements Tokens {
  readonly all: Token[] = [];
  readonly significant: Token[] = [];
  readonly gaps = new Set<number>();
  readonly #text: string;
  readonly #report: Report;
  readonly #holes: Hole[] = [];
  #at = 0;

  constructor(text: string, report: Report) {
    this.#text = text;
    this.#report = report;
  }

  run(): void {
    while (this.#at < this.#text.length) this.#next(this.#text.charCodeAt(this.#at));
    if (this.#holes.length > 0) this.#cutHoles();
    this.#word('end', this.#at);
  }

  /** Take the token that begins with this character. */
  #next(code: number): void {
    const text = this.#text;
    const at = this.#at;
    if (isSpace(code) || (code === 0xfeff && at === 0)) this.#space();
    else if (isLetter(code)) this.#letter(code);
    else if (isDigit(code)) {
      const end = numberEnd(text, at);
      this.#word(numberKind(text.slice(at, end)), end);
    } else if (code === 0x22) this.#string('string', 1);
    else {
      const next = text.charCodeAt(at + 1);
      if (code === 0x2f && next === 0x2f) this.#comment();
      else if (code === 0x24 && isDigit(next)) this.#word('money', numberEnd(text, at + 1));
      else if (code === 0x40 && next === 0x22) this.#string('model', 2);
      else if (code === 0x40 && isWord(next)) this.#word('model', modelEnd(text, at));
      else this.#symbol(code, next);
    }
  }

  #space(): void {
    const end = spaceEnd(this.#text, this.#at + 1);
    if (this.#holes.length > 0 && this.#text.slice(this.#at, end).includes('\n')) this.#cutHoles();
    this.#trivia('space', end);
  }

  /** A word, or a string with a letter before it. */
  #letter(code: number): void {
    const next = this.#text.charCodeAt(this.#at + 1);
    if (code === 0x66 && next === 0x22) this.#string('format', 2);
    else if (code === 0x72 && next === 0x65 && this.#text.charCodeAt(this.#at + 2) === 0x22) this.#string('regex', 3);
    else this.#word('identifier', wordEnd(this.#text, this.#at + 1));
  }

  #comment(): void {
    const line = this.#text.indexOf('\n', this.#at);
    const end = line === -1 ? this.#text.length : line;
    this.#trivia('comment', this.#text.charCodeAt(end - 1) === 0x0d ? end - 1 : end);
  }

  #symbol(code: number, next: number): void {
    const hole = this.#holes.at(-1);
    if (code === 0x7d && hole?.braces === 0) {
      this.#holes.pop();
      this.#string('format', 1);
      return;
    }
    // "||" is no symbol: only one of them is.
    const symbol =
      (next < 128 ? pairs.get(code * 128 + next) : undefined) ??
      (code === 0x7c && next === code ? undefined : symbols.get(code));
    if (symbol === undefined) {
      this.#unknown();
      return;
    }
    if (hole !== undefined && code === 0x7b) hole.braces += 1;
    if (hole !== undefined && code === 0x7d) hole.braces -= 1;
    this.#push({ kind: 'symbol', text: symbol, start: this.#at, end: this.#at + symbol.length });
  }

  /** A string, or a piece of one, whose contents begin so many characters on. */
  #string(kind: 'string' | 'format' | 'regex' | 'model', opening: number): void {
    const start = this.#at;
    const { at: end, how } = stringEnd(this.#text, start + opening, kind === 'format');
    if (how === 'hole') this.#holes.push({ start, braces: 0 });
    this.#word(kind, end);
    if (how !== 'cut') return;
    const help = 'close it with a "; a line feed in it is written as \\n';
    this.#report('E003', start, end, 'this string does not end on its line', help);
    this.gaps.add(this.significant.length);
  }

  #cutHoles(): void {
    const [{ start } = { start: this.#at }] = this.#holes;
    const help = 'close the "{" and the string; long values go into a "let" before it';
    this.#report('E003', start, this.#at, 'this f-string does not end on its line', help);
    this.#holes.length = 0;
    this.gaps.add(this.significant.length);
  }

  #unknown(): void {
    const start = this.#at;
    const end = unknownEnd(this.#text, start);
    const found = this.#text.slice(start, end);
    this.gaps.add(this.significant.length);
    this.#trivia('unknown', end);
    if (isHidden(found)) return; // `findHidden` says so
    const letters = /^\p{L}/u.test(found) ? 'names are of ASCII letters, digits and "_"' : undefined;
    const help = foreign.get(found) ?? foreign.get(found.charAt(0)) ?? letters;
    this.#report('E002', start, end, `${quoted(found)} means nothing here`, help);
  }

  #word(kind: TokenKind, end: number): void {
    this.#push({ kind, text: this.#text.slice(this.#at, end), start: this.#at, end });
  }

  #push(token: Token): void {
    this.all.push(token);
    this.significant.push(token);
    this.#at = token.end;
  }

  #trivia(kind: 'space' | 'comment' | 'unknown', end: number): void {
    this.all.push({ kind, text: this.#text.slice(this.#at, end), start: this.#at, end });
    this.#at = end;
  }
}

const symbols = new Map([...'{}()[]<>,:.?=+-*/|'].map((symbol) => [symbol.charCodeAt(0), symbol]));
/** By their first character times 128 and their second. */
const pairs = new Map(
  ['?.', '??', '==', '!=', '<=', '>=', '=>', '->'].map((pair) => [pair.charCodeAt(0) * 128 + pair.charCodeAt(1), pair]),
);

/** What people bring along from other languages. */
const foreign: ReadonlyMap<string, string> = new Map([
  [';', 'a statement ends where the next begins; leave the ";" out'],
  ['&', 'write "and"'],
  ['||', 'write "or"'],
  ['!', 'write "not"'],
  ['%', 'a percent is written without a space, as 5%; the remainder of a division is "mod"'],
  ['#', 'a comment begins with "//"'],
  ["'", 'a string stands in double quotes'],
  ['“', 'a string stands in straight double quotes: "…"'],
  ['”', 'a string stands in straight double quotes: "…"'],
  ['€', 'money is in USD, as $0.01'],
  ['`', 'a string stands in double quotes; one with values in it is f"… {value}"'],
  ['$', 'an amount of money is written as $0.01'],
  ['@', 'a model is written as @vendor/model or, with other characters in it, as @"vendor/Model:1"'],
]);

/** What a number is by its look; whether it is right is seen when its value is taken. */
function numberKind(word: string): TokenKind {
  if (word.includes('%')) return 'percent';
  if (word.includes('.')) return 'float';
  const last = word.charCodeAt(word.length - 1);
  return last === 0x73 || last === 0x6e || last === 0x68 || last === 0x64 ? 'duration' : 'int';
}
