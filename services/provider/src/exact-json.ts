// JSON that passes through us keeps its numbers: a 64-bit seed is not rounded to what a double can hold.

// TypeScript's library does not know these two yet.
const exact = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
};

// Matches what may be a number that a double cannot hold: 16 digits in a row, or an exponent of three. Inside a text it does no harm.
const longNumber = /[[:,]\s*-?(?:\d{16}|\d[\d.]*[eE]\+?\d{3})/;

/**
 * As `JSON.parse`, but a number that a double would round or lose becomes an object that `JSON.stringify` writes as it was read.
 * @throws SyntaxError
 */
export function parseExactly(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined ? exact.rawJSON(source) : value,
  );
}

/** Whether a value that `parseExactly` gave is such a number. */
export function isExactNumber(value: unknown): boolean {
  return exact.isRawJSON(value);
}
