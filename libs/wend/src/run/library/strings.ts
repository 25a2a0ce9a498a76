// Strings: they count code points and compare by code unit; upper and lower case are ASCII's.
import { valueLimits } from '../../limits.ts';
import { newList, newString, readString } from '../operations/allocation.ts';
import { indexOf, pieces } from '../values/search.ts';
import type { Caller, LibraryFunction } from './library-function.ts';
import { bool, int, listOf, mayTake, optional, string, takes } from './types.ts';

const perText = '⌈characters / 64⌉';

export const strings: readonly LibraryFunction[] = [
  {
    name: 'len',
    otherwise: 'len:list',
    group: 'strings',
    parameters: [takes('text', string)],
    returns: int,
    summary: 'How many characters (code points) a text has.',
    examples: [['len("naïve 🦊")', 7]],
    price: perText,
    run({ run, at }, text: string) {
      readString(run.meter, text.length, at);
      return countPoints(text);
    },
  },
  {
    name: 'lower',
    group: 'strings',
    parameters: [takes('text', string)],
    returns: string,
    summary: 'The text with A to Z in lower case; other letters stay as they are.',
    examples: [['lower("GPT-4 Ä")', 'gpt-4 Ä']],
    price: '⌈characters / 64⌉ and ⌊characters / 16⌋',
    run({ run, at }, text: string) {
      newString(run.meter, text.length, at);
      run.meter.burn(text.length >> 4, at);
      return withCase(text, 65, 32);
    },
  },
  {
    name: 'upper',
    group: 'strings',
    parameters: [takes('text', string)],
    returns: string,
    summary: 'The text with a to z in upper case; other letters stay as they are.',
    examples: [['upper("eu-west ß")', 'EU-WEST ß']],
    price: '⌈characters / 64⌉ and ⌊characters / 16⌋',
    run({ run, at }, text: string) {
      newString(run.meter, text.length, at);
      run.meter.burn(text.length >> 4, at);
      return withCase(text, 97, -32);
    },
  },
  {
    name: 'trim',
    group: 'strings',
    parameters: [takes('text', string)],
    returns: string,
    summary: 'The text without spaces, tabs and line ends at its start and end.',
    examples: [['trim("  a b\\n")', 'a b']],
    price: perText,
    run({ run, at }, text: string) {
      newString(run.meter, text.length, at);
      return trimmed(text);
    },
  },
  {
    name: 'starts',
    group: 'strings',
    parameters: [takes('text', string), takes('prefix', string)],
    returns: bool,
    summary: 'Whether the text starts with the prefix.',
    examples: [['starts("gpt-4.1", "gpt-")', true]],
    price: '⌈characters of the prefix / 64⌉',
    run({ run, at }, text: string, prefix: string) {
      readString(run.meter, prefix.length, at);
      return text.startsWith(prefix);
    },
  },
  {
    name: 'ends',
    group: 'strings',
    parameters: [takes('text', string), takes('suffix', string)],
    returns: bool,
    summary: 'Whether the text ends with the suffix.',
    examples: [['ends("gpt-4.1-mini", "-mini")', true]],
    price: '⌈characters of the suffix / 64⌉',
    run({ run, at }, text: string, suffix: string) {
      readString(run.meter, suffix.length, at);
      return text.endsWith(suffix);
    },
  },
  {
    name: 'contains',
    group: 'strings',
    parameters: [takes('text', string), takes('part', string)],
    returns: bool,
    summary: 'Whether the part stands somewhere in the text.',
    examples: [['contains("eu-west-1", "west")', true]],
    price: perSearch(),
    run(caller, text: string, part: string) {
      search(caller, text, part);
      return indexOf(text, part) !== -1;
    },
  },
  {
    name: 'split',
    group: 'strings',
    parameters: [takes('text', string), takes('by', string)],
    returns: listOf(string),
    summary: 'The pieces of the text between the separators; by "" its characters.',
    examples: [
      ['split("a,b,,c", ",")', ['a', 'b', '', 'c']],
      ['split("añ", "")', ['a', 'ñ']],
    ],
    price: `${perSearch()}, and 1 a piece`,
    run(caller, text: string, by: string) {
      search(caller, text, by);
      const { run, at } = caller;
      const parts = by === '' ? points(text) : pieces(text, by, valueLimits.listItems + 1);
      newList(run.meter, parts.length, at);
      for (const part of parts) newString(run.meter, part.length, at);
      return parts;
    },
  },
  {
    name: 'join',
    group: 'strings',
    parameters: [takes('texts', listOf(string)), mayTake('by', string)],
    returns: string,
    summary: 'The texts in a row, with the separator between them.',
    examples: [
      ['join(["a", "b"], ", ")', 'a, b'],
      ['join(["a", "b"])', 'ab'],
    ],
    price: '1 a text, and ⌈characters / 64⌉ of the result',
    run({ run, at }, texts: readonly string[], by: string | null) {
      run.meter.burn(texts.length, at);
      const between = by ?? '';
      let length = between.length * Math.max(0, texts.length - 1);
      for (const text of texts) length += text.length;
      newString(run.meter, length, at);
      return texts.join(between);
    },
  },
  {
    name: 'replace',
    group: 'strings',
    parameters: [takes('text', string), takes('what', string), takes('with', string)],
    returns: string,
    summary: 'The text with every occurrence of one string replaced by another; the empty string occurs nowhere.',
    examples: [
      ['replace("a-b-c", "-", "_")', 'a_b_c'],
      ['replace("abc", "", "x")', 'abc'],
    ],
    price: `${perSearch()}, and of the result`,
    run(caller, text: string, what: string, by: string) {
      search(caller, text, what);
      const { run, at } = caller;
      if (what === '') return text;
      const kept = pieces(text, what);
      run.meter.burn(kept.length, at);
      newString(run.meter, text.length + (kept.length - 1) * (by.length - what.length), at);
      return kept.join(by);
    },
  },
  {
    name: 'char',
    group: 'strings',
    parameters: [takes('code', int)],
    returns: optional(string),
    summary: 'The character with this code point; null where there is none.',
    examples: [
      ['char(65)', 'A'],
      ['char(-1)', null],
    ],
    run({ run, at }, code: number) {
      newString(run.meter, 2, at);
      const isOne = code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      return isOne ? String.fromCodePoint(code) : null;
    },
  },
  {
    name: 'code',
    group: 'strings',
    parameters: [takes('text', string), mayTake('at', int)],
    returns: optional(int),
    summary:
      'The code point of the character at a place, from 0 (where none is named: the first); null behind the end.',
    examples: [
      ['code("A")', 65],
      ['code("a🦊b", 2)', 98],
      ['code("", 0)', null],
    ],
    price: '⌈place / 64⌉',
    run({ run, at }, text: string, place: number | null) {
      return codeAt(text, place ?? 0, (steps) => readString(run.meter, steps, at));
    },
  },
];

