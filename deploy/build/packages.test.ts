import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { copyPackages } from './packages.ts';

const tree = resolve(import.meta.dirname, '../..');

test('the package files are those of the tree, but for the development tools of the root', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packages-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  copyPackages(folder);
  const read = (root: string, file: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, unknown>;
  for (const file of ['package-lock.json', 'libs/kernel/package.json', 'services/provider/package.json']) {
    expect(read(folder, file)).toEqual(read(tree, file));
  }
  const root = read(folder, 'package.json');
  const { optionalDependencies: _, ...kept } = read(tree, 'package.json');
  expect(root).toEqual({ ...kept, devDependencies: { esbuild: expect.stringMatching(/^\d/) as string } });
});
