import type { ProviderDocument, TenantDocument, Verb } from '@router-mesh/contracts';
import { describe, expect, test } from 'vitest';
import { buildCatalogue } from './catalogue.ts';
import { deadlineOf, decide } from './decide.ts';

const document: ProviderDocument = {
  vendor: 'v',
  format: 'openai',
  base_url: 'http://127.0.0.1:1/v1',
  models: [{ name: 'm' }, { name: 'e', verbs: ['embed'] }],
};
const catalogue = buildCatalogue(new Map([['v', document]]));
const chat = { model: 'v/m', messages: [{ role: 'user', content: 'hi' }] };
const asked = (verb: Verb, body: Parameters<typeof decide>[0]['body']) =>
  decide({ verb, body, catalogue, isOpen: () => false, at: 1000 });

test('the plan says where the request may go, and what it is', () => {
  expect(asked('chat', chat)).toEqual({
    at: 1000,
    verb: 'chat',
    stream: false,
    policy: 'default',
    route: 'default',
    candidates: [{ vendor: 'v', model: 'm' }],
    attempts: [],
    needs: [],
  });
});

test('what the client asks of the router goes into the plan', () => {
  const router = { tags: { team: 'a' }, session: 's-1' };
  expect(asked('chat', { ...chat, router })).toMatchObject(router);
});

describe('what is known to be refused', () => {
  const offers = (vendor: string): [string, ProviderDocument] => [
    vendor,
    { ...document, vendor, models: [{ name: 'shared' }] },
  ];
  const many = buildCatalogue(new Map(['a', 'b', 'c', 'd'].map(offers)));
  const order = (model: string, ...open: string[]): string[] =>
    decide({
      verb: 'chat',
      body: { ...chat, model },
      catalogue: many,
      isOpen: ({ vendor }) => open.includes(vendor),
      at: 1000,
    }).candidates.map(({ vendor }) => vendor);

  test.each(['shared', 'auto'])('is tried last, all else in its order: %s', (model) => {
    expect(order(model)).toEqual(['a', 'b', 'c', 'd']);
    expect(order(model, 'c', 'a')).toEqual(['b', 'd', 'a', 'c']);
    expect(order(model, 'a', 'b', 'c', 'd')).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is tried all the same where it was named', () => {
    expect(order('a/shared', 'a')).toEqual(['a']);
  });
});

test.each<[boolean | null | undefined, boolean]>([
  [true, true],
  [false, false],
  [null, false],
  [undefined, false],
])('stream: %s is a stream: %s', (stream, expected) => {
  expect(asked('chat', { ...chat, stream }).stream).toBe(expected);
});

test('embeddings are never streamed', () => {
  expect(asked('embed', { model: 'v/e', input: 'a', stream: true })).toMatchObject({ verb: 'embed', stream: false });
});

test('decide tells the very plan that chat would have', () => {
  const body = { ...chat, stream: true, router: { tags: { team: 'a' } } };
  expect(asked('decide', body)).toEqual(asked('chat', body));
});

test.each<[string, number | undefined, TenantDocument, number]>([
  ['as asked', 100, {}, 100],
  ['the longest of the mesh, when nothing is asked', undefined, {}, 300],
  ['never more than the longest of the mesh', 900, {}, 300],
  ['never more than the longest of the tenant', 250, { max_timeout_ms: 200 }, 200],
  ['the longest of the tenant, when nothing is asked', undefined, { max_timeout_ms: 200 }, 200],
  ['never more than the mesh, whatever the tenant has', undefined, { max_timeout_ms: 900 }, 300],
])('a request has time: %s', (_what, askedMs, tenant, expected) => {
  expect(deadlineOf(1000, askedMs, 300, tenant)).toBe(1000 + expected);
});
