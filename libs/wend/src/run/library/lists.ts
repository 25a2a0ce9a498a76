// Lists are immutable: what changes one makes another. Places count from 0.
import type { Value } from '../instance.ts';
import { newList, newRecord, stringFuel } from '../operations/allocation.ts';
import { numberOf, whole } from '../operations/numbers.ts';
import { equal } from '../values/equality.ts';
import { emptyRecord, own, type Fields } from '../values/records.ts';
import { chargeSort, compareKeys } from './compare.ts';
import type { Caller, LibraryFunction, LibraryLambda } from './library-function.ts';
import { bool, functionOf, int, listOf, mapOf, mayTake, optional, recordOf, string, takes, variable } from './types.ts';

const item = variable('T');
const items = listOf(item);
const test = functionOf([item], bool);
const ordered = variable('K', 'Int', 'Float', 'Duration', 'Money', 'Time', 'String');
const counted = variable('N', 'Int', 'Duration');
const measured = variable('N', 'Float', 'Money');
const perItem = '1 an item';

export const lists: readonly LibraryFunction[] = [
  {
    name: 'len:list',
    otherwise: 'len:map',
    group: 'lists',
    parameters: [takes('list', listOf(item))],
    returns: int,
    summary: 'How many items a list has.',
    examples: [['len([1, 2, 3])', 3]],
    run: (_caller, list: readonly Value[]) => list.length,
  },
  {
    name: 'len:map',
    group: 'lists',
    parameters: [takes('map', mapOf(item))],
    returns: int,
    summary: 'How many keys a map has.',
    examples: [['len(put({ a: 1 }, "b", 2))', 2]],
    price: '1 a key',
    run({ run, at }, map: Fields) {
      const { length } = Object.keys(map);
      run.meter.burn(length, at);
      return length;
    },
  },
  {
    name: 'map',
    group: 'lists',
    parameters: [takes('list', items), takes('f', functionOf([item], variable('U')))],
    returns: listOf(variable('U')),
    summary: 'What the function makes of each item.',
    examples: [['map([1, 2], x => x * 10)', [10, 20]]],
    price: perItem,
    run({ run, at }, list: readonly Value[], f: LibraryLambda) {
      newList(run.meter, list.length, at);
      return list.map((one) => f(one));
    },
  },
  {
    name: 'filter',
    group: 'lists',
    parameters: [takes('list', items), takes('f', test)],
    returns: items,
    summary: 'The items for which the function is true.',
    examples: [['filter([1, 2, 3], x => x > 1)', [2, 3]]],
    price: perItem,
    run({ run, at }, list: readonly Value[], f: LibraryLambda) {
      newList(run.meter, list.length, at);
      return list.filter((one) => f(one) === true);
    },
  },
  {
    name: 'any',
    group: 'lists',
    parameters: [takes('list', items), takes('f', test)],
    returns: bool,
    summary: 'Whether the function is true for one of the items at least; not of an empty list.',
    examples: [
      ['any([1, 2], x => x > 1)', true],
      ['any([], x => true)', false],
    ],
    price: '1 an item that is looked at',
    run: (caller, list: readonly Value[], f: LibraryLambda) => firstWhere(caller, list, f, true) !== -1,
  },
  {
    name: 'all',
    group: 'lists',
    parameters: [takes('list', items), takes('f', test)],
    returns: bool,
    summary: 'Whether the function is true for all items; also of an empty list.',
    examples: [['all([1, 2], x => x > 1)', false]],
    price: '1 an item that is looked at',
    run: (caller, list: readonly Value[], f: LibraryLambda) => firstWhere(caller, list, f, false) === -1,
  },
  {
    name: 'find',
    group: 'lists',
    parameters: [takes('list', items), takes('f', test)],
    returns: optional(item),
    summary: 'The first item for which the function is true; null where there is none.',
    examples: [
      ['find([1, 2, 3], x => x > 1)', 2],
      ['find([1], x => x > 1)', null],
    ],
    price: '1 an item that is looked at',
    run: (caller, list: readonly Value[], f: LibraryLambda) => list[firstWhere(caller, list, f, true)] ?? null,
  },
  {
    name: 'sort_by',
    group: 'lists',
    parameters: [takes('list', items), takes('key', functionOf([item], optional(ordered)))],
    returns: items,
    summary: 'The items by their keys, the lowest first and those without one last; equal ones stay in their order.',
    examples: [['sort_by(["bb", "a", "cc"], x => len(x))', ['a', 'bb', 'cc']]],
    price: 'n · ⌈log2 n⌉ for n items',
    run({ run, at }, list: readonly Value[], key: LibraryLambda) {
      newList(run.meter, list.length, at);
      const keyed = list.map((one) => ({ one, key: key(one) }));
      chargeSort(
        run.meter,
        keyed.map(({ key: of }) => of),
        at,
      );
      return keyed.sort((left, right) => compareKeys(left.key, right.key)).map(({ one }) => one);
    },
  },
  {
    name: 'take',
    group: 'lists',
    parameters: [takes('list', items), takes('n', int)],
    returns: items,
    summary: 'The first n items, or all where there are fewer.',
    examples: [['take([1, 2, 3], 2)', [1, 2]]],
    price: '1 an item taken',
    run: (caller, list: readonly Value[], n: number) => slice(caller, list, 0, n),
  },
  {
    name: 'slice',
    group: 'lists',
    parameters: [takes('list', items), takes('from', int), mayTake('to', int)],
    returns: items,
    summary: 'The items from one place up to another that is not included; places outside of the list are its ends.',
    examples: [
      ['slice([1, 2, 3], 1)', [2, 3]],
      ['slice([1, 2, 3], -5, 1)', [1]],
    ],
    price: '1 an item taken',
    run: (caller, list: readonly Value[], from: number, to: number | null) =>
      slice(caller, list, from, to ?? list.length),
  },
  {
    name: 'sum',
    otherwise: 'sum:float',
    group: 'lists',
    parameters: [takes('list', listOf(counted))],
    returns: optional(counted),
    summary: 'All items added; null of an empty list.',
    examples: [
      ['sum([1, 2, 3])', 6],
      ['sum([])', null],
    ],
    price: perItem,
    run: (caller, list: readonly number[]) => sum(caller, list, whole),
  },
  {
    name: 'sum:float',
    group: 'lists',
    parameters: [takes('list', listOf(measured))],
    returns: optional(measured),
    summary: 'All items added; null of an empty list.',
    examples: [['sum([0.5, 1])', 1.5]],
    price: perItem,
    run: (caller, list: readonly number[]) => sum(caller, list, numberOf),
  },
  {
    name: 'max',
    group: 'lists',
    parameters: [takes('list', listOf(ordered))],
    returns: optional(ordered),
    summary: 'The greatest item; null of an empty list.',
    examples: [['max([1, 3, 2])', 3]],
    price: perItem,
    run: (caller, list: readonly Value[]) => extreme(caller, list, 1),
  },
  {
    name: 'min',
    group: 'lists',
    parameters: [takes('list', listOf(ordered))],
    returns: optional(ordered),
    summary: 'The lowest item; null of an empty list.',
    examples: [
      ['min([2, 1, 3])', 1],
      ['min([$0.5, $0.01]) ?? $0', 10_000_000_000],
    ],
    price: perItem,
    run: (caller, list: readonly Value[]) => extreme(caller, list, -1),
  },
  {
    name: 'group',
    group: 'lists',
    parameters: [takes('list', items), takes('key', functionOf([item], string))],
    returns: mapOf(items),
    summary: 'The items by their keys: a map of lists.',
    examples: [
      ['group(["ab", "b", "ac"], x => if starts(x, "a") then "a" else "other")', { a: ['ab', 'ac'], other: ['b'] }],
    ],
    price: '2 an item',
    run({ run, at }, list: readonly Value[], key: LibraryLambda) {
      newList(run.meter, list.length, at);
      const groups = new Map<string, Value[]>();
      for (const one of list) {
        const name = key(one) as string;
        const there = groups.get(name);
        if (there === undefined) groups.set(name, [one]);
        else there.push(one);
      }
      newRecord(run.meter, groups.size, at);
      const grouped = emptyRecord();
      for (const [name, of] of groups) {
        newList(run.meter, of.length, at);
        grouped[name] = of;
      }
      return grouped;
    },
  },
  {
    name: 'unique',
    group: 'lists',
    parameters: [takes('list', items)],
    returns: items,
    summary: 'Each item once, where it stands first.',
    examples: [
      ['unique([1, 2, 1])', [1, 2]],
      ['unique([[1], [2], [1]])', [[1], [2]]],
    ],
    price: '1 an item; of lists and records, what comparing each with each costs',
    run({ run, at }, list: readonly Value[]) {
      newList(run.meter, list.length, at);
      const simple = new Set<Value>();
      const nested: Value[] = [];
      return list.filter((one) => {
        if (typeof one !== 'object' || one === null) return !simple.has(one) && simple.add(one);
        if (nested.some((other) => equal(run.meter, one, other, at))) return false;
        return nested.push(one);
      });
    },
  },
  {
    name: 'zip',
    group: 'lists',
    parameters: [takes('left', listOf(variable('A'))), takes('right', listOf(variable('B')))],
    returns: listOf(recordOf({ left: variable('A'), right: variable('B') })),
    summary: 'The items of two lists in pairs, as long as there are both.',
    examples: [
      [
        'zip([1, 2], ["a", "b"])',
        [
          { left: 1, right: 'a' },
          { left: 2, right: 'b' },
        ],
      ],
    ],
    price: '3 a pair',
    run({ run, at }, left: readonly Value[], right: readonly Value[]) {
      const length = Math.min(left.length, right.length);
      newList(run.meter, length, at);
      const pairs: Value[] = [];
      for (let place = 0; place < length; place += 1) {
        newRecord(run.meter, 2, at);
        const pair = emptyRecord();
        pair.left = left[place] ?? null;
        pair.right = right[place] ?? null;
        pairs.push(pair);
      }
      return pairs;
    },
  },
  {
    name: 'range',
    group: 'lists',
    parameters: [takes('from', int), mayTake('to', int)],
    returns: listOf(int),
    summary: 'The whole numbers from one up to another that is not included; of one number: from 0 up to it.',
    examples: [
      ['range(3)', [0, 1, 2]],
      ['range(2, 4)', [2, 3]],
    ],
    price: perItem,
    run({ run, at }, from: number, to: number | null) {
      const [start, end] = to === null ? [0, from] : [from, to];
      const length = Math.max(0, end - start);
      newList(run.meter, length, at);
      return Array.from({ length }, (_, place) => start + place);
    },
  },
  {
    name: 'concat',
    group: 'lists',
    parameters: [takes('lists', listOf(items))],
    returns: items,
    summary: 'The items of all the lists, one after the other.',
    examples: [['concat([[1], [], [2, 3]])', [1, 2, 3]]],
    price: '1 a list and 1 an item',
    run({ run, at }, ofLists: readonly (readonly Value[])[]) {
      run.meter.burn(ofLists.length, at);
      let length = 0;
      for (const list of ofLists) length += list.length;
      newList(run.meter, length, at);
      return ofLists.flat();
    },
  },
  {
    name: 'put',
    group: 'lists',
    parameters: [takes('map', mapOf(item)), takes('key', string), takes('value', item)],
    returns: mapOf(item),
    summary: 'The map with the value under the key.',
    examples: [['put({ a: 1 }, "b", 2)', { a: 1, b: 2 }]],
    price: '1 a key of the result',
    run({ run, at }, map: Fields, key: string, value: Value) {
      const keys = Object.keys(map);
      newRecord(run.meter, keys.length + 1, at);
      const made = emptyRecord();
      for (const name of keys) made[name] = own(map, name);
      made[key] = value;
      return made;
    },
  },
  {
    name: 'keys',
    group: 'lists',
    parameters: [takes('map', mapOf(item))],
    returns: listOf(string),
    summary: 'The keys of a map, sorted.',
    examples: [['keys({ b: 1, a: 2 })', ['a', 'b']]],
    price: 'n · ⌈log2 n⌉ for n keys',
    run({ run, at }, map: Fields) {
      const keys = Object.keys(map);
      newList(run.meter, keys.length, at);
      chargeSort(run.meter, keys, at);
      return keys.sort(compareKeys);
    },
  },
  {
    name: 'reduce',
    group: 'lists',
    parameters: [
      takes('list', items),
      takes('init', variable('A')),
      takes('f', functionOf([variable('A'), item], variable('A'))),
    ],
    returns: variable('A'),
    summary: 'One value of all items: the function is given what there is so far and the next item.',
    examples: [
      ['reduce([1, 2, 3], 10, add)', 16], // fn add(a: Int, b: Int) -> Int { return a + b }
    ],
    price: perItem,
    run({ run, at }, list: readonly Value[], init: Value, f: LibraryLambda) {
      run.meter.burn(list.length, at);
      let sofar = init;
      for (const one of list) sofar = f(sofar, one);
      return sofar;
    },
  },
];

function firstWhere({ run, at }: Caller, list: readonly Value[], f: LibraryLambda, wanted: boolean): number {
  return list.findIndex((one) => {
    run.meter.burn(1, at);
    return (f(one) === true) === wanted;
  });
}

function slice({ run, at }: Caller, list: readonly Value[], from: number, to: number): Value {
  const start = Math.min(Math.max(from, 0), list.length);
  const end = Math.max(start, Math.min(to, list.length));
  newList(run.meter, end - start, at);
  return list.slice(start, end);
}

function sum({ run, at }: Caller, list: readonly number[], checked: typeof whole): number | null {
  if (list.length === 0) return null;
  run.meter.burn(list.length, at);
  return list.reduce((total, one) => checked(total + one, at), 0);
}

/** The first of the greatest (sign 1) or lowest (sign -1). */
function extreme({ run, at }: Caller, list: readonly Value[], sign: 1 | -1): Value {
  let best: Value = list[0] ?? null;
  for (const one of list) {
    run.meter.burn(typeof one === 'string' ? stringFuel(one.length) : 1, at);
    if (compareKeys(one, best) * sign > 0) best = one;
  }
  return best;
}
