import { expect, test } from 'vitest';
import { bodyOf } from './body.ts';
import { uniqueMark } from './order.ts';

test('a body is the same each time, or has a text of its own where it is marked so', () => {
  const same = bodyOf('{"a":1}');
  expect([same(), same()].map(String)).toEqual(['{"a":1}', '{"a":1}']);
  const own = bodyOf(`{"a":"${uniqueMark}"}`);
  const [one, other] = [String(own()), String(own())];
  expect(one).toMatch(/^\{"a":"\d+-\d+"\}$/);
  expect(one).not.toBe(other);
});
