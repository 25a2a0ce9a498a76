// Text to tokens, in one pass and without recursion. Joined, the tokens are the text, whatever the text is.
import type { Code } from '../diagnostics/codes.ts';
import { findHidden, isHidden } from './hidden-characters.ts';
import { quoted } from './quoted.ts';
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

const doubleSymbols = new Set(['?.', '??', '==', '!=', '<=', '>=', '=>', '->']);
const symbols = new Map([...'{}()[]<>,:.?=+-*/|'].map((symbol) => [symbol.charCodeAt(0), symbol]));
const pairs = new Map([...doubleSymbols].map((pair) => [pair.charCodeAt(0) * 128 + pair.charCodeAt(1), pair]));

/** What people bring along from other languages. */
const foreign: ReadonlyMap<string, string> = new Map([
  [';', 'a statement ends where the next begins; leave the ";" out'],
  ['&&', 'write "and"'],
  ['||', 'write "or"'],
  ['!', 'write "not"'],
  ['%', 'a percent is written without a space, as 5%; the remainder of a division is "mod"'],
  ['#', 'a comment begins with "//"'],
  ["'", 'a string stands in double quotes'],
  ['`', 'a string stands in double quotes; one with values in it is f"… {value}"'],
  ['$', 'an amount of money is written as $0.01'],
  ['@', 'a model is written as @vendor/model or, with other characters in it, as @"vendor/Model:1"'],
]);

/** Cut a text into tokens. What is wrong is reported, and stands in the tokens all the same. */
export function tokenize(text: string, report: Report): Tokens {
  const all: Token[] = [];
  const significant: Token[] = [];
  const gaps = new Set<number>();
  // Of each f-string that is open here: how many braces are open within its hole.
  const holes: number[] = [];
  let at = 0;

  const push = (kind: TokenKind, end: number): void => {
    const token = { kind, text: text.slice(at, end), start: at, end };
    all.push(token);
    significant.push(token);
    at = end;
  };
  const symbol = (name: string): void => {
    const token: Token = { kind: 'symbol', text: name, start: at, end: at + name.length };
    all.push(token);
    significant.push(token);
    at = token.end;
  };
  const trivia = (kind: 'space' | 'comment' | 'unknown', end: number): void => {
    all.push({ kind, text: text.slice(at, end), start: at, end });
    at = end;
  };
  const string = (kind: 'string' | 'format' | 'regex' | 'model', quote: number): void => {
    const end = stringEnd(text, quote + 1, kind === 'format');
    if (end.how === 'cut')
      report(
        'E003',
        at,
        end.at,
        'this string does not end on its line',
        'close it with a "; a line feed in it is written as \\n',
      );
    if (end.how === 'hole') holes.push(0);
    push(kind, end.at);
    if (end.how === 'cut') gaps.add(significant.length);
  };

  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isSpace(code) || (code === 0xfeff && at === 0)) {
      const end = spaceEnd(text, at + 1);
      if (holes.length > 0 && text.slice(at, end).includes('\n')) {
        report(
          'E003',
          at,
          at + 1,
          'an f-string does not end on its line',
          'close the "{" and the string; long values go into a "let" before it',
        );
        holes.length = 0;
        gaps.add(significant.length);
      }
      trivia('space', end);
    } else if (isLetter(code)) {
      const next = text.charCodeAt(at + 1);
      if (code === 0x66 && next === 0x22) string('format', at + 1);
      else if (code === 0x72 && next === 0x65 && text.charCodeAt(at + 2) === 0x22) string('regex', at + 2);
      else push('identifier', wordEnd(text, at + 1));
    } else if (isDigit(code)) {
      const end = numberEnd(text, at);
      push(numberKind(text.slice(at, end)), end);
    } else if (code === 0x22) {
      string('string', at);
    } else if (code === 0x2f && text.charCodeAt(at + 1) === 0x2f) {
      const line = text.indexOf('\n', at);
      const end = line === -1 ? text.length : line;
      trivia('comment', text.charCodeAt(end - 1) === 0x0d ? end - 1 : end);
    } else if (code === 0x24 && isDigit(text.charCodeAt(at + 1))) {
      push('money', numberEnd(text, at + 1));
    } else if (code === 0x40 && text.charCodeAt(at + 1) === 0x22) {
      string('model', at + 1);
    } else if (code === 0x40 && isWord(text.charCodeAt(at + 1))) {
      push('model', modelEnd(text, at));
    } else if (code === 0x7d && holes.at(-1) === 0) {
      holes.pop();
      string('format', at);
    } else {
      const pair = pairs.get(code * 128 + text.charCodeAt(at + 1));
      const single = symbols.get(code);
      if (pair !== undefined) symbol(pair);
      else if (single !== undefined && !text.startsWith('||', at)) {
        const open = holes.length - 1;
        if (open >= 0 && (code === 0x7b || code === 0x7d)) holes[open] = (holes[open] ?? 0) + (code === 0x7b ? 1 : -1);
        symbol(single);
      } else {
        const end = unknownEnd(text, at);
        unknown(text.slice(at, end), at, end, report);
        gaps.add(significant.length);
        trivia('unknown', end);
      }
    }
  }
  push('end', at);
  findHidden(text, report);
  return { all, significant, gaps };
}

