// Where words of a source end: each function takes the text and an offset within the word, and gives the offset behind it.
import { isHidden } from './hidden-characters.ts';

/** Behind a run of one unknown character, or of letters that no name may have. */
export function unknownEnd(text: string, from: number): number {
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
export function stringEnd(text: string, from: number, format: boolean): { at: number; how: 'closed' | 'hole' | 'cut' } {
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
export function numberEnd(text: string, from: number): number {
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

/** Behind a reference like `@vendor/model-1.5`, and behind what follows it so closely that it was meant to belong to it. */
export function modelEnd(text: string, from: number): number {
  let at = wordEnd(text, from + 1);
  for (;;) {
    const code = text.charCodeAt(at);
    const joins = code === 0x2f || code === 0x2e || code === 0x2d;
    if (!joins || !isWord(text.charCodeAt(at + 1))) return at;
    at = wordEnd(text, at + 1);
  }
}

export function spaceEnd(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

export function wordEnd(text: string, from: number): number {
  let at = from;
  while (isWord(text.charCodeAt(at))) at += 1;
  return at;
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

export function isWord(code: number): boolean {
  return isLetter(code) || isDigit(code);
}
