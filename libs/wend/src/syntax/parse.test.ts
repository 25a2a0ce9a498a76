import { describe, expect, it } from 'vitest';
import { sourceLimits } from '../limits.ts';
import { corpus } from './corpus.testing.ts';
import { holdLaws, treeOf } from './laws.testing.ts';
import { parse } from './parse.ts';
import type { Expression, TypeNode } from './tree.ts';

describe('an expression', () => {
  it.each([
    ['a or b and not c == d', '(or a (and b (not (== c d))))'],
    ['a + b * c - d', '(- (+ a (* b c)) d)'],
    ['a div b mod c / d', '(/ (mod (div a b) c) d)'],
    ['-a.b * -c', '(* (- (. a b)) (- c))'],
    ['a ?? b ?? c', '(?? (?? a b) c)'],
    ['a ?? -b == c', '(== (?? a (- b)) c)'],
    ['a not in b', '(not in a b)'],
    ['not a in b', '(not (in a b))'],
    ['not not a matches b', '(not (not (matches a b)))'],
    ['a + b >= c and d < e', '(and (>= (+ a b) c) (< d e))'],
    ['if a then b else if c then d else e + 1', '(if a b (if c d (+ e 1)))'],
    [
      'f(x => x.in, [1, 2,])?.for[0](y => z => y)',
      '(call ([] (?. (call f (=> x (. x in)) [1 2]) for) 0) (=> y (=> z y)))',
    ],
    ['{ if: 1, "a b": (2), }', '{if:1 "a b":(2)}'],
    ['f"a{b}c{f"{d + 1}"}\\{{"}"}"', '(f "a" b "c" (f (+ d 1)) "{" "}")'],
    ['@a/b-1.5', '@a/b-1.5'],
    ['when', 'when'],
  ])('%s is %s', (text, tree) => {
    expect(written(expression(text))).toBe(tree);
  });

  it.each([
    ['1_000', 1000],
    ['8k', 8000],
    ['2M', 2_000_000],
    ['9007199254740991', 9_007_199_254_740_991],
    ['0.5', 0.5],
    ['2.0e-3', 0.002],
    ['5%', 0.05],
    ['0.29%', 0.0029],
    ['80ms', 80],
    ['3s', 3000],
    ['5min', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['$0.01', 10_000_000_000],
    ['$1_000.000000000001', 1_000_000_000_000_001],
    ['$9007.199254740993', 9_007_199_254_740_993], // the nearest double
    ['"\\n\\t\\r\\"\\\\\\u{1f600}é"', '\n\t\r"\\😀é'],
    ['re"a\\"\\d{2}"', 'a\\"\\d{2}'],
    ['@"ollama/llama3:70b"', 'ollama/llama3:70b'],
  ])('%s stands for %s', (text, value) => {
    expect(expression(text)).toMatchObject({ value });
  });
});

describe('a type', () => {
  it.each([
    ['Int', 'Int'],
    ['Map<[Int?]>?', '(? (Map (list (? Int))))'],
    ['"a" | "b"?', '(? (enum a b))'],
    ['{ in: Tier, b: {}, }', '{in:Tier b:{}}'],
  ])('%s is %s', (text, tree) => {
    const { source, diagnostics } = parse(`policy "p" { type t = ${text} }`, 'x');
    expect(diagnostics).toEqual([]);
    const [declaration] = source.body?.declarations ?? [];
    expect(declaration?.kind === 'type' && writtenType(declaration.type)).toBe(tree);
  });

  it('may end in a ">" that is written as one with the "=" behind it', () => {
    const { source, diagnostics } = holdLaws('policy "p" { param a: Map<Map<Int>>= 1 }');
    expect(diagnostics).toEqual([]);
    expect(source.tokens.map(({ text }) => text)).toContain('=');
  });
});

describe('every node', () => {
  it('begins with its first token and ends with its last', () => {
    for (const source of corpus) visit(parse(source, 'x').source.body, source);

    function visit(node: unknown, source: string): void {
      if (typeof node !== 'object' || node === null) return;
      const isText = 'value' in node && !('kind' in node); // a string, or what stands in an f-string
      if ('start' in node && 'end' in node && Number(node.end) > Number(node.start) && !isText) {
        const words = source.slice(Number(node.start), Number(node.end));
        if (words !== words.trim() || words.startsWith('//')) expect.fail(`"${words}" begins or ends in nothing`);
        if ('kind' in node && typeof node.kind === 'string') holdText(node.kind, words, node);
      }
      Object.values(node).forEach((child) => visit(child, source));
    }

    function holdText(kind: string, words: string, node: object): void {
      const keyword = /^(fn|rule|param|route|const|let|var|deny|split|use|tag|test|given|expect|if|for|while|set)$/;
      if (keyword.test(kind))
        expect(words).toMatch(new RegExp(`^(open |final )?(${kind === 'let' ? 'let|var' : kind})\\b`));
      if (kind === 'identifier' && 'name' in node) expect(words).toBe(node.name);
      if (kind === 'block' || kind === 'record') expect(words).toMatch(/^\{[^]*\}$/);
      if (kind === 'list') expect(words).toMatch(/^\[[^]*\]$/);
      if (kind === 'parentheses') expect(words).toMatch(/^\([^]*\)$/);
      if (kind === 'call') expect(words).toMatch(/\)$/);
      if (kind === 'binary' && 'operator' in node) expect(words).toContain(String(node.operator));
    }
  });
});

