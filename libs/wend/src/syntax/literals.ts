// What literals stand for.
import type { Report } from './tokenize.ts';
import { shortened } from './quoted.ts';
import type { Token } from './token.ts';

const numberHelp = 'a number is written as 8k, 2M, 1_000, 0.5, 2.0e-3, 5%, 80ms, 3s, 5min, 2h or 1d';
// Matches digits, `_` within them, and thousands or millions.
const int = /^([0-9][0-9_]*)([kM]?)$/;
// Matches digits on both sides of the point, and an exponent.
const float = /^[0-9]+\.[0-9]+(?:e-?[0-9]+)?$/;
const percent = /^([0-9]+(?:\.[0-9]+)?)%$/;
const duration = /^([0-9]+)(ms|s|min|h|d)$/;
// Matches whole dollars, and the part behind the point.
const money = /^\$([0-9][0-9_]*)(?:\.([0-9]+))?$/;
// Matches the vendor and what follows, each of lower-case words and digits, joined by one sign.
const model = /^@[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)+$/;

const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1_000,
  M: 1_000_000,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Of `8k`, `2M`, `1_000`; 0 when it is none, which is reported. */
export function intValue(token: Token, report: Report): number {
  const [, digits, unit] = int.exec(token.text) ?? [];
  if (digits === undefined) return badNumber(token, report);
  const value = Number(digits.replaceAll('_', '')) * (factors[unit ?? ''] ?? 1);
  return Number.isSafeInteger(value) ? value : tooLarge(token, 'an Int is at most 9007199254740991', report);
}

/** Of a `float`, `percent` (5% is 0.05), `duration` (ms) or `money` (pico-USD). */
export function numberValue(token: Token, report: Report): number {
  switch (token.kind) {
    case 'float': {
      if (!float.test(token.text)) return badNumber(token, report);
      const value = Number(token.text);
      return Number.isFinite(value) ? value : tooLarge(token, 'a Float is at most 1.8e308', report);
    }
    case 'percent': {
      const [, digits] = percent.exec(token.text) ?? [];
      if (digits === undefined) return badNumber(token, report);
      const value = Number(`${digits}e-2`);
      return Number.isFinite(value) ? value : tooLarge(token, 'a Float is at most 1.8e308', report);
    }
    case 'duration': {
      const [, digits, unit] = duration.exec(token.text) ?? [];
      if (digits === undefined) return badNumber(token, report);
      const value = Number(digits) * (factors[unit ?? ''] ?? 1);
      return Number.isSafeInteger(value) ? value : tooLarge(token, 'a Duration is at most 9007199254740991 ms', report);
    }
    default:
      return moneyValue(token, report);
  }
}

function moneyValue(token: Token, report: Report): number {
  const [, dollars, fraction = ''] = money.exec(token.text) ?? [];
  if (dollars === undefined) return badNumber(token, report);
  if (fraction.length > 12) {
    report(
      'E007',
      token.start,
      token.end,
      `"${token.text}" is finer than a pico-dollar`,
      'write at most 12 digits behind the point',
    );
    return 0;
  }
  const value = Number(dollars.replaceAll('_', '') + fraction.padEnd(12, '0'));
  return Number.isFinite(value) ? value : tooLarge(token, 'an amount of money is at most 1.8e296', report);
}

function badNumber(token: Token, report: Report): number {
  report('E006', token.start, token.end, `"${shortened(token.text)}" is no number`, unitHelp(token.text) ?? numberHelp);
  return 0;
}

/** Units of other languages, behind digits. */
function unitHelp(text: string): string | undefined {
  const [, digits, unit] = /^([0-9_]+)(m|mins|minutes?|sec|secs|seconds?|K|m?b|msec)$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const first = unit.charAt(0);
  if (unit.length > 1 && /^ms/i.test(unit)) return `milliseconds are written ${digits}ms`;
  if (first === 'K') return `thousands are written ${digits}k`;
  if (first === 's') return `seconds are written ${digits}s`;
  return /^m/.test(unit) && !/b$/i.test(unit) ? `minutes are written ${digits}min` : undefined;
}

function tooLarge(token: Token, help: string, report: Report): number {
  report('E007', token.start, token.end, `"${shortened(token.text)}" is too large`, help);
  return 0;
}

/** The name in `@vendor/model` or `@"…"`, and whether it stands in quotes. */
export function modelValue(token: Token, report: Report): { readonly value: string; readonly quoted: boolean } {
  if (token.text.charCodeAt(1) === 0x22) return { value: textValue(token, 2, report), quoted: true };
  const value = token.text.slice(1);
  if (!model.test(token.text))
    report(
      'E008',
      token.start,
      token.end,
      `"${shortened(token.text)}" is no model reference`,
      `write it in quotes: @"${shortened(value)}"`,
    );
  return { value, quoted: false };
}

/** As written, without `re"` and `"`. */
export function regexValue(token: Token): string {
  return token.text.slice(3, isClosed(token.text, 3) ? -1 : undefined);
}

/** Whether a piece of an f-string ends where an expression begins. */
export function opensHole(token: Token): boolean {
  return token.text.endsWith('{') && !endsInEscape(token.text);
}

/** Of a string, or of a piece of an f-string: from offset `from` of the token to its closing quote or brace, escapes resolved. */
export function textValue(token: Token, from: number, report: Report): string {
  const { text, kind } = token;
  const whole = !isClosed(text, from) && !(kind === 'format' && opensHole(token));
  const body = text.slice(from, whole ? undefined : -1);
  if (!body.includes('\\')) return body;
  return body.replace(escape, (written: string, point: string | undefined, simple: string, offset: number) => {
    const start = token.start + from + offset;
    if (point !== undefined) {
      const code = Number.parseInt(point, 16);
      if (code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)) return String.fromCodePoint(code);
      const help = 'a code point is at most 10ffff, and none of d800 to dfff';
      report('E004', start, start + written.length, `"${written}" is no character`, help);
      return '\ufffd';
    }
    const value = escapes.get(simple);
    if (value !== undefined && (kind === 'format' || (simple !== '{' && simple !== '}'))) return value;
    report('E004', start, start + written.length, `"${written}" is no escape`, escapeHelp(kind));
    return written;
  });
}

function escapeHelp(kind: string): string {
  const braces = kind === 'format' ? ' \\{ \\}' : '';
  return `there are \\n \\t \\r \\" \\\\${braces} and \\u{1f600}; a backslash itself is \\\\`;
}

// Matches a backslash with `u{…}` (the first group is the number) or with the one character behind it (the second).
const escape = /\\(?:u\{([0-9a-fA-F]{1,8})\}|([^]?))/gu;

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['"', '"'],
  ['\\', '\\'],
  ['{', '{'],
  ['}', '}'],
]);

/** Whether a literal whose contents begin at `from` ends in its quote. */
function isClosed(text: string, from: number): boolean {
  return text.length > from && text.endsWith('"') && !endsInEscape(text);
}

/** Whether the last character stands behind an odd number of backslashes. */
function endsInEscape(text: string): boolean {
  let backslashes = 0;
  while (text.charCodeAt(text.length - 2 - backslashes) === 0x5c) backslashes += 1;
  return backslashes % 2 === 1;
}
