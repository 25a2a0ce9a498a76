import { headers } from '@router-mesh/wire';
import { expect, test } from 'vitest';
import { readEntryHeaders } from './entry-headers.ts';

const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const own = '01HZX3KQ5V9J8M2N4P6R7S8T9W';

function read(said: Readonly<Record<string, string>>) {
  const encoded = headers();
  for (const [name, value] of Object.entries(said)) encoded.set(name, value);
  return readEntryHeaders(encoded);
}

test('who says nothing gets an id, one attempt, and no frames', () => {
  for (const asked of [readEntryHeaders(undefined), read({})]) {
    expect(asked).toEqual({ request: expect.stringMatching(ulid), attempt: 1, frames: false });
  }
  expect(read({}).request).not.toBe(read({}).request);
});

test.each([
  ['Router-Request', own, { request: own }],
  ['Router-Timeout', '1', { timeoutMs: 1 }],
  ['Router-Timeout', '86400000', { timeoutMs: 86_400_000 }],
  ['Router-Attempt', '3', { attempt: 3 }],
  ['Router-Frames', '1', { frames: true }],
  ['Router-Credit', '1', { credit: 1 }],
  ['Router-Credit', '100000', { credit: 100_000 }],
  ['Router-Credit', '', {}],
  ['Content-Type', 'application/json; charset=utf-8', {}],
  ['Content-Type', 'Application/JSON', {}],
  ['Content-Encoding', 'identity', {}],
  [
    'traceparent',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
  ],
  ['tracestate', 'a=b,c=d', { tracestate: 'a=b,c=d' }],
  ['Router-Timeout', '', {}],
  ['Router-Reply', '$JS.API.STREAM.DELETE.X', {}],
  ['Router-Tenant', 'other', {}],
  ['Router-Plan', '{}', {}],
  ['Nats-Rollup', 'all', {}],
])('%s: "%s" is read, or discarded', (name, value, expected) => {
  expect(read({ [name]: value })).toEqual({
    request: expect.stringMatching(ulid),
    attempt: 1,
    frames: false,
    ...expected,
  });
});

test.each([
  'x',
  '',
  own.toLowerCase(),
  `${own}0`,
  '81HZX3KQ5V9J8M2N4P6R7S8T9W',
  '01HZX3KQ5V9J8M2N4P6R7S8T9I',
  '../../etc',
])('Router-Request: "%s" is no ULID, and gets one of ours', (value) => {
  const { request } = read({ 'Router-Request': value });
  expect(request).toMatch(ulid);
  expect(request).not.toBe(value);
});

test.each([
  ['Router-Timeout', '0'],
  ['Router-Timeout', '-1'],
  ['Router-Timeout', '1.5'],
  ['Router-Timeout', '1e3'],
  ['Router-Timeout', '86400001'],
  ['Router-Timeout', '99999999999999999999'],
  ['Router-Timeout', 'soon'],
  ['Router-Attempt', '0'],
  ['Router-Attempt', '10'],
  ['Router-Frames', 'yes'],
  ['Router-Credit', '0'],
  ['Router-Credit', '-1'],
  ['Router-Credit', '2.5'],
  ['Router-Credit', '100001'],
  ['Router-Credit', 'anything'],
  ['Content-Type', 'text/plain'],
  ['Content-Type', 'application/jsonp'],
  ['Content-Type', 'application/json-seq'],
  ['Content-Encoding', 'gzip'],
])('%s: "%s" is refused by name', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(expect.objectContaining({ code: 'invalid_request', param: name }));
});

test.each([
  ['traceparent', 'x'.repeat(65)],
  ['traceparent', 'größe'],
  ['tracestate', 'x'.repeat(513)],
])('%s: "%s" is left out: bad trace context is no reason to refuse a request', (name, value) => {
  expect(read({ [name]: value })).not.toHaveProperty(name);
});

test('a line feed in what would go on to the next stop stays here', () => {
  const encoded = headers();
  // As it comes over the wire, where only CR LF ends a line.
  (encoded as unknown as { headers: Map<string, string[]> }).headers.set('traceparent', ['a\nb']);
  expect(readEntryHeaders(encoded)).not.toHaveProperty('traceparent');
});

test('of what is said, only a little is quoted', () => {
  expect(() => read({ 'Router-Timeout': 'x'.repeat(5000) })).toThrow(
    /^header Router-Timeout: "x{40}" must be a whole number from 1 to 86400000$/,
  );
});
