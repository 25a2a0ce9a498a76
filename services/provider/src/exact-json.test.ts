import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExactly } from './exact-json.ts';

test.each([
  '{"seed":9223372036854775807}',
  '{"seed": -9223372036854775808 }',
  '[12345678901234567890,1]',
  '{"bias":1e400}',
  '{"bias":-1.5E+308,"n":1e999}',
  '{"a":{"b":[{"c":10000000000000000000000}]}}',
])('%s keeps its numbers', (text) => {
  expect(JSON.stringify(parseExactly(text))).toBe(text.replaceAll(' ', ''));
});

test('numbers that a double holds are numbers, beside one that it does not', () => {
  expect(parseExactly('{"max_tokens":100,"seed":9223372036854775807}')).toMatchObject({ max_tokens: 100 });
});

test('any JSON parses to what JSON.parse makes of it', () => {
  const json = fc.oneof(
    fc.json(),
    fc.jsonValue().map((value) => `{"long":12345678901234567890,"value":${JSON.stringify(value)}}`),
  );
  const law = fc.property(json, (text) => {
    expect(JSON.parse(JSON.stringify(parseExactly(text)))).toEqual(JSON.parse(text));
  });
  fc.assert(law);
});
