import { Parser } from '@asyncapi/parser';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { asyncapi } from './asyncapi.ts';
import { errorKinds } from '../errors.ts';
import { allSettings } from '../settings.ts';
import { generatedFiles } from './files.ts';

const repository = new URL('../../../../', import.meta.url);

test.each(Object.entries(generatedFiles))(
  '%s is as the contracts say (otherwise: npm run generate)',
  async (path, make) => {
    expect(await readFile(new URL(path, repository), 'utf8')).toBe(make());
  },
);

test('the AsyncAPI document has no errors and holds every channel', async () => {
  const { diagnostics, document } = await new Parser().parse(asyncapi());
  expect(
    diagnostics
      .filter(({ severity }) => Number(severity) === 0)
      .map(({ message, path }) => `${path.join('.')}: ${message}`),
  ).toEqual([]);
  const addresses = document
    ?.channels()
    .all()
    .map((channel) => channel.address());
  expect(addresses).toEqual(
    expect.arrayContaining([
      'router.v2.request.{verb}.{tenant}',
      'router.v2.stage.provider.{vendor}',
      'router.v2.provider.put.{tenant}',
      'router.v2.cancel.{tenant}',
      'router.v2.meter.{tenant}',
    ]),
  );
});

test('every error and every setting has its line', () => {
  const errors = generatedFiles['docs/errors.md']?.() ?? '';
  const settings = generatedFiles['docs/settings.md']?.() ?? '';
  for (const code of Object.keys(errorKinds)) expect(errors).toContain(`| \`${code}\` |`);
  for (const { name } of allSettings) expect(settings).toContain(`| \`${name}\` |`);
});

test('no generated text names a key, a password or a folder of whoever generated it', () => {
  for (const make of Object.values(generatedFiles)) expect(make()).not.toMatch(/sk-|\/home\/|\/root\//);
});