describe('an error', () => {
  it.each([
    ['rule a when x = 3 {}', 'E001', '=', 'expected "{", found "="', 'two values are compared by "=="'],
    [
      'rule a { x = 3 }',
      'E001',
      'x',
      'expected a statement, found "x"',
      'a new name is given by "let", a variable is changed by "set"',
    ],
    [
      'rule a { only true }',
      'E001',
      'true',
      'expected a condition on a model, found "true"',
      'write it as m => m.region == "eu"',
    ],
    [
      'const a = b ? 1 : 2',
      'E001',
      '?',
      'expected a declaration, found "?"',
      'a choice is written as "if a then b else c"',
    ],
    ['rule a { return deny "x" }', 'E001', '"x"', 'expected a statement, found "x"', undefined],
    ['rule a when b && c {}', 'E002', '&&', '"&&" means nothing here', 'write "and"'],
    ['rule a when !b {}', 'E002', '!', '"!" means nothing here', 'write "not"'],
    [
      'const a = 5 %',
      'E002',
      '%',
      '"%" means nothing here',
      'a percent is written without a space, as 5%; the remainder of a division is "mod"',
    ],
    ['const größe = 1', 'E002', 'öße', '"öße" means nothing here', 'names are of ASCII letters, digits and "_"'],
    ["const a = 'x'", 'E002', "'x'", '"\'x\'" means nothing here', 'a string stands in double quotes'],
    [
      'const a = f"b{c + 1',
      'E003',
      'f"b{c + 1',
      'this f-string does not end on its line',
      'close the "{" and the string; long values go into a "let" before it',
    ],
    [
      'const a = "\\u{d800}"',
      'E004',
      '\\u{d800}',
      '"\\u{d800}" is no character',
      'a code point is at most 10ffff, and none of d800 to dfff',
    ],
    [
      'const a = "\ud800"',
      'E005',
      '\ud800',
      'half of a character, U+D800',
      'the source is no valid Unicode; save it as UTF-8',
    ],
    [
      'const a = 1 // \u202e',
      'E005',
      '\u202e',
      'the invisible character U+202E',
      'leave it out, or write "\\u{202e}" in a string',
    ],
    ['const a = 8K', 'E006', '8K', '"8K" is no number', 'thousands are written 8k'],
    [
      'const a = 1e5',
      'E006',
      '1e5',
      '"1e5" is no number',
      'a number is written as 8k, 2M, 1_000, 0.5, 2.0e-3, 5%, 80ms, 3s, 5min, 2h or 1d',
    ],
    [
      'const a = 9007199255M',
      'E007',
      '9007199255M',
      '"9007199255M" is too large',
      'an Int is at most 9007199254740991',
    ],
    [
      'const a = $0.0000000000001',
      'E007',
      '$0.0000000000001',
      '"$0.0000000000001" is finer than a pico-dollar',
      'write at most 12 digits behind the point',
    ],
    [
      'const a = @OpenAI/GPT-4',
      'E008',
      '@OpenAI/GPT-4',
      '"@OpenAI/GPT-4" is no model reference',
      'write it in quotes: @"OpenAI/GPT-4"',
    ],
    ['const Int = 1', 'E009', 'Int', '"Int" is the name of a type, and cannot be a name', 'choose another name'],
    [
      'const a = b ?? c + d',
      'E011',
      '+',
      '"??" and "+" stand side by side',
      'put one of them in parentheses, as (a ?? b) + c',
    ],
    [
      'const a = b * c ?? d',
      'E011',
      '??',
      '"*" and "??" stand side by side',
      'put one of them in parentheses, as (a ?? b) + c',
    ],
    [
      'const a = b < c < d',
      'E011',
      '<',
      'comparisons do not chain',
      'join two comparisons by "and", or put one in parentheses',
    ],
    ['const a = b == not c', 'E011', 'not', '"not" within an operation', 'put it in parentheses: (not …)'],
    ['const a = 1 + if b then 2 else 3', 'E011', 'if', '"if" within an operation', 'put it in parentheses: (if …)'],
  ])('in `%s` is %s at `%s`: %s', (text, code, at, message, help) => {
    const [first, ...others] = parse(`policy "p" { ${text} \n}`, 'x').diagnostics;
    expect(others).toEqual([]);
    expect(first).toMatchObject({ code, severity: 'error', message, file: 'x' });
    expect(first?.help).toBe(help);
    const { start = 0, end = 0 } = first?.span ?? {};
    expect(`policy "p" { ${text} \n}`.slice(start, end)).toBe(at);
  });

  it('at a sign before a character of another script does not swallow it', () => {
    const [first] = holdLaws('policy "p" { const a = 1 /\u073e }').diagnostics;
    expect(first).toMatchObject({ code: 'E002', span: { start: 26, end: 27 } });
  });

  it('does not hide the next one: reading goes on at the next statement, declaration or brace', () => {
    const text = `policy "p" {
      param a =
      rule b when { deny 1 tag x = [1 2] limit y = }
      fn f(a Int) -> Int { return a + }
      type t = [Int
      route r { split { @a/b } fallback @a/b on timeuot }
      route s when (a { candidates ) }
      test "t" { give x = 1 expect }
      nonsense
      breaker { calls: 1 }
      const last = 1
    } }`;
    const { source, diagnostics } = holdLaws(text);
    const lines = diagnostics.map(({ span }) => text.slice(0, span.start).split('\n').length);
    expect([...new Set(lines)]).toEqual([3, 4, 6, 7, 8, 9, 12]);
    const names = source.body?.declarations.map((one) =>
      one.kind === 'rule' || one.kind === 'const' ? one.name.text : one.kind,
    );
    expect(names).toEqual(['param', 'b', 'fn', 'type', 'route', 'route', 'test', 'last']);
  });

  it('leaves the declarations around it as they are', () => {
    const broken = treeOf(parse('policy "p" { const a = 1 rule b { deny } const c = 2 }', 'x').source);
    const whole = treeOf(parse('policy "p" { const a = 1 rule b { deny "" } const c = 2 }', 'x').source);
    expect(broken).toEqual(whole);
  });

  it('is one of a hundred at most', () => {
    expect(parse('policy "p" { ' + '~ § '.repeat(10_000), 'x').diagnostics).toHaveLength(100);
  });
});

