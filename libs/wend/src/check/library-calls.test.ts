import { expect, test } from 'vitest';
import { show } from '../types/show.ts';
import { typed } from './check.testing.ts';

function typeOf(expression: string): string {
  const found = typed(expression);
  return 'type' in found ? show(found.type) : found.join('\n');
}

test.each([
  ['map([1, 2], x => x * 1.5)', '[Float]'],
  ['map(["a"], x => { name: x })', '[{ name: String }]'],
  ['filter(user.roles, x => x != "a")', '[String]'],
  ['map(filter(models(), m => m.price_out != null), m => m.price_out ?? $0)', '[Money]'],
  ['find([1, 2], x => x > 1)', 'Int?'],
  ['sort_by(models(), m => m.price_in)', '[Model]'],
  ['any([], x => x)', 'Bool'],
  ['healthy([@a/b, @c/d])', '[ModelId]'],
  ['healthy(cheapest(3))', '[Model]'],
  ['concat([[1], [2.5]])', '[Float]'],
  ['max([1, 2])', 'Int?'],
  ['len("abc")', 'Int'],
  ['len([1])', 'Int'],
  ['len(attributes)', 'Int'],
  ['model(@a/b)', 'Model'],
  ['model("a/b")', 'Model?'],
  ['model(request.model)', 'Model?'],
  ['as_string(attributes["plan"])', 'String?'],
  ['as_int(1)', 'Int?'],
  ['weighted("a", { a: 1, b: 2.5 })', 'String'],
  ['hour(now)', 'Int'],
  ['exp(100ms, 5s)', '{ base: Duration, cap: Duration }'],
  ['clamp(5, 1, 2.5)', 'Float'],
])('%s is %s', (expression, type) => {
  expect(typeOf(expression)).toBe(type);
});

test.each([
  ['lenn("a")', 'E107 2:1 there is no function "lenn"'],
  ['constructor("a")', 'E107 2:1 there is no function "constructor"'],
  ['len()', 'E101 2:1 "len" does not take ()'],
  ['len(5)', 'E101 2:1 "len" does not take (Int)'],
  ['len(request.lang)', 'E103 2:5 this may be null, and String is needed'],
  ['upper(5)', 'E101 2:7 this is Int, and String is needed'],
  ['cheapest("3")', 'E101 2:10 this is String, and Int is needed'],
  ['exp(100, 5s)', 'E101 2:5 this is Int, and Duration is needed'],
  ['rollout(seed, "s")', 'E108 2:1 "rollout" takes 3 arguments, and here are 2'],
  ['filter([1], x => x)', 'E101 2:18 this is Int, and Bool is needed'],
  ['filter([1], 5)', 'E114 2:13 a lambda or the name of a function is needed here: x => …'],
  ['upper(x => x)', 'E114 2:7 a lambda is no value'],
  ['reduce([1], 0, x => x)', 'E114 2:16 a lambda has one parameter, and more are needed here'],
  [
    'sort_by(models(), m => m)',
    'E101 2:24 this is Model, and Int or Float or Duration or Money or Time or String? is needed',
  ],
  ['healthy([1])', 'E101 2:9 this is [Int], and [ModelId or Model] is needed'],
  ['(request.model)("a")', 'E125 2:1 this is no function'],
  ['request.model()', 'E125 2:1 this is no function'],
])('%s is refused', (expression, wanted) => {
  expect(typeOf(expression)).toBe(wanted);
});
