// What the README shows is what there is.
import {
  ErrorBody,
  health,
  LimitsReport,
  policy,
  policySettings,
  policyStop,
  rpcSubject,
  stopSubject,
  TenantDocument,
  TenantLimits,
} from '@router-mesh/contracts';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyService } from './service.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const guide = readFileSync(new URL('../../../docs/guides/limits.md', import.meta.url), 'utf8');

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
  const rpcs = Object.values(policy)
    .filter((contract) => contract.kind === 'rpc')
    .map((contract) => rpcSubject(contract, '<tenant…>'));
  expect(firstColumn('Subjects')).toEqual([
    'router.v2.request.<verb>.<tenant…>',
    stopSubject(policyStop, '<verb>'),
    health.subject.replace('*', '<vendor>'),
    ...rpcs,
  ]);
});

test("the README tells of exactly the fields of a tenant's document", () => {
  expect(firstColumn('How it works')).toEqual(expect.arrayContaining(Object.keys(TenantDocument.shape)));
});

test('the guide to limits shows a document with every field, and answers that are of their form', () => {
  const [document, report, error] = [...guide.matchAll(/^```json(?: tenant)?\n([\s\S]*?)^```/gm)].map(
    ([, block = '']): unknown => JSON.parse(block),
  );
  const parsed = TenantDocument.parse(document);
  expect(Object.keys(parsed).sort()).toEqual(Object.keys(TenantDocument.shape).sort());
  expect(Object.keys(parsed.limits ?? {}).sort()).toEqual(Object.keys(TenantLimits.shape).sort());
  expect(LimitsReport.parse(report)).toEqual(report);
  expect(Object.keys(LimitsReport.shape)).toEqual(Object.keys(report as object));
  expect(ErrorBody.parse(error)).toEqual(error);
  const told = [...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, field]) => field);
  expect(told).toEqual(Object.keys(TenantLimits.shape));
});

test('the guide to policies shows a publication that is of its form, and requests that the NATS CLI could send', () => {
  const policies = readFileSync(new URL('../../../docs/guides/policies.md', import.meta.url), 'utf8');
  const [, shown = ''] = /^```json publish\n([\s\S]*?)^```/m.exec(policies) ?? [];
  expect(policy.publish.request.safeParse(JSON.parse(shown)).error).toBeUndefined();
  const lines = [...policies.matchAll(/^nats req router\.v2\.policy\.(\w+)\.acme '(.*)'$/gm)];
  expect(lines).toHaveLength(4);
  for (const [, verb = '', body = ''] of lines) {
    const contract = Object.values(policy).find((one) => one.kind === 'rpc' && one.verb === verb);
    expect(contract?.kind === 'rpc' && contract.request.safeParse(JSON.parse(body)).error).toBeUndefined();
  }
});
