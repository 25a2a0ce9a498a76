import { expect, test } from 'vitest';
import { closures } from '../run/closures.ts';
import { generate } from '../run/generate.ts';
import type { LinkedPolicy } from './link.ts';
import { linked } from './link.testing.ts';
import { UnitCache } from './unit-cache.ts';

const root =
  'import "tools" as t policy "root" { param most: Int = 1 const size = t.two() rule r { limit rpm = most limit tpm = size } route default { candidates @openai/gpt-4.1 } }';
const tools = 'library "tools" { fn two() -> Int { return 2 } }';
const child = (name: string, body = '') => `policy "${name}" extends "root" { ${body} }`;

function sweep(units: UnitCache, inUse: readonly LinkedPolicy[]): number {
  return [...units.sweep(inUse)].length;
}

test('children of one parent share its unit, its code and its instance', () => {
  const units = new UnitCache();
  const [one, other] = ['a', 'b'].map((name) => linked([child(name), root, tools], { units }));
  expect(one?.layers[0]).toBe(other?.layers[0]);
  expect(one?.layers[1]).not.toBe(other?.layers[1]);
  expect(units.size).toBe(4);
});

test('a child that sets a param has an instance of its parent of its own, and shares its code', () => {
  const units = new UnitCache();
  const plain = linked([child('a'), root, tools], { units });
  const set = linked([child('b', 'param most = 7'), root, tools], { units });
  expect(set.layers[0]).not.toBe(plain.layers[0]);
  expect(set.layers[0]?.code).toBe(plain.layers[0]?.code);
  expect([set.layers[0]?.values[0], plain.layers[0]?.values[0]]).toEqual([7, 1]);
});

test('a unit is checked anew when what it stands on changes', () => {
  const units = new UnitCache();
  const before = linked([child('a', 'rule x { tag y = size }'), root, tools], { units });
  const after = linked([child('a', 'rule x { tag y = size }'), `${root} `, tools], { units });
  expect(after.layers[1]?.unit).not.toBe(before.layers[1]?.unit);
  expect(units.size).toBe(5);
});

test('both back ends and both limits stand beside each other', () => {
  const units = new UnitCache();
  const [one, other, again] = [generate, closures, generate].map((backEnd) =>
    linked([child('a'), root, tools], { units, backEnd }),
  );
  expect(one?.layers[0]?.unit).toBe(other?.layers[0]?.unit);
  expect(one?.layers[0]).not.toBe(other?.layers[0]);
  expect(one?.layers[0]).toBe(again?.layers[0]);
});

test('what no policy in use is made of goes when it is swept', () => {
  const units = new UnitCache();
  const kept = linked([child('a'), root, tools], { units });
  linked([child('b'), root, tools], { units });
  expect(() => linked([child('c', 'rule wrong { tag x = y }'), root, tools], { units })).toThrow('E105');
  expect(units.size).toBe(5);
  sweep(units, [kept]);
  expect(units.size).toBe(3);
  expect(linked([child('a'), root, tools], { units }).layers[0]).toBe(kept.layers[0]);
  sweep(units, []);
  expect(units.size).toBe(0);
});

test('a sweep goes in steps, and keeps what is linked between two of them', () => {
  const units = new UnitCache();
  const kept = Array.from({ length: 1500 }, (_, n) => linked([child(`k${n}`), root, tools], { units }));
  const sweeping = units.sweep(kept.slice(1));
  expect(sweeping.next().done).toBe(false);
  const late = linked([child('late'), root, tools], { units });
  expect([...sweeping].length).toBeGreaterThan(0);
  expect(units.size).toBe(kept.length + 2);
  expect(linked([child('late'), root, tools], { units }).layers[1]?.unit).toBe(late.layers[1]?.unit);
});
