import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Shell } from '../testing.ts';
import { readCatalogue } from './catalogue.ts';

const vendor = {
  vendor: 'a',
  format: 'openai',
  base_url: 'http://127.0.0.1:1/v1',
  region: 'eu-west',
  any_model: true,
  models: [
    { name: 'dear', price: { input: '2.00', output: '8.00' }, aliases: ['fast'], region: 'us-east' },
    { name: 'free of a price' },
    { name: 'cheap', price: { input: '0.10', output: '0.40' }, aliases: ['fast'], verbs: ['embed'] },
  ],
};

test.each([
  ['a document', vendor],
  ['a list of them', [vendor]],
  ['what router providers list --json prints', { providers: [{ ...vendor, of_tomorrow: 1 }] }],
])('a catalogue is read from %s', async (_what, content) => {
  using folder = new Shell();
  const catalogue = await readCatalogue(folder.write('c.json', JSON.stringify(content)));
  expect(catalogue.models.map(({ id }) => id)).toEqual(['a/cheap', 'a/dear', 'a/free of a price']);
});

test('prices are pico-USD a token, what a document does not say is null, and a model is stronger than its vendor', async () => {
  using folder = new Shell();
  const { byId, byAlias, open } = await readCatalogue(folder.write('c.json', JSON.stringify(vendor)));
  expect(byId.get('a/dear')).toMatchObject({
    price_in: 2_000_000,
    price_out: 8_000_000,
    region: 'us-east',
    verbs: ['chat'],
  });
  expect(byId.get('a/free of a price')).toMatchObject({
    price_in: null,
    price_out: null,
    region: 'eu-west',
    tools: null,
  });
  expect(byAlias.get('fast')?.map(({ id }) => id)).toEqual(['a/cheap', 'a/dear']);
  expect([...open]).toEqual(['a']);
});

test('what is no provider document is refused by its file', async () => {
  await expect(readCatalogue(join(import.meta.dirname, '../../package.json'))).rejects.toThrow(
    /holds no provider documents/,
  );
});
