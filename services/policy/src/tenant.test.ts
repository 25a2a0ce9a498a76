import type { TenantDocument } from '@router-mesh/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitsOn } from './limited.ts';
import { isSuspended, nearestDocument, standingOf } from './tenant.ts';

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

test('where a tenant stands is what its documents say, asked once or again, and of other documents something else', () => {
  const tenant = fc.constantFrom('acme', 'acme.web', 'acme.web.chat', 'other', 'platform');
  const document: fc.Arbitrary<TenantDocument> = fc.record(
    {
      suspended: fc.boolean(),
      tier: fc.constantFrom('free', 'pro'),
      limits: fc.record({ rpm: fc.integer({ min: 1 }) }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(tenant, document)), tenant, (written, asked) => {
      const documents = new Map(written);
      const expected = {
        document: nearestDocument(documents, asked) ?? {},
        suspended: isSuspended(documents, asked),
        limits: limitsOn(documents, asked),
      };
      expect(standingOf(documents, asked)).toEqual(expected);
      expect(standingOf(documents, asked)).toEqual(expected);
      expect(standingOf(new Map([['acme', { suspended: true }]]), asked).suspended).toBe(asked.startsWith('acme'));
    }),
  );
});