describe('a hostile source', () => {
  const opened = 'policy "p" { const a = ';
  it.each([
    ['120 KiB of parentheses', opened + '('.repeat(120 * 1024)],
    ['120 KiB of brackets', opened + '['.repeat(120 * 1024)],
    ['120 KiB of braces', `${opened}${'{a:'.repeat(40 * 1024)}`],
    ['a sum of 60 Ki terms', opened + '1' + '+1'.repeat(60 * 1024)],
    ['a chain of fields', opened + 'a' + '.b'.repeat(60 * 1024)],
    ['a chain of calls', opened + 'a' + '()'.repeat(60 * 1024)],
    ['a chain of ??', opened + 'a' + '??a'.repeat(40 * 1024)],
    ['a chain of not', opened + 'not '.repeat(30 * 1024) + 'a'],
    ['functions of functions', opened + 'a=>'.repeat(40 * 1024)],
    ['conditions in conditions', opened + 'if a then b else '.repeat(7 * 1024)],
    ['strings in strings', opened + 'f"{'.repeat(40 * 1024)],
    ['types in types', 'policy "p" { type a = ' + '['.repeat(120 * 1024)],
    ['maps of maps', 'policy "p" { type a = ' + 'Map<'.repeat(30 * 1024)],
    ['blocks in blocks', 'policy "p" { rule a { ' + 'if a { '.repeat(16 * 1024)],
    ['else upon else', 'policy "p" { rule a { if a {} ' + 'else if a {} '.repeat(8 * 1024)],
    ['experiments in experiments', 'policy "p" { rule a { ' + 'experiment e by a { b: { '.repeat(4 * 1024)],
    ['comparisons with not', opened + 'a' + '== not a'.repeat(12 * 1024)],
  ])('of %s ends in a diagnostic with a position', (_, text) => {
    const { diagnostics } = holdLaws(text);
    expect(diagnostics.length).toBeGreaterThan(0);
  });

  it.each([
    ['a sum', (size: number) => `1${'+1'.repeat(size - 1)}`, 198],
    ['parentheses', (size: number) => `${'('.repeat(size)}1${')'.repeat(size)}`, 197],
    ['lists', (size: number) => `${'['.repeat(size)}${']'.repeat(size)}`, 198],
  ])('may go as deep as %s of 200 levels, and no deeper', (_, build, most) => {
    expect(holdLaws(`${opened}${build(most)} }`).diagnostics).toEqual([]);
    expect(holdLaws(`${opened}${build(most + 1)} }`).diagnostics).toMatchObject([{ code: 'E010' }]);
  });

  it('may have 256 KiB of UTF-8, and not a byte more', () => {
    const head = 'policy "p" {} //';
    const most = `${head}${'é'.repeat((sourceLimits.bytes - head.length) / 2)}`;
    expect(holdLaws(most).diagnostics).toEqual([]);
    expect(holdLaws(`${most}x`).diagnostics).toMatchObject([{ code: 'E012', span: { start: most.length } }]);
    expect(holdLaws('😀'.repeat(sourceLimits.bytes)).diagnostics).toMatchObject([{ code: 'E012' }]);
  });
});

