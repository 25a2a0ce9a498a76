import { expect, test } from 'vitest';
import { cancelWord, isControlSubject, limitWord, parseLimitWord } from './control.ts';
import { controlSubject } from './subjects.ts';

test('what a reader says, as it stands on the wire', () => {
  expect([cancelWord, limitWord(0), limitWord(128)]).toEqual(['cancel', 'limit 0', 'limit 128']);
});

test('a limit is read as it was said, and nothing else is a limit', () => {
  for (const deltas of [0, 7, 9_999_999_999]) expect(parseLimitWord(limitWord(deltas))).toBe(deltas);
  const others = ['', cancelWord, 'limit', 'limit -1', 'limit 1.5', ' limit 7', 'limit 7 ', limitWord(10_000_000_000)];
  expect(others.map(parseLimitWord)).toEqual(others.map(() => undefined));
});

test('a control subject is known by its form', () => {
  expect(isControlSubject(controlSubject('provider', '0f8e7d', '6c5b4a'))).toBe(true);
});

test.each([
  '',
  '$JS.API.STREAM.DELETE.ROUTER_V2_METER',
  'router.v2.cancel.acme',
  'router.v2.control.provider.c1',
  'router.v2.control.provider.c1.*',
  'router.v2.control.provider.c1.>',
  'router.v2.control.provider.c1.t1.x',
  'router.v2.control.provider..t1',
  'router.v2.control.provider.c1.t1\r\nPUB x 0',
  'x.router.v2.control.provider.c1.t1',
])('"%s" is none', (subject) => {
  expect(isControlSubject(subject)).toBe(false);
});
