import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { membersOf } from './members.ts';
import { anyJson, anyObject } from './json.testing.ts';

/** Members as texts. */
function told(text: string): (readonly [key: string, value: string])[] | undefined {
  const bytes = Buffer.from(text);
  return membersOf(bytes)?.members.map(({ key, value, to }) => [key, bytes.toString('utf8', value, to)]);
}

test('members are told by key and value, as they stand there', () => {
  expect(told(' {"a" :1.50e+2,\n"b":\t"x\\"}\\\\" , "c":[{"d":{}},[]],"":null}\r\n')).toEqual([
    ['a', '1.50e+2'],
    ['b', '"x\\"}\\\\"'],
    ['c', '[{"d":{}},[]]'],
    ['', 'null'],
  ]);
  expect(told('{ }')).toEqual([]);
});

test('keys that are sought are found in what stands within, and nowhere else', () => {
  const found = (text: string): boolean | undefined => membersOf(Buffer.from(text), ['url', 'file'])?.found;
  expect(found('{"a":[[{"b":{"url":1}}]]}')).toBe(true);
  expect(found('{"url":"url","a":["url",{"urls":"file","fil":":"}]}')).toBe(false);
});

test.each([
  ['two equal keys', '{"a":1,"b":2,"a":3}'],
  ['two equal keys deeper down', '{"a":[{"b":1,"b":2}]}'],
  ['an escape in a key', '{"\\u0061":1}'],
  ['an escape in a key deeper down', '{"a":[{"\\u0062":1}]}'],
  ['more keys than are compared', `{${Array.from({ length: 101 }, (_, index) => `"${index}":0`).join()}}`],
  ['deeper nesting than is followed', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`],
  ['a list', '[]'],
  ['a text', '"{}"'],
  ['nothing', ''],
  ['half an object', '{"a":1'],
  ['half a text', '{"a":"b'],
  ['a text that ends with its escape', '{"a":"b\\'],
  ['a list that is not closed', '{"a":[1}'],
  ['an object that is closed as a list', '{"a":{]}'],
  ['a key without a value', '{"a":}'],
  ['a value without a key', '{1}'],
  ['something behind it', '{} {}'],
  ['a byte order mark before it', '\ufeff{}'],
])('of %s nothing is told', (_what, text) => {
  expect(told(text)).toBeUndefined();
});

test('whatever is told is what JSON.parse reads, and it tells of all whose keys stand there once and plainly', () => {
  const law = fc.property(anyObject, ({ text, isPlain }) => {
    const members = told(text);
    const parsed = members?.map(([key, value]) => [
      Buffer.from(key, 'latin1').toString(),
      JSON.parse(value) as unknown,
    ]);
    const expected: unknown = JSON.parse(text);
    if (isPlain) expect(members).toBeDefined();
    if (parsed !== undefined) expect(Object.fromEntries(parsed)).toEqual(expected);
  });
  fc.assert(law, { numRuns: 500 });
});

test('no bytes make it throw, or look for ever', () => {
  const odd = fc.array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', ' ', 'a'), { maxLength: 30 });
  fc.assert(
    fc.property(odd, (pieces) => void membersOf(Buffer.from(`{"a":${pieces.join('')}`))),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(anyJson, ({ text }) => void membersOf(Buffer.from(text))));
});

describe('the end of a text is found', () => {
  test.each([
    ['with any number of backslashes before its quotes', (length: number) => '\\\\'.repeat(length)],
    ['with escaped quotes, near and far', (length: number) => `${'x'.repeat(length)}\\"`.repeat(3)],
    ['with both', (length: number) => `${'x'.repeat(length)}${'\\\\'.repeat(length)}\\"`],
  ])('%s', (_how, textOf) => {
    for (let length = 0; length < 200; length += 1) {
      const value = `"${textOf(length)}"`;
      expect(told(`{"a":${value},"b":1}`)).toEqual([
        ['a', value],
        ['b', '1'],
      ]);
    }
  });
});
