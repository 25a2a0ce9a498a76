import { expect, test } from 'vitest';
import { durationText, moneyText, timeText } from './text.ts';

test.each([
  [0, '$0'],
  [10_000_000_000, '$0.01'],
  [-1, '-$0.000000000001'],
  [3_500_000_000_000, '$3.5'],
])('%d pico-USD', (pico, text) => expect(moneyText(pico)).toBe(text));

test.each([
  [0, '0ms'],
  [1500, '1500ms'],
  [90_000, '90s'],
  [120_000, '2min'],
  [-86_400_000, '-1d'],
])('%d ms', (ms, text) => expect(durationText(ms)).toBe(text));

test('a time that no calendar has is its number', () => {
  expect(timeText(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(timeText(2 ** 53 - 1)).toBe('9007199254740991ms');
});
