import { expect, test } from 'vitest';
import { fraction, hash } from './hash.ts';

/** Chi-square of counts that should all be equal; for 99 degrees of freedom it is above 149 once in a thousand times. */
function chiSquare(counts: Uint32Array): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** How many of the keys fall into each of 100 places. */
function counted(place: (key: string) => number): Uint32Array {
  const counts = new Uint32Array(100);
  for (const key of keys) counts[place(key)] = (counts[place(key)] ?? 0) + 1;
  return counts;
}

const keys = Array.from({ length: 100_000 }, (_, index) => `user-${index}`);

test('the hash of a key is the same everywhere and for ever', () => {
  expect([hash('', ''), hash('', 'a'), hash('salt', 'a'), hash('salt', 'ab'), hash('salt', '🦊')])
    .toMatchInlineSnapshot(`
    [
      7184924908377356,
      6792018081354512,
      7250927503461567,
      6660203601239282,
      8671887444808890,
    ]
  `);
});

test('keys that are alike are spread equally', () => {
  const counts = counted((key) => Math.floor(fraction('acme/chat\nsplit', key) * 100));
  expect(chiSquare(counts)).toBeLessThan(149);
});

test('one key under two salts gives two numbers that do not correlate', () => {
  for (const [one, other] of [
    ['a', 'b'],
    ['acme/chat\nvip', 'acme/chat\ndefault'],
    ['', 'x'],
    ['xy', 'yx'],
  ] as const) {
    const counts = counted((key) => Math.floor(fraction(one, key) * 10) * 10 + Math.floor(fraction(other, key) * 10));
    expect(chiSquare(counts)).toBeLessThan(149);
  }
});

test('a hash is a safe integer, and a fraction is below 1', () => {
  for (const key of keys.slice(0, 1000)) {
    expect(Number.isSafeInteger(hash('s', key))).toBe(true);
    expect(fraction('s', key)).toBeLessThan(1);
  }
});
