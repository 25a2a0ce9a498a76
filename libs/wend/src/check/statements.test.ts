import { expect, test } from 'vitest';
import { inFunction, inRule, said } from './check.testing.ts';

test.each([
  ['if n > 0 { return 1 }', 'E111 1:22 "f" may end without a value'],
  ['while n > 0 { return 1 }', 'E111 1:22 "f" may end without a value'],
  ['while true { if n > 0 { break } }', 'E111 1:22 "f" may end without a value'],
  ['for x in [1] { return x }', 'E111 1:22 "f" may end without a value'],
  ['return m', 'E103 2:8 this may be null, and Int is needed'],
  ['return 1.5', 'E101 2:8 this is Float, and Int is needed'],
  ['let n = 1 return n', 'E110 2:5 "n" is taken: a parameter of this name is in scope'],
  ['let user = 1 return user', 'E110 2:5 "user" is taken: the input has this name'],
  ['for n in [1] { return n } return 1', 'E110 2:5 "n" is taken: a parameter of this name is in scope'],
  ['return len(map([1], n => n))', 'E110 2:21 "n" is taken: a parameter of this name is in scope'],
  ['set n = 1 return n', 'E113 2:5 "n" is no "var": it keeps its value'],
  ['set nobody = 1 return n', 'E105 2:5 there is no "var" named "nobody" here'],
  ['var a = 1 set a = "x" return a', 'E101 2:19 this is String, and Int is needed'],
  ['var a = [] set a = a + [1] return len(a)', 'E101 2:20 this is [Int], and "a" is [nothing]'],
  ['let a: String = 1 return len(a)', 'E101 2:17 this is Int, and String is needed'],
  ['let a: { x: Int } = { y: 1 } return a.x', 'E101 2:21 the field "x" is missing: it is Int'],
  ['let a: [Int] = [1, "x"] return len(a)', 'E101 2:20 this is String, and Int is needed'],
  ['for x in 5 { return x } return 1', 'E101 2:10 "for" takes a list, and this is Int'],
  ['for x in attributes { return x } return 1', 'E101 2:10 "for" takes a list, and this is Map<Json>'],
  ['if n { return 1 } return 2', 'E101 2:4 this is Int, and Bool is needed'],
  ['return g(1)', 'E107 2:8 there is no function "g"'],
  ['return f(1)', 'E108 2:8 "f" takes 2 arguments, and here are 1'],
  ['return f("a", null)', 'E101 2:10 this is String, and Int is needed'],
  ['return m.x', 'E103 2:10 what has the field "x" may be null'],
])('refused in a function: %s', (statements, wanted) => {
  expect(said(inFunction(statements))[0]).toBe(wanted);
});

test.each([
  'while true { if n > 0 { return 1 } }',
  'if n > 0 { return 1 } else if n < 0 { return 2 } else { return 3 }',
  'while true { for x in [1, 2] { if x > n { break } } return 1 }',
  'var a: [Int] = [] for x in [1, 2, 3] { set a = a + [x] } return len(a)',
  'var a = 0 while a < n { set a = a + 1 if a == 5 { continue } } return a',
  'if n <= 0 { return 0 } return f(n - 1, null)',
  'for x in [1] { let y = x if y > 1 { return y } } for x in [2] { let y = x return y } return 0',
  'let _unused = 1 return 1',
])('fine in a function: %s', (statements) => {
  expect(said(inFunction(statements))).toEqual([]);
});