function unknown(found: string, start: number, end: number, report: Report): void {
  if (isHidden(found)) return; // `findHidden` says so
  const help =
    foreign.get(found) ??
    foreign.get(found.charAt(0)) ??
    (/^\p{L}/u.test(found) ? 'names are of ASCII letters, digits and "_"' : undefined);
  report('E002', start, end, `${quoted(found)} means nothing here`, help);
}

/** Behind a run of one unknown character, or of letters that no name may have. */
function unknownEnd(text: string, from: number): number {
  const code = text.codePointAt(from) ?? 0;
  const width = code > 0xffff ? 2 : 1;
  const first = text.slice(from, from + width);
  let end = from + width;
  if (code === 0x27 || code === 0x60) {
    const closing = text.indexOf(first, end);
    return closing === -1 || text.slice(from, closing).includes('\n') ? end : closing + 1;
  }
  if (code < 128) {
    while (end < from + 2 && (code === 0x26 || code === 0x7c) && text.charCodeAt(end) === code) end += 1;
    return end;
  }
  if (isHidden(first)) return end;
  letters.lastIndex = from;
  const run = letters.exec(text);
  return run === null ? end : Math.max(end, letters.lastIndex);
}

// Matches letters, digits and what is added to them, of any script.
const letters = /[\p{L}\p{M}\p{N}_]+/uy;

/** Where a string ends that goes on at `from`: closed, at the hole of an f-string, or cut off by the end of its line. */
function stringEnd(text: string, from: number, format: boolean): { at: number; how: 'closed' | 'hole' | 'cut' } {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { at: at + 1, how: 'closed' };
    if (code === 0x0a) return { at: text.charCodeAt(at - 1) === 0x0d && at > from ? at - 1 : at, how: 'cut' };
    if (format && code === 0x7b) return { at: at + 1, how: 'hole' };
    if (code === 0x5c && at + 1 < text.length) {
      const next = text.charCodeAt(at + 1);
      // The brace of `\u{…}` opens no hole.
      if (next === 0x75 && text.charCodeAt(at + 2) === 0x7b) at += 2;
      else if (next !== 0x0a && next !== 0x0d) at += 1;
    }
  }
  return { at: text.length, how: 'cut' };
}

/** Behind everything that was meant as one number: `1_000.5e-3ms%`. */
function numberEnd(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at)) || text.charCodeAt(at) === 0x5f) at += 1;
  if (text.charCodeAt(at) === 0x2e && isDigit(text.charCodeAt(at + 1))) {
    at += 1;
    while (isDigit(text.charCodeAt(at)) || text.charCodeAt(at) === 0x5f) at += 1;
  }
  const exponent = text.charCodeAt(at);
  if (exponent === 0x65 || exponent === 0x45) {
    const sign = text.charCodeAt(at + 1);
    if ((sign === 0x2b || sign === 0x2d) && isDigit(text.charCodeAt(at + 2))) at += 3;
  }
  at = wordEnd(text, at);
  if (text.charCodeAt(at) !== 0x25) return at;
  return isDigit(text.charCodeAt(at + 1)) ? wordEnd(text, at + 1) : at + 1;
}

/** What a number is by its look; whether it is right is seen when its value is taken. */
function numberKind(word: string): TokenKind {
  if (word.includes('%')) return 'percent';
  if (word.includes('.')) return 'float';
  const last = word.charCodeAt(word.length - 1);
  return last === 0x73 || last === 0x6e || last === 0x68 || last === 0x64 ? 'duration' : 'int';
}

/** Behind a reference like `@vendor/model-1.5`, and behind what follows it so closely that it was meant to belong to it. */
function modelEnd(text: string, from: number): number {
  let at = wordEnd(text, from + 1);
  for (;;) {
    const code = text.charCodeAt(at);
    const joins = code === 0x2f || code === 0x2e || code === 0x2d;
    if (!joins || !isWord(text.charCodeAt(at + 1))) return at;
    at = wordEnd(text, at + 1);
  }
}

function spaceEnd(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (isWord(text.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

function isWord(code: number): boolean {
  return isLetter(code) || isDigit(code);
}
