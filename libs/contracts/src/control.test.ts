import { expect, test } from 'vitest';
import { cancelWord, isControlSubject, limitWord } from './control.ts';
import { controlSubject } from './subjects.ts';

test('what a reader says, as it stands on the wire', () => {
  expect([cancelWord, limitWord(0), limitWord(128)]).toEqual(['cancel', 'limit 0', 'limit 128']);
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
