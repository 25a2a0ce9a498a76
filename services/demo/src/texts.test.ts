import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countTokens, loremBytes, loremWords, stretch } from './texts.ts';

test('lorem has exactly the words asked for, however many', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), (words) => {
      expect(loremWords(words).split(' ')).toHaveLength(words);
    }),
  );
});

test('more words begin with the same words', () => {
  expect(loremWords(200).startsWith(`${loremWords(69)} ${loremWords(1)}`)).toBe(true);
});

test.each([0, 1, 445, 2_000_000])('a text of %i bytes has that many', (bytes) => {
  expect(Buffer.byteLength(loremBytes(bytes))).toBe(bytes);
});

test('a stretched text is long enough, begins as it did, and stays as it is when it was long enough', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 100 }), (text, units) => {
      const stretched = stretch(text, units);
      expect(stretched.length).toBeGreaterThanOrEqual(units);
      expect(stretched.startsWith(text)).toBe(true);
      if (text.length >= units) expect(stretched).toBe(text);
    }),
  );
});

test.each([
  [[''], 0],
  [['a'], 1],
  [['abcd'], 1],
  [['abcde'], 2],
  [['€€'], 2],
  [['ab', 'cd'], 1],
])('tokens of %j are the quarter of all bytes rounded up: %i', (texts, tokens) => {
  expect(countTokens(...texts)).toBe(tokens);
});