test.each([
  ['return 5', 'E116 2:8 a rule returns no value'],
  ['deny "no" status 600', 'E208 2:18 a status is 400 to 599, and not 600'],
  ['deny "no" message 5', 'E101 2:19 this is Int, and String is needed'],
  ['candidates @a/b', 'E203 2:1 "candidates" stands in routes: a rule does not choose'],
  ['sticky by seed', 'E203 2:1 "sticky" stands in routes: a rule does not choose'],
  ['limit tokens = 5', 'E205 2:7 there is no limit "tokens"'],
  ['limit timeout = 5', 'E101 2:17 this is Int, and Duration is needed'],
  ['limit rpm = -5', 'E213 2:13 a limit is greater than 0'],
  ['hedge after 0ms', 'E213 2:13 the wait before the second call is greater than 0'],
  ['cache key request.model ttl 0s', 'E213 2:29 a time to live is greater than 0'],
  ['cache key 1.5 ttl 5s', 'E214 2:11 a key is a String, an Int or a ModelId, and this is Float'],
  ['cache key user.id ttl 5s', 'E103 2:11 this may be null, and all without it would share one key'],
  ['only m => m.price_in', 'E101 2:11 this is Money?, and Bool is needed'],
  ['only m => m.prise == null', 'E106 2:13 there is no field "prise" here'],
  ['use pre "x@latest"', 'E216 2:9 "latest" is no range of versions'],
  ['use pre "x y"', 'E215 2:9 "x y" is no name'],
  ['use post "x" stream window 0', 'E208 2:28 a window is 1 to 4096, and not 0'],
  ['use post "x" timeout 0ms', 'E213 2:22 a timeout is greater than 0'],
  ['transform request stream = true', 'E207 2:19 a policy cannot write "stream" of the request'],
  ['transform request max_tokens = 5', 'E207 2:19 a policy cannot write "max_tokens" of the request'],
  ['transform response choices = []', 'E207 2:20 a policy cannot write "choices" of the response'],
  ['transform request a.__proto__ = 5', 'E207 2:21 "__proto__" cannot be written'],
  ['experiment e by seed { a: {} }', 'E209 2:1 an experiment has two arms at least'],
  ['experiment e by seed { a: {}, a: {} }', 'E109 2:31 there are two arms "a"'],
  ['experiment e by user.id { a: {}, b: {} }', 'E103 2:17 this may be null, and all without it would share one key'],
  ['for x in [1] { experiment e by seed { a: { break }, b: {} } }', 'E112 2:44 "break" stands in no loop'],
  [
    'var x = 1 experiment e by seed { a: { set x = 2 }, b: {} } tag y = x',
    'E113 2:43 "x" is set in an arm, and declared outside of it',
  ],
])('refused in a rule: %s', (statements, wanted) => {
  expect(said(inRule(statements))).toEqual([wanted]);
});

test.each([
  'deny "no" status 429 message f"come back {hour(now)}"',
  'limit max_tokens = request.tokens_in * 2',
  'use validate "acme/pii@^1.2" with { a: [1] } on_fail warn timeout 100ms stream window 80',
  'use post "mask" required stream skip',
  'transform request metadata.team["a b"] = tenant.id',
  'transform response note = { a: 1, b: null }',
  'cache key f"{request.model}" ttl 5min',
  'cache off hedge after 200ms tag a.b = [1, 2]',
  'experiment e by user.id ?? seed { a: { var x = 1 set x = 2 tag y = x return }, b: { deny "b" } }',
])('fine in a rule: %s', (statements) => {
  expect(said(inRule(statements))).toEqual([]);
});

test.each([
  ['candidates "a/b"', 'E101 1:37 this is String, and ModelId is needed'],
  ['candidates model("a/b")', 'E103 1:37 this may be null, and Model is needed'],
  ['candidates [@a/b, 5]', 'E101 1:44 this is Int, and ModelId is needed'],
  ['split { @a/b: -1, @c/d: 2 }', 'E206 1:40 a weight is 0 or more'],
  ['split { @a/b: 0, @c/d: 0.0 }', 'E206 1:26 all weights are 0: nothing can be picked'],
  ['split { [@a/b]: 1 }', 'E101 1:34 this is [ModelId], and ModelId is needed'],
  ['split by user.id { @a/b: 1 }', 'E103 1:35 this may be null, and all without it would share one key'],
  ['fallback @a/b retry 6', 'E208 1:46 retry is 0 to 5, and not 6'],
  ['fallback @a/b backoff 5s', 'E101 1:48 this is Duration, and a backoff is needed'],
])('refused in a route: %s', (statements, wanted) => {
  expect(
    said(`policy "p" { route default {${statements} } }`).map((line) =>
      line.replace(/:(\d+) /, (_, column) => `:${Number(column) - 3} `),
    ),
  ).toContain(wanted);
});

test.each([
  'candidates [@a/b, @"fast", model(@c/d)]',
  'candidates cheapest(3) fallback requested() on any',
  'candidates filter(models(), m => m.tools ?? false)',
  'split { @a/b: 70, model(@c/d): 0.3 }',
  'fallback @a/b on timeout, server_error retry 2 backoff exp(100ms, 5s)',
  'candidates @a/b sticky by session.id ?? seed',
])('fine in a route: %s', (statements) => {
  expect(said(`policy "p" { route default { ${statements} } }`)).toEqual([]);
});
