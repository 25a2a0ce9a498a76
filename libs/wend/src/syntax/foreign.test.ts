import { expect, it } from 'vitest';
import { parse } from './parse.ts';

/** The helps of all errors of a policy that holds this text. */
function helps(text: string): readonly (string | undefined)[] {
  return parse(`policy "p" {\n${text}\n}`, 'x').diagnostics.map(({ help }) => help);
}

it.each([
  ['policy acme/main { route default { candidates @a/b } }', undefined],
  ['policy "a/b" version 1.0.0 { route default { candidates @a/b } }', undefined],
  ['{ "policy": null }', 'a source begins with policy "tenant/name" { … }'],
  ['route default { candidates @a/b }', 'a source begins with policy "tenant/name" { … }'],
])('a source that begins as `%s` is one error, with the help %s', (text, help) => {
  expect(parse(text, 'x').diagnostics.map((one) => one.help)).toEqual([help]);
});

it.each([
  ['function f(x) { return x }', 'a function is written as fn f(x: Int) -> Int { … }'],
  ['import "a/b" as c', 'imports stand before the policy'],
  ['default { candidates @a/b }', 'the route without a guard is written as route default { … }'],
  ['/* a comment */', 'a comment begins with "//", on each of its lines'],
  ['Rule a { tag x = 1 }', 'did you mean "rule"?'],
  ['fn f() -> Int { if true { return 1 } elif false { return 2 } }', 'write "else if"'],
  ['rule a { switch tenant.tier { } }', 'choose by "if … { } else if … { } else { }"'],
  ['rule a { when request.tools deny "x" }', '"when" stands behind the name of a rule or route; within it write "if"'],
  ['rule a when request.tools { allow }', 'what no rule denies is allowed'],
  ['rule a { canidates @a/b }', 'did you mean "candidates"?'],
  ['rule a { var x = 1 x += 2 }', 'a variable is changed by "set": set x = …'],
  ['rule a { deny "x" 403 }', 'a refusal is written as deny "reason" status 403 message "…"'],
  ['rule a { deny("x") }', 'effects take no parentheses: deny "reason"'],
  ['rule a { deny }', 'it is written as deny "reason" status 403 message "…"'],
  ['route a { candidates @a/b, @a/c }', 'several models stand in a list: [@a/x, @b/y]'],
  ['rule a if request.tools { deny "x" }', 'the condition of a rule or route begins with "when"'],
  ['rule a when request.tools priority 10 { deny "x" }', 'the priority stands before "when"'],
  ['rule a when request.tools AND request.stream { deny "x" }', 'write "and"'],
  ['rule a when (request.tools { deny "x" }', 'a "(" before it is not closed'],
  ['rule a when tenant.tier in ("free", "pro") { deny "x" }', 'a list stands in brackets: ["a", "b"]'],
  ['rule a when tenant.tier <> "free" { deny "x" }', 'unequal is written as "!="'],
  ['rule a { limit rpm: 10 }', 'a value is given by "="'],
  ['rule a { let x := 1 }', 'a value is given by "=" alone'],
  ['test "t" { given tenant.tier == "free" }', 'a value is given by "=", compared by "=="'],
  ['rule a { for (x in [1]) { tag y = x } }', '"for" takes no parentheses: for x in list { … }'],
  ['rule a when tenant.tier == “free” { deny "x" }', 'a string stands in straight double quotes: "…"'],
  ['rule a { only m => m.price_in < €1 }', 'money is in USD, as $0.01'],
  ['rule a { limit timeout = 5m }', 'minutes are written 5min'],
  ['rule a { limit timeout = 30sec }', 'seconds are written 30s'],
])('who writes `%s` is told: %s', (text, help) => {
  expect(helps(text)).toContain(help);
});
