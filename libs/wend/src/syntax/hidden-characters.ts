// Characters that a reader does not see: they could make a policy mean something else than it seems to.
import type { Report } from './tokenize.ts';

// Matches control characters but tab and line feed, a carriage return that ends no line, separators and marks that turn the direction of writing, and halves of surrogate pairs.
const hidden = /(?![\t\n\r])\p{Cc}|\r(?!\n)|[\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;

// Matches what is not plain ASCII: without it nothing is hidden, which is quickly seen.
const unusual = /[^\t\n\x20-\x7e]/;

/** Whether a character is one of them. */
export function isHidden(character: string): boolean {
  return hidden.test(character);
}

/** Report each of them, in comments and strings too. */
export function findHidden(text: string, report: Report): void {
  if (!unusual.test(text)) return;
  for (const match of text.matchAll(new RegExp(hidden, 'gu'))) {
    const code = match[0].charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();
    const half = /\p{Cs}/u.test(match[0]);
    report(
      'E005',
      match.index,
      match.index + 1,
      half ? `half of a character, U+${code}` : `the invisible character U+${code}`,
      half
        ? 'the source is no valid Unicode; save it as UTF-8'
        : `leave it out, or write "\\u{${code.toLowerCase()}}" in a string`,
    );
  }
}
