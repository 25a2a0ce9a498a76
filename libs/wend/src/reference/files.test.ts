import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { codes } from '../diagnostics/codes.ts';
import { library } from '../run/library/index.ts';
import { inputSchema } from '../types/input-schema.ts';
import { effects } from './effects-section.ts';
import { generatedFiles } from './files.ts';
import { fields, meanings } from './input-section.ts';
import { signature } from './library-section.ts';

const repository = new URL('../../../../', import.meta.url);
const reference = generatedFiles['docs/wend/reference.md']?.() ?? '';

test.each(Object.entries(generatedFiles))(
  '%s is as the code says (otherwise: npm run generate)',
  async (path, make) => {
    expect(await readFile(new URL(path, repository), 'utf8')).toBe(make());
  },
);

test('every diagnostic has its section', () => {
  const page = generatedFiles['docs/wend/errors.md']?.() ?? '';
  for (const code of Object.keys(codes)) expect(page).toContain(`\n### ${code}\n`);
});

test('every function of the library has its row', () => {
  for (const one of library.values()) expect(reference).toContain(`| \`${signature(one).replaceAll('|', '\\|')}\` |`);
});

test('every field of the input has its meaning, and no other', () => {
  const paths = Object.entries(inputSchema).flatMap(([root, type]) => fields(root, type).map(([path]) => path));
  expect(Object.keys(meanings).sort()).toEqual(paths.sort());
});

test('every effect of the grammar has its row', async () => {
  const grammar = await readFile(new URL('../syntax/grammar.ebnf', import.meta.url), 'utf8');
  const [, named = ''] = /^effect\s*=([^;]*);/m.exec(grammar) ?? [];
  const kinds = named.split('|').map((name) => name.trim());
  expect(Object.keys(effects).sort()).toEqual(
    kinds.flatMap((kind) => (kind === 'filter' ? ['only', 'exclude'] : kind)).sort(),
  );
});
