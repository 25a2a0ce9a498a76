import { expect, test } from 'vitest';
import { isSuspended, nearestDocument } from './tenant.ts';

const documents = new Map(['acme', 'acme.web.chat', 'platform', 'other.web'].map((tenant) => [tenant, tenant]));

test.each([
  ['acme', 'acme'],
  ['acme.web', 'acme'],
  ['acme.web.chat', 'acme.web.chat'],
  ['acme.web.chat.eu', 'acme.web.chat'],
  ['acmesub', 'platform'],
  ['other', 'platform'],
  ['web.acme', 'platform'],
])('for %s the document of %s holds', (tenant, expected) => {
  expect(nearestDocument(documents, tenant)).toBe(expected);
});

test('there may be none', () => {
  expect(nearestDocument(new Map(), 'acme')).toBeUndefined();
});

test.each([
  ['acme', true],
  ['acme.web', true],
  ['acme.web.chat', true],
  ['other', false],
  ['acmesub', false],
])('a suspension reaches everything below: %s is suspended: %s', (tenant, expected) => {
  const written = new Map([
    ['acme', { suspended: true }],
    ['acme.web', { suspended: false }],
    ['other.web', { suspended: true }],
  ]);
  expect(isSuspended(written, tenant)).toBe(expected);
});
