import { isRequestId } from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { newUlid, randomToken } from './random.ts';

/** More than many lots hold. */
const many = 5000;

test('no token and no ULID is given twice, however many are drawn in between', () => {
  const tokens = new Set<string>();
  const ulids = new Set<string>();
  for (let n = 0; n < many; n += 1) {
    tokens.add(randomToken());
    ulids.add(newUlid());
  }
  expect(tokens.size).toBe(many);
  expect(ulids.size).toBe(many);
});

test('a token is 128 bits as hex, a ULID is one of its standard, and of now', () => {
  expect(randomToken()).toMatch(/^[0-9a-f]{32}$/);
  const before = Date.now();
  const id = newUlid();
  expect(isRequestId(id)).toBe(true);
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const time = [...id.slice(0, 10)].reduce((sum, digit) => sum * 32 + digits.indexOf(digit), 0);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});

test('all bits of tokens and all digits of ULIDs vary', () => {
  const tokens = Array.from({ length: 200 }, () => randomToken());
  const ulids = Array.from({ length: 200 }, () => newUlid().slice(10));
  for (const texts of [tokens, ulids])
    for (let at = 0; at < 16; at += 1) expect(new Set(texts.map((text) => text[at])).size).toBeGreaterThan(8);
});
