import { maxBodyDepth } from '@router-mesh/contracts';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readJsonBody } from './json-body.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

test.each([
  ['an object', '{"a":[1,"ü"]}', { a: [1, 'ü'] }],
  ['a text', '"x"', 'x'],
  ['null', 'null', null],
  ['white space around it', ' \n{}\n ', {}],
  ['half a surrogate pair, escaped', '"\\ud800"', '\ud800'],
])('%s is read', (_, text, value) => {
  expect(readJsonBody(bytes(text), 1024)).toEqual(value);
});

test.each([
  ['nothing', new Uint8Array(), 'body is empty; send JSON'],
  ['text', bytes('hello'), 'body is not JSON'],
  ['white space', bytes('  \n'), 'body is not JSON'],
  ['half an object', bytes('{"a":'), 'body is not JSON'],
  ['a comma too many', bytes('{"a":1,}'), 'body is not JSON: see position 7'],
  ['a bare word', bytes('{"a":undefined}'), 'body is not JSON'],
  ['two values', bytes('{} {}'), 'body is not JSON: see position 3'],
  ['a byte order mark', bytes('\ufeff{}'), 'body is not JSON'],
  ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'body is not valid UTF-8'],
  ['half a character', bytes('"ü"').slice(0, 2), 'body is not valid UTF-8'],
  ['gzip', new Uint8Array(gzipSync('{}')), 'body is compressed; send it as plain JSON'],
  ['zstd', new Uint8Array(zstdCompressSync('{}')), 'body is compressed; send it as plain JSON'],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0x00]), 'body is not valid UTF-8'],
  ['what nests too deep', bytes(nested(maxBodyDepth + 1)), `body nests deeper than ${maxBodyDepth} levels`],
  ['what nests absurdly deep', bytes(nested(100_000)), `body nests deeper than ${maxBodyDepth} levels`],
])('%s is refused with its own message', (_, body, message) => {
  expect(() => readJsonBody(body, 1_000_000)).toThrow(
    expect.objectContaining({ code: 'invalid_request', param: 'body', message: expect.stringContaining(message) }),
  );
});

test('what nests as deep as it may is read', () => {
  expect(() => readJsonBody(bytes(nested(maxBodyDepth)), 1_000_000)).not.toThrow();
});

test('brackets are no levels where they stand in texts or beside each other', () => {
  const many = { text: '[{'.repeat(200), beside: Array.from({ length: 200 }, () => [{}]) };
  expect(readJsonBody(bytes(JSON.stringify(many)), 1_000_000)).toEqual(many);
  const deep = `{"text":"]}","deep":${nested(maxBodyDepth)}}`;
  expect(() => readJsonBody(bytes(deep), 1_000_000)).toThrow('nests deeper');
});

test('too many bytes are `too_large`, naming limit and size', () => {
  expect(() => readJsonBody(bytes('"1234567890"'), 11)).toThrow(
    expect.objectContaining({
      code: 'too_large',
      message: 'body has 12 bytes and may have 11 (ROUTER_MAX_BODY)',
      details: { limit: 11, size: 12 },
    }),
  );
  expect(readJsonBody(bytes('"1234567890"'), 12)).toBe('1234567890');
});

test('what stands in a body never enters a message', () => {
  for (const text of [
    'my secret prompt',
    '{"content":"my secret prompt"',
    '{"a":1} my secret prompt',
    '[my secret prompt]',
  ]) {
    expect(() => readJsonBody(bytes(text), 1024)).not.toThrow(/secret/);
    expect(() => readJsonBody(bytes(text), 1024)).toThrow('body is not JSON');
  }
});
