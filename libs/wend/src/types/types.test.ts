import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAssignable, join, presentOf } from './assignable.ts';
import { isComparable } from './comparable.ts';
import { show } from './show.ts';
import { sizeOf } from './size.ts';
import { basics, optionalOf, type Type } from './type.ts';

const { type: anyType } = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Type>(...basics.map((kind) => ({ kind })), { kind: 'Null' }, { kind: 'Never' }),
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }).map((values): Type => ({ kind: 'enum', values })),
    tie('type').map((of): Type => ({ kind: 'list', of })),
    tie('type').map((of): Type => ({ kind: 'map', of })),
    tie('type').map(optionalOf),
    fc
      .dictionary(fc.constantFrom('x', 'y', '__proto__'), tie('type'))
      .map((fields): Type => ({ kind: 'record', fields: new Map(Object.entries(fields)) })),
  ),
}));

test('a type is assignable to itself, and to what it may be without', () => {
  fc.assert(
    fc.property(anyType, (type) => {
      expect(isAssignable(type, type)).toBe(true);
      expect(isAssignable(type, optionalOf(type))).toBe(true);
      expect(isAssignable({ kind: 'Never' }, type)).toBe(true);
    }),
  );
});

test('what is assignable to what is assignable is assignable, but for fields that are out of sight', () => {
  fc.assert(
    fc.property(anyType, anyType, anyType, (a, b, c) => {
      if (!isAssignable(a, b) || !isAssignable(b, c)) return;
      expect(isAssignable(a, c) || hasJson(c)).toBe(true);
    }),
    { numRuns: 2000 },
  );
  const duration: Type = { kind: 'record', fields: new Map([['x', { kind: 'Duration' }]]) };
  const empty: Type = { kind: 'record', fields: new Map() };
  expect(isAssignable(duration, empty) && isAssignable(empty, { kind: 'Json' })).toBe(true);
  expect(isAssignable(duration, { kind: 'Json' })).toBe(false);
});

function hasJson(type: Type): boolean {
  if (type.kind === 'list' || type.kind === 'map' || type.kind === 'optional') return hasJson(type.of);
  return type.kind === 'record' ? [...type.fields.values()].some(hasJson) : type.kind === 'Json';
}

test('what two types have in common takes both, whichever comes first', () => {
  fc.assert(
    fc.property(anyType, anyType, (a, b) => {
      const joined = join(a, b);
      const turned = join(b, a);
      expect(turned === undefined).toBe(joined === undefined);
      if (joined === undefined || turned === undefined) return;
      expect(isAssignable(a, joined) && isAssignable(b, joined)).toBe(true);
      expect(isAssignable(joined, turned) && isAssignable(turned, joined)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('what is assignable is comparable, both ways', () => {
  fc.assert(
    fc.property(anyType, anyType, (a, b) => {
      expect(isComparable(a, b)).toBe(isComparable(b, a));
      if (isAssignable(a, b)) expect(isComparable(a, b)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test.each<[Type, string]>([
  [{ kind: 'optional', of: { kind: 'enum', values: ['a', 'b'] } }, '("a" | "b")?'],
  [{ kind: 'map', of: { kind: 'list', of: { kind: 'Int' } } }, 'Map<[Int]>'],
  [{ kind: 'record', fields: new Map([['a b', { kind: 'Null' }]]) }, '{ "a b": null }'],
])('%j is shown as %s', (type, text) => {
  expect(show(type)).toBe(text);
});

test('a type of millions of parts is measured and shown at once', () => {
  let type: Type = { kind: 'Int' };
  for (let level = 0; level < 40; level++)
    type = {
      kind: 'record',
      fields: new Map([
        ['a', type],
        ['b', type],
      ]),
    };
  expect(sizeOf(type)).toBeGreaterThan(2 ** 40);
  expect(show(type).length).toBeLessThan(1000);
  expect(presentOf(type)).toBe(type);
});
