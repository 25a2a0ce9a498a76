// E1xx: names and types.
import type { CodePage } from '../code-page.ts';

export const typeCodes = {
  E101: {
    title: 'wrong type',
    meaning: 'A value stands where another type is needed. Nothing is converted by itself but an Int to a Float.',
    example: 'policy "p" { const wait: Duration = 5 }',
  },
  E102: {
    title: 'operator of other types',
    meaning:
      'The operator does not take these two types: units do not mix, and what can never be equal is not compared.',
    example: 'policy "p" { const both = $1 + 5ms }',
  },
  E103: {
    title: 'may be null',
    meaning:
      'The value is absent at times: its type ends in `?`. Say what holds then with `??`, read on with `?.`, or ask for `!= null` before.',
    example: 'policy "p" { rule r when request.max_tokens > 100 { tag long = true } }',
  },
  E105: {
    title: 'unknown name',
    meaning: 'No local, param, const or part of the input has this name here.',
    example: 'policy "p" { const twice = 2 * once }',
  },
  E106: {
    title: 'unknown field',
    meaning: 'The record has no such field. A map is read by its key, as `metadata["key"]`; JSON is converted first.',
    example: 'policy "p" { rule r when request.tokens > 5 { tag long = true } }',
  },
  E107: {
    title: 'unknown function',
    meaning: 'Neither this policy, its imports and the layers above it nor the library have a function of this name.',
    example: 'policy "p" { const top = maximum([1, 2]) }',
  },
  E108: {
    title: 'wrong number of arguments',
    meaning: 'The function takes more arguments, or fewer.',
    example: 'policy "p" { const near = round(1.5, 2) }',
  },
  E109: {
    title: 'twice the same name',
    meaning: 'Two of a kind have one name: declarations, parameters, fields, keys, arms of an experiment.',
    example: 'policy "p" { const a = 1 const a = 2 }',
  },
  E110: {
    title: 'name is taken',
    meaning: 'A local variable would hide another variable, a param or const, or a part of the input.',
    example: 'policy "p" { fn f() -> Int { let request = 1 return request } }',
  },
  E111: {
    title: 'no value at the end',
    meaning: 'A function can come to its end without a `return`. Every way through it ends with one.',
    example: 'policy "p" { fn f(x: Int) -> Int { if x > 0 { return 1 } } }',
  },
  E112: {
    title: 'no loop here',
    meaning: '`break` and `continue` stand in `for` and `while`, and leave no arm of an experiment.',
    example: 'policy "p" { fn f() -> Int { break return 1 } }',
  },
  E113: {
    title: 'cannot be set',
    meaning: 'Only a `var` is set, and in an arm of an experiment only one that was declared in it.',
    example: 'policy "p" { fn f() -> Int { let x = 1 set x = 2 return x } }',
  },
  E114: {
    title: 'functions are no values',
    meaning:
      'A lambda or the name of a function stands as an argument of a library function that takes one, and nowhere else.',
    example: 'policy "p" { const twice = x => x * 2 }',
  },
  E115: {
    title: 'a lambda reads a var',
    meaning: 'A lambda sees values that do not change. Put the value into a `let` before it.',
    example: 'policy "p" { fn f() -> Bool { var x = 1 set x = 2 return any([1, 2], y => y == x) } }',
  },
  E116: {
    title: 'return that does not fit',
    meaning: 'A function returns a value; a rule or route is left by a bare `return`.',
    example: 'policy "p" { rule r { return 1 } }',
  },
  E117: {
    title: 'used before it is known',
    meaning:
      'A type, param or const is made of those that stand before it: none can be made of itself. Only functions call each other freely.',
    example: 'policy "p" { type Tree = { left: Tree? } }',
  },
  E119: {
    title: 'no type in common',
    meaning: 'The items of a list, the branches of a conditional and the sides of `??` have one type.',
    example: 'policy "p" { const mixed = [1, "one"] }',
  },
  E120: {
    title: 'no regex',
    meaning:
      'The regex cannot be read, or is longer than 512 characters. It is matched in linear time: there is no look-around and no reference to a group.',
    example: 'policy "p" { rule r when request.model matches re"(" { tag odd = true } }',
  },
  E121: {
    title: 'regex out of place',
    meaning: 'A regex is a literal on the right of `matches`: it is known, and checked, when the policy is published.',
    example: 'policy "p" { const form = re"a+" }',
  },
  E122: {
    title: 'unknown type',
    meaning: 'No type has this name.',
    example: 'policy "p" { const n: Integer = 1 }',
  },
  E123: {
    title: 'no text of its own',
    meaning: 'Lists, records, maps, JSON and models do not stand in texts: name the part that is meant.',
    example: 'policy "p" { const text = f"all of {[1, 2]}" }',
  },
  E125: {
    title: 'no function',
    meaning: 'What is called is no function. Functions are called by their names.',
    example: 'policy "p" { const n = 1 const m = n(2) }',
  },
  E126: {
    title: 'in two imports',
    meaning: 'Two imports have the name. Import one of them with `as`.',
    example: 'import "a" import "b" policy "p" { const x = twice(1) }',
    beside: [
      'library "a" { fn twice(x: Int) -> Int { return x * 2 } }',
      'library "b" { fn twice(x: Int) -> Int { return x + x } }',
    ],
  },
  E127: {
    title: 'not known at that time',
    meaning:
      'Params and consts are computed when a policy is linked: they cannot look at a request or at models, nor call what does or what is `open`. `decision` is known to the expectations of tests alone.',
    example: 'policy "p" { const long = request.tokens_in > 100 }',
  },
  E128: {
    title: 'type too large',
    meaning: 'Written out, the type has more than 1000 parts.',
    example: `policy "p" { type T0 = { a: Int, b: Int } ${Array.from(
      { length: 10 },
      (_, index) => `type T${index + 1} = { a: T${index}, b: T${index} }`,
    ).join(' ')} }`,
  },
} as const satisfies Record<string, CodePage>;
