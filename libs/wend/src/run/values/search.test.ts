import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexOf, pieces } from './search.ts';

const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 300 });

test('a search finds what JavaScript finds', () => {
  fc.assert(
    fc.property(texts, texts, fc.nat(20), (text, part, from) => {
      expect(indexOf(text, part, from)).toBe(text.indexOf(part, from));
      expect(indexOf(text + part + text, part)).toBe((text + part + text).indexOf(part));
    }),
  );
});

test('pieces are what JavaScript splits, no more than asked for', () => {
  fc.assert(
    fc.property(
      fc.array(texts, { maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 60 }),
      (some, by) => {
        const text = some.join(by);
        expect(pieces(text, by)).toEqual(text.split(by));
        expect(pieces(text, by, 2)).toEqual(text.split(by, 2));
      },
    ),
  );
});
