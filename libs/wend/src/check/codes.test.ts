import { expect, test } from 'vitest';
import type { CodePage } from '../diagnostics/code-page.ts';
import { codes } from '../diagnostics/codes.ts';
import { checkText } from './check.testing.ts';

const pages: readonly (readonly [string, CodePage])[] = Object.entries(codes);
const isChecked = (code: string): boolean => /^(E1|E2|W3|E40|E41)/.test(code);

test.each(pages.filter(([code]) => isChecked(code)))('the example of %s gets it', (code, { example, beside }) => {
  const { diagnostics } = checkText(example, beside);
  expect(diagnostics.map((one) => one.code)).toContain(code);
  // What is wrong with an example is what it is for; warnings of unused names aside.
  const others = diagnostics.filter((one) => one.code !== code && one.code !== 'W306');
  expect(others).toEqual([]);
});
