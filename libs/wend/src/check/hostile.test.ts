import { expect, test } from 'vitest';
import { checkText, inFunction, inRule, said } from './check.testing.ts';

/** Everything here stands in 256 KiB, as a source must; a check that is linear in it takes well below this. */
const longestMs = 5000;

function timed(text: string): readonly string[] {
  expect(text.length).toBeLessThanOrEqual(256 * 1024);
  const start = performance.now();
  const found = said(text);
  expect(performance.now() - start).toBeLessThan(longestMs);
  return found;
}

const fill = (one: (index: number) => string, size = 250_000): string => {
  let text = '';
  for (let index = 0; text.length < size; index++) text += one(index);
  return text;
};

test('the deepest tree that can be parsed is checked', () => {
  const sum = Array.from({ length: 180 }, () => '1').join(' + ');
  expect(said(inRule(`tag x = ${sum}`))).toEqual([]);
  expect(said(inRule(`tag x = ${'['.repeat(180)}1${']'.repeat(180)}`))).toEqual([]);
  expect(said(inRule(`tag x = ${'not '.repeat(180)}true`))).toEqual([]);
  expect(said(inRule(`${'if request.stream { '.repeat(90)}tag x = 1${' }'.repeat(90)}`))).toEqual([]);
  expect(said(inRule(`tag x = ${'map([1], a => '.repeat(1)}1)`))).toEqual([]);
  const and = Array.from({ length: 180 }, (_, index) => `request.tokens_in > ${index}`).join(' and ');
  expect(said(`policy "p" { rule r when ${and} { tag x = 1 } }`)).toEqual([]);
});

test('records of records grow until they are too large for a type', () => {
  const lets = Array.from({ length: 20 }, (_, index) => `let a${index + 1} = { x: a${index}, y: a${index} }`).join(' ');
  const found = timed(inRule(`let a0 = { x: 1 } ${lets} tag x = a20`));
  expect(found.join()).toContain('E128');
  const lists = Array.from({ length: 20 }, (_, index) => `let a${index + 1} = [a${index}, a${index}]`).join(' ');
  expect(timed(inRule(`let a0 = [1] ${lists} tag x = a20`))).toEqual([]);
});

test.each<[string, string]>([
  ['unknown names', inRule(fill((index) => `tag x = unknown${index} `))],
  [
    'unknown functions beside many known ones',
    `policy "p" { ${fill((index) => `fn f${index}() -> Int { return g${index}() } `)} }`,
  ],
  ['consts', `policy "p" { const c0 = 1 ${fill((index) => `const c${index + 1} = c${index} `)} }`],
  ['consts that wait for each other', `policy "p" { ${fill((index) => `const c${index} = c${index + 1} `)} }`],
  ['types of types', `policy "p" { type T0 = Int ${fill((index) => `type T${index + 1} = [T${index}] `)} }`],
  [
    'functions in a chain',
    `policy "p" { ${fill((index) => `fn f${index}() -> Int { return f${index + 1}() } `, 110_000)} ${fill((index) => `const c${index} = f0() `, 110_000)} }`,
  ],
  ['locals', inFunction(`${fill((index) => `let a${index} = ${index} `)} return 1`)],
  ['vars that are narrowed', inFunction(`${fill((index) => `if m == null { return ${index} } `)} return 1`)],
  [
    'an enum of many values',
    `policy "p" { type T = ${fill((index) => `"${index}" | `, 6_000)} "" const a: [T] = [${fill(() => '"x", ', 120_000)}] }`,
  ],
  ['a long list', inRule(`tag x = [${fill((index) => `${index}, `)}]`)],
  ['a long list of records', inRule(`tag x = [${fill((index) => `{ a: ${index} }, `)}]`)],
  ['many keys', inRule(`tag x = { ${fill((index) => `k${index}: 1, `)} }`)],
  ['many rules', `policy "p" { ${fill((index) => `rule r${index} when request.stream { tag x = 1 } `)} }`],
  [
    'many paths in a guard',
    `policy "p" { rule r when (${fill((index) => `(request.tokens_in > ${index} and request.max_tokens != null) or `, 240_000)} true) {} }`,
  ],
  ['many comparisons', inRule(fill((index) => `tag x = request.tokens_in > ${index} and request.tokens_in < 5 `))],
  ['many candidates', `policy "p" { route default { candidates [${fill((index) => `@a/b${index}, `)}] } }`],
  ['many fallbacks', `policy "p" { route default { candidates @a/b ${fill(() => 'fallback @a/b ')} } }`],
  ['regexes that repeat', inRule(fill(() => `tag x = request.model matches re"((a{1000}){1000}){1000}" `, 20_000))],
  ['many imports', `${fill((index) => `import "a${index}" `)} policy "p" {}`],
])('checked in time: %s', (_name, text) => {
  timed(text);
});

test.each(['__proto__', 'constructor', 'toJSON', 'toString', 'hasOwnProperty'])('%s is a name like others', (name) => {
  const text = `policy "p" { const ${name} = 1 type T = { ${name}: Int } fn f(x: T) -> Int { return x.${name} + ${name} }
    rule ${name} { tag ${name} = f({ ${name}: 2 }) tag y = { "${name}": 1 } } route ${name} { candidates @a/b } }`;
  const { unit, diagnostics } = checkText(text);
  expect(diagnostics).toEqual([]);
  expect(unit?.constants).toContain(name);
  expect(said(inRule(`tag x = ${name}`))[0]).toMatch(/^E105/);
  expect(said(inRule(`tag x = ${name}()`))[0]).toMatch(/^E107/);
  expect(said(inRule(`limit ${name} = 1`))[0]).toMatch(/^E205/);
  expect(said(`policy "p" { const x: ${name} = 1 }`).join()).toContain('E122');
  expect(said(`policy "p" { breaker * { ${name}: 1, calls: 1, failures: 1, open: 1s } }`)[0]).toMatch(/^E219/);
  expect(
    said(`policy "p" { test "t" { given ${name} = 1 sample "${name}" } }`).map((line) => line.slice(0, 4)),
  ).toEqual(['E222', 'E222']);
});

test('a large source on a large source is checked in time', () => {
  const above = `policy "base" { ${fill((index) => `open fn f${index}() -> Int { return ${index} } `)} }`;
  const text = `policy "p" extends "base" { ${fill((index) => `open fn f${index}() -> Int { return ${index} } `)} }`;
  const start = performance.now();
  expect(said(text, [above])).toEqual([]);
  expect(performance.now() - start).toBeLessThan(longestMs);
});
