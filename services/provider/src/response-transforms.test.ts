import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExactly } from './exact-json.ts';
import { ResponseTransforms, setField } from './response-transforms.ts';

type Path = (string | number)[];

test.each<[string, unknown, Path, unknown]>([
  ['a field is set', { a: 1 }, ['b'], { a: 1, b: 'x' }],
  ['or replaced', { a: 1 }, ['a'], { a: 'x' }],
  ['objects on the way are made', {}, ['a', 'b', 'c'], { a: { b: { c: 'x' } } }],
  ['a place in a list is set', { a: [1, 2] }, ['a', 1], { a: [1, 'x'] }],
  ['one that the list does not have is not', { a: [1] }, ['a', 1], undefined],
  ['nor a name in a list', { a: [1] }, ['a', 'length'], undefined],
  ['nor a place in an object', { a: {} }, ['a', 0], undefined],
  ['a list is not made', {}, ['a', 0], undefined],
  ['a path through a text leads nowhere', { a: 'text' }, ['a', 'b'], undefined],
  ['nor one through null', { a: null }, ['a', 'b'], undefined],
  [
    'nor one through a number that a double cannot hold',
    parseExactly('{"a":12345678901234567890}'),
    ['a', 'rawJSON'],
    undefined,
  ],
])('%s', (_claim, into, path, expected) => {
  expect(setField(into, path, 'x')).toEqual(expected);
});

describe('names that JavaScript has plans for', () => {
  test.each<Path>([
    ['__proto__'],
    ['__proto__', 'polluted'],
    ['constructor', 'prototype', 'polluted'],
    ['a', '__proto__'],
  ])('are fields of the answer and nothing else: %s', (...path) => {
    const changed = setField({ a: {} }, path, true) as object;
    expect(Object.getPrototypeOf(changed)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(path.reduce<unknown>((at, key) => Object.getOwnPropertyDescriptor(at, key)?.value, changed)).toBe(true);
    expect(JSON.stringify(changed)).toContain(`"${path.at(-1)}":true`);
  });
});

test('what was is left as it was', () => {
  const key = fc.constantFrom('a', 'b', '__proto__', 'constructor', 0, 1);
  fc.assert(
    fc.property(
      fc.object({ maxDepth: 3 }),
      fc.array(key, { minLength: 1, maxLength: 4 }),
      fc.jsonValue(),
      (into, path, value) => {
        const before = structuredClone(into);
        const changed = setField(into, path, value);
        expect(into).toEqual(before);
        if (changed !== undefined) expect(setField(changed, path, value)).toEqual(changed);
      },
    ),
  );
});

test('what an answer is and what it cost is never touched, and what cannot be set is counted', () => {
  const transforms = new ResponseTransforms([
    ...['id', 'object', 'created', 'model', 'choices', 'usage', 'router'].map((field) => ({
      path: [field],
      value: 'x',
    })),
    { path: ['usage', 'cost'], value: 0 },
    { path: ['tier', 'deep'], value: 'x' },
    { path: ['note'], value: { by: 'us' } },
  ]);
  const answer = { id: 'i', object: 'chat.completion', model: 'm', choices: [], usage: {}, tier: 'default' };
  expect(transforms.whole(answer)).toEqual({ ...answer, note: { by: 'us' } });
  expect(transforms.skipped).toBe(9);
});

test('numbers of a chunk keep their digits', () => {
  const transforms = new ResponseTransforms([{ path: ['note'], value: 1 }]);
  expect(transforms.json('{"seed":12345678901234567890}')).toBe('{"seed":12345678901234567890,"note":1}');
});
