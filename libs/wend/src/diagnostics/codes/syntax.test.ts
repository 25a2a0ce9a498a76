import { describe, expect, it } from 'vitest';
import { parse } from '../../syntax/parse.ts';
import { syntaxCodes } from './syntax.ts';

describe('the pages of E0xx', () => {
  it.each(Object.entries(syntaxCodes))('%s has an example that gets it, and only it', (code, { example }) => {
    expect(parse(example, 'example.wend').diagnostics.map((one) => one.code)).toEqual([code]);
  });
});
