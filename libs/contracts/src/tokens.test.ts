import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeKeyToken, isTenantPath, isWithin, lineage, tenantPath, Token, unescapeKeyToken } from './tokens.ts';

const token = fc.stringMatching(/^[a-z0-9_-]{1,63}$/);
const path = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'));

describe('tenant paths', () => {
  test.each(['acme', 'acme.web', 'a.b.c.d', 'x-1.y_2', '0', '-', 'a'.repeat(63)])('"%s" is one', (text) => {
    expect(isTenantPath(text)).toBe(true);
    expect(tenantPath(text)).toBe(text);
  });

  test.each(['', 'Alice', 'a.b.c.d.e', 'a..b', '.a', 'a.', 'a b', 'a.*', 'a.>', 'ä', 'a/b', 'a\n', 'a'.repeat(64)])(
    '"%s" is none',
    (text) => {
      expect(isTenantPath(text)).toBe(false);
      expect(() => tenantPath(text)).toThrow('must be 1 to 4 tokens');
    },
  );

  test('a token is never normalised: another case is another token, and not one of ours', () => {
    expect(Token.safeParse('openai').success).toBe(true);
    expect(Token.safeParse('OpenAI').success).toBe(false);
  });
});

describe('lineage', () => {
  test('nearest first, up to the organisation', () => {
    expect(lineage('a.b.c')).toEqual(['a.b.c', 'a.b', 'a']);
  });

  test('a path is within everything in its lineage, and within nothing else', () => {
    fc.assert(
      fc.property(path, path, (tenant, other) => {
        expect(lineage(tenant).every((ancestor) => isWithin(tenant, ancestor))).toBe(true);
        expect(isWithin(tenant, other)).toBe(lineage(tenant).includes(other));
      }),
    );
  });

  test('a name that begins alike is not above: "acmex" is not within "acme"', () => {
    expect(isWithin('acmex', 'acme')).toBe(false);
    expect(isWithin('acme.x', 'acme')).toBe(true);
    expect(isWithin('acme', 'acme.x')).toBe(false);
  });
});

describe('key tokens', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 });

  test.each([
    ['gpt-4o', 'gpt-4o'],
    ['llama3:8b', 'llama3=3A8b'],
    ['a/b.c=d', 'a=2Fb=2Ec=3Dd'],
    ['ü', '=C3=BC'],
    ['😀', '=F0=9F=98=80'],
  ])('"%s" is written "%s"', (plain, escaped) => {
    expect(escapeKeyToken(plain)).toBe(escaped);
  });

  test('what is written can be read back, so two texts never share a key', () => {
    fc.assert(
      fc.property(text, (plain) => {
        expect(unescapeKeyToken(escapeKeyToken(plain))).toBe(plain);
      }),
    );
  });

  test('what is written fits into one token of a key', () => {
    fc.assert(
      fc.property(text, (plain) => {
        expect(escapeKeyToken(plain)).toMatch(/^[-_=A-Za-z0-9]+$/);
      }),
    );
  });

  test('nothing and half a character are refused, for they would share a key with others', () => {
    expect(() => escapeKeyToken('')).toThrow('not empty');
    expect(() => escapeKeyToken('a\ud800')).toThrow('well-formed');
  });
});