function expression(text: string): Expression {
  const { source, diagnostics } = holdLaws(`policy "p" { const a = ${text} }`);
  expect(diagnostics).toEqual([]);
  const [declaration] = source.body?.declarations ?? [];
  if (declaration?.kind !== 'const') throw new Error('no constant');
  return declaration.value;
}

/** The tree in one line. */
function written(node: Expression): string {
  switch (node.kind) {
    case 'binary':
      return `(${node.operator} ${written(node.left)} ${written(node.right)})`;
    case 'unary':
      return `(${node.operator} ${written(node.of)})`;
    case 'conditional':
      return `(if ${written(node.condition)} ${written(node.then)} ${written(node.otherwise)})`;
    case 'lambda':
      return `(=> ${node.parameter.text} ${written(node.body)})`;
    case 'member':
      return `(${node.optional ? '?.' : '.'} ${written(node.of)} ${node.name.text})`;
    case 'index':
      return `([] ${written(node.of)} ${written(node.at)})`;
    case 'call':
      return `(call ${[node.callee, ...node.arguments].map(written).join(' ')})`;
    case 'list':
      return `[${node.items.map(written).join(' ')}]`;
    case 'record': {
      const entries = node.entries.map(
        ({ key, value }) => `${key.quoted ? `"${key.text}"` : key.text}:${written(value)}`,
      );
      return `{${entries.join(' ')}}`;
    }
    case 'parentheses':
      return `(${written(node.of)})`;
    case 'format':
      return `(f ${node.parts.map((part) => ('kind' in part ? written(part) : JSON.stringify(part.value))).join(' ')})`;
    case 'string':
      return JSON.stringify(node.value);
    case 'model':
      return `@${node.value}`;
    case 'identifier':
      return node.name;
    default:
      return 'value' in node ? String(node.value) : node.kind;
  }
}

function writtenType(node: TypeNode): string {
  switch (node.kind) {
    case 'named':
      return node.name;
    case 'optional':
      return `(? ${writtenType(node.of)})`;
    case 'list-type':
      return `(list ${writtenType(node.of)})`;
    case 'map-type':
      return `(Map ${writtenType(node.of)})`;
    case 'enum':
      return `(enum ${node.values.map(({ value }) => value).join(' ')})`;
    case 'record-type':
      return `{${node.fields.map(({ name, type }) => `${name.text}:${writtenType(type)}`).join(' ')}}`;
    case 'missing-type':
      return 'missing';
  }
}
