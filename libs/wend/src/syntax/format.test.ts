import { describe, expect, it } from 'vitest';
import { corpus } from './corpus.testing.ts';
import { format } from './format.ts';
import { Deriver, spaced } from './grammar/derive.testing.ts';
import { wendGrammar } from './grammar/ebnf.testing.ts';
import { random } from './grammar/random.testing.ts';
import { holdLaws } from './laws.testing.ts';
import { parse } from './parse.ts';

/** What stands in a policy, formatted, without the policy around it and its indentation. */
function formatted(declarations: string): string {
  const { source, diagnostics } = parse(`policy "p" {\n${declarations}\n}`, 'x');
  expect(diagnostics).toEqual([]);
  const lines = format(source).split('\n').slice(1, -2);
  return lines.map((line) => line.replace(/^ {2}/, '')).join('\n');
}

describe('the formatter', () => {
  it.each([
    ['spaces', 'const  a=[ 1,2 , ]', 'const a = [1, 2]'],
    ['a record', 'const a={b:1,"c d":{},}', 'const a = { b: 1, "c d": {} }'],
    ['operators', 'const a=-b*(c+1)==d??2 and not(e)', 'const a = -b * (c + 1) == d ?? 2 and not (e)'],
    ['a type', 'type t=Map<[Int?]>?type u="a"|"b"', 'type t = Map<[Int?]>?\ntype u = "a" | "b"'],
    ['a ">" and a "=" as one', 'param a:Map<Int>={b:1}', 'param a: Map<Int> = { b: 1 }'],
    [
      'numbers and strings',
      'const a = [1_000, 08k, 0.50, "\\u{41}", re"\\d", f"{ a+b }"]',
      'const a = [1_000, 08k, 0.50, "\\u{41}", re"\\d", f"{ a+b }"]',
    ],
    ['a block of one statement', 'rule a{deny "x"}', 'rule a { deny "x" }'],
    ['a block of two', 'rule a{deny "x" tag b=1}', 'rule a {\n  deny "x"\n  tag b = 1\n}'],
    ['an empty block', 'rule a{\n\n}', 'rule a {}'],
    [
      'a block in a block',
      'rule a{if b{deny "x"}else{deny "y"}}',
      'rule a {\n  if b { deny "x" } else { deny "y" }\n}',
    ],
    ['a field of a model reference, which must stay apart', 'const a = @b/c .d', 'const a = @b/c .d'],
    [
      'empty lines: one of several, none at the edges',
      'const a = 1\n\n\n\nconst b = 2 const c = 3\n\n',
      'const a = 1\n\nconst b = 2\nconst c = 3',
    ],
  ])('writes %s in one way', (_, text, expected) => {
    expect(formatted(text)).toBe(expected);
  });

  it('breaks what is wider than 100 characters: lists, records, calls, and chains before their operators', () => {
    const long = (name: string): string => name.repeat(40);
    expect(formatted(`const a = [${long('a')}, ${long('b')}, ${long('c')}]`)).toBe(
      `const a = [\n  ${long('a')},\n  ${long('b')},\n  ${long('c')},\n]`,
    );
    expect(formatted(`const a = f({ a: ${long('a')}, b: ${long('b')} }, 1)`)).toBe(
      `const a = f(\n  { a: ${long('a')}, b: ${long('b')} },\n  1,\n)`,
    );
    expect(formatted(`rule a when ${long('a')} and ${long('b')} and ${long('c')} { deny "x" }`)).toBe(
      `rule a when ${long('a')}\n    and ${long('b')}\n    and ${long('c')} { deny "x" }`,
    );
    expect(formatted(`route a { fallback ${long('a')} on timeout, any, retry 2 backoff ${long('b')} }`)).toBe(
      `route a {\n  fallback ${long('a')}\n    on timeout, any\n    retry 2\n    backoff ${long('b')}\n}`,
    );
  });

  it('keeps lines of exactly 100 characters', () => {
    const line = `  const a = ["${'x'.repeat(84)}"]`;
    const fits = `policy "p" {\n${line}\n}\n`;
    expect(line).toHaveLength(100);
    expect(format(parse(fits, 'x').source)).toBe(fits);
    expect(format(parse(fits.replace('x"', 'xx"'), 'x').source)).toContain('[\n');
  });

  it('keeps comments where they are, whatever stands around them', () => {
    expect(formatted('// a\n\n// b\nrule x // c\n{ // d\n\n\n// e\n\ndeny "x" // f\n// g\n}// h')).toBe(
      '// a\n\n// b\nrule x // c\n  { // d\n\n  // e\n\n  deny "x" // f\n  // g\n} // h',
    );
    expect(formatted('const a = [1 // one\n, 2 // two\n, // three\n // four\n]')).toBe(
      'const a = [\n  1, // one\n  2, // two\n  // three\n  // four\n]',
    );
    expect(formatted('rule x {\n// nothing\n}')).toBe('rule x {\n  // nothing\n}');
  });

  it('ends lines in a line feed, and the file too', () => {
    expect(format(parse('\ufeffpolicy "p" {\r\n  // a \r\n  const a = 1\r\n}', 'x').source)).toBe(
      'policy "p" {\n  // a\n  const a = 1\n}\n',
    );
  });

  it('keeps tree and comments, and changes nothing when run again: the corpus', () => {
    for (const text of corpus) expect(holdLaws(text).diagnostics).toEqual([]);
  });

  it('keeps tree and comments, and changes nothing when run again: random sentences of the grammar with comments anywhere', () => {
    const chance = random(23);
    const deriver = new Deriver(wendGrammar(), chance);
    const long = process.env['MESH_TEST_LONG'] !== undefined;
    for (let run = 0; run < (long ? 20_000 : 400); run += 1)
      expect(holdLaws(spaced(deriver.sentence(150), chance)).diagnostics).toEqual([]);
  });
});
