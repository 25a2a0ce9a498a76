import { expect, test } from 'vitest';
import { positionAt } from '../diagnostics/position.ts';
import { linkTexts } from './link.testing.ts';

/** Codes and lines. */
const found = (text: string) =>
  linkTexts([text]).diagnostics.map(({ code, span }) => `${code} ${positionAt(text, span.start).line}`);

test('of a line that could not be read only that is said', () => {
  expect(found('policy "p" {\n  rule a { limit timeout = 5m }\n  route default { candidates @a/b }\n}')).toEqual([
    'E006 2',
  ]);
});

test('what is wrong on other lines is said in the same go', () => {
  const rules = '  rule a { limit timeout = 5m }\n  rule b when tenant.teir == "free" { tag x = 1 }\n';
  expect(found(`policy "p" {\n${rules}  route default { candidates @a/b }\n}`)).toEqual(['E006 2', 'E106 3']);
});

test('what seems to be missing may stand where it could not be read', () => {
  const fn = '  fn f(x: Int) -> Int {\n    if x > 1 { return 1 }\n    elif x > 0 { return 2 }\n  }\n';
  expect(
    found(`policy "p" {\n${fn}  rute default { candidates @a/b }\n  route a when request.tools { candidates @a/b }\n}`),
  ).toEqual(['E001 4', 'E001 6']);
});

test('warnings wait until all can be read', () => {
  const unused = '  fn f() -> Int { return 1 }\n';
  const route = '  route default { candidates @a/b }\n';
  expect(found(`policy "p" {\n${unused}${route}}`)).toEqual(['W306 2']);
  expect(found(`policy "p" {\n${unused}  rule a when !request.tools { deny "x" }\n${route}}`)).toEqual(['E002 3']);
});
