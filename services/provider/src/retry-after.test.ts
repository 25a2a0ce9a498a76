import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { readRetryAfter } from './retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each<[IncomingHttpHeaders, number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': ' 0.25 ' }, 250],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after-ms': '150', 'retry-after': '1' }, 150],
  [{ 'retry-after-ms': '0.5' }, 1],
  [{ 'retry-after-ms': 'soon', 'retry-after': '1' }, 1000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT', date: 'Thu, 01 Jan 2026 00:00:05 GMT' }, 2000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT', date: 'noon' }, 7000],
  [{ 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, 0],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': 'tomorrow' }, undefined],
  [{ 'retry-after': '1e9' }, undefined],
  [{ 'retry-after': '999999999999' }, 86_400_000],
])('%j is %s ms', (headers, expected) => {
  expect(readRetryAfter(headers, now)).toBe(expected);
});