function perSearch(): string {
  return '⌈(characters of both) / 16⌉';
}

/** A search is slower than a look: V8 may compare every place with the first characters. */
function search({ run, at }: Caller, text: string, part: string): void {
  run.meter.burn((text.length + part.length + 15) >> 4, at);
}

/** The 26 letters from `first` on, moved: the rest of Unicode stays, for its tables differ by version. */
function withCase(text: string, first: number, move: number): string {
  const units: number[] = [];
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    units.push(code >= first && code < first + 26 ? code + move : code);
  }
  // At most 4096 of them: a string is never longer.
  return String.fromCharCode(...units);
}

function countPoints(text: string): number {
  let points = 0;
  for (let unit = 0; unit < text.length; unit += isPair(text, unit) ? 2 : 1) points += 1;
  return points;
}

function isPair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdbff || at + 1 === text.length) return false;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

/** Its characters, or one more than a list may have. */
function points(text: string): string[] {
  return Array.from(text.slice(0, 2 * valueLimits.listItems + 2));
}

function codeAt(text: string, place: number, charge: (steps: number) => void): number | null {
  if (place < 0 || place >= text.length) return null;
  charge(place);
  let unit = 0;
  for (let point = 0; point < place && unit < text.length; point += 1) unit += isPair(text, unit) ? 2 : 1;
  return text.codePointAt(unit) ?? null;
}

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Space, and tab to carriage return. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
