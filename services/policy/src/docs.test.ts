// What the README shows is what there is.
import { policy, policySettings, rpcSubject, TenantDocument } from '@router-mesh/contracts';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyService } from './service.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The first column of a section's tables, without its ticks. */
function firstColumn(section: string): string[] {
  const part = readme.split(/^## /m).find((one) => one.startsWith(`${section}\n`)) ?? '';
  return [...part.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

test('the README tells of exactly the settings that there are, with their defaults', () => {
  const rows = [...readme.matchAll(/^\| `(ROUTER_\w+)` \| `(\S+)` \|/gm)].map(([, name, fallback]) => [name, fallback]);
  expect(rows).toEqual(Object.values(policySettings).map(({ name, fallback }) => [name, fallback]));
});

test('the README tells of exactly the buckets and streams that it owns or watches', () => {
  const stores = [...policyService.owns, ...Object.values(policyService.watches)].map(({ name }) => name);
  expect(new Set(firstColumn('Buckets and streams'))).toEqual(new Set(stores));
});

test('the README tells of exactly the subjects that it serves', () => {
  const rpcs = [policy.list, policy.get].map((contract) => rpcSubject(contract, '<tenant…>'));
  expect(firstColumn('Subjects')).toEqual(['router.v2.request.<verb>.<tenant…>', ...rpcs]);
});

test("the README tells of exactly the fields of a tenant's document", () => {
  expect(firstColumn('How it works')).toEqual(expect.arrayContaining(Object.keys(TenantDocument.shape)));
});
