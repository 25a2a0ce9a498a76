import { expect, test } from 'vitest';
import { decideFate, parseTold, type Fate, type Told } from './told.ts';

test.each<[string, Told, boolean, number, Fate]>([
  ['told nothing, a call is answered', {}, false, 0, { type: 'answer' }],
  ['told nothing, flaky fails with 500', {}, true, 0, { type: 'fail', status: 500 }],
  ['told only how to answer, flaky still fails', { bytes: 10, delay_ms: 1 }, true, 0, { type: 'fail', status: 500 }],
  ['told a status, a call fails with it', { status: 429 }, false, 0, { type: 'fail', status: 429 }],
  ['told a status, flaky fails with that', { status: 503 }, true, 0, { type: 'fail', status: 503 }],
  ['the first n calls of a key fail', { fail_first: 2, key: 'k' }, false, 1, { type: 'fail', status: 500 }],
  ['the first n calls fail as told', { fail_first: 2, key: 'k', status: 429 }, false, 1, { type: 'fail', status: 429 }],
  ['after n calls of a key one is answered', { fail_first: 2, key: 'k', status: 429 }, false, 2, { type: 'answer' }],
  ['after n calls flaky answers too', { fail_first: 1, key: 'k' }, true, 1, { type: 'answer' }],
  ['told to be cut, flaky gets as far as that', { cut_after: 1 }, true, 0, { type: 'answer' }],
  ['told an error in the stream, flaky gets as far as that', { error_after: 1 }, true, 0, { type: 'answer' }],
  ['hanging goes before failing', { hang: true, status: 500 }, false, 0, { type: 'hang' }],
  ['told to hang later, flaky gets as far as that', { hang_after: 0 }, true, 0, { type: 'answer' }],
  ['told what to say, flaky says it', { body: '' }, true, 0, { type: 'answer' }],
  [
    'told what to say and a status, a call fails so',
    { body: 'x', status: 502 },
    false,
    0,
    { type: 'fail', status: 502 },
  ],
  ['garbage goes before failing', { garbage: true, status: 500 }, false, 0, { type: 'garbage' }],
  ['a reset goes before failing', { reset: true, status: 500 }, false, 0, { type: 'reset' }],
])('%s', (_claim, told, flaky, callsBefore, fate) => {
  expect(decideFate(told, flaky, callsBefore)).toEqual(fate);
});

test.each([
  ['an unknown option', { chunk: 3 }, 'demo.chunk'],
  ['an option that every object has', { constructor: 1 }, 'demo.constructor'],
  ['a number out of bounds', { chunks: 0 }, 'demo.chunks'],
  ['half a chunk', { chunks: 1.5 }, 'demo.chunks'],
  ['a number as text', { delay_ms: '5' }, 'demo.delay_ms'],
  ['a status that is no failure', { status: 200 }, 'demo.status'],
  ['a flag as a number', { hang: 1 }, 'demo.hang'],
  ['a body that is no text', { body: {} }, 'demo.body'],
  ['comments all the time', { comment_ms: 0 }, 'demo.comment_ms'],
  ['an empty key', { key: '' }, 'demo.key'],
  ['fail_first without a key', { fail_first: 1 }, 'demo.fail_first'],
  ['headers that are no object', { headers: ['a'] }, 'demo.headers'],
  ['a header name that HTTP forbids', { headers: { 'a b': 'c' } }, 'demo.headers.a b'],
  ['a header that is two', { headers: { a: 'b\r\nc: d' } }, 'demo.headers.a'],
  ['a header that breaks framing', { headers: { 'Content-Length': '3' } }, 'demo.headers.Content-Length'],
  ['something else than an object', 'chunks', 'demo'],
])('%s is refused by name', (_claim, demo, param) => {
  expect(() => parseTold(demo)).toThrow(expect.objectContaining({ status: 400, param }));
});

test('header names are lowered, so that a told header replaces ours', () => {
  expect(parseTold({ headers: { 'Content-Type': 'text/html' } })).toEqual({ headers: { 'content-type': 'text/html' } });
});
