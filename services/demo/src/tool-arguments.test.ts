import { expect, test } from 'vitest';
import { makeArguments } from './tool-arguments.ts';

test.each([
  ['a string is its own name', { type: 'string' }, 'it'],
  ['an enum is its first', { type: 'string', enum: ['b', 'a'] }, 'b'],
  ['a number is 1', { type: 'number' }, 1],
  ['a number is its minimum', { type: 'integer', minimum: 18 }, 18],
  ['a boolean is true', { type: 'boolean' }, true],
  ['an array is empty', { type: 'array', items: { type: 'string' } }, []],
  [
    'an object has what it requires',
    { type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'] },
    { a: true },
  ],
  ['a type we do not know is left out', { $ref: '#/x' }, undefined],
])('%s', (_claim, schema, value) => {
  expect(makeArguments({ type: 'object', properties: { it: schema }, required: ['it'] })).toEqual({ it: value });
});

test('only what is required is made', () => {
  expect(makeArguments({ type: 'object', properties: { a: { type: 'string' } } })).toEqual({});
});

test.each([[undefined], ['text'], [{}]])('of %j no arguments can be made', (schema) => {
  expect(makeArguments(schema)).toEqual({});
});
