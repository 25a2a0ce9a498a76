// The package files alone, cut down to what a bundle needs: what `npm ci` of an image's build stage sees.
//
//   node deploy/build/packages.ts <folder>
//
// A layer that is made from these is made again when a dependency changes, and not when code does.
import { mkdirSync, readFileSync, writeFileSync, globSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const tree = resolve(import.meta.dirname, '../..');

interface RootPackage {
  readonly workspaces: readonly string[];
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Copy package-lock.json and every package.json of the workspace into a folder.
 *
 * Of the root's development tools only esbuild stays, and no Node for each platform: the image has one. That is some fifty packages instead of 820.
 * The lock goes along whole; `npm ci` passes over what nothing asks for.
 */
export function copyPackages(folder: string): void {
  const { optionalDependencies: _, ...root } = JSON.parse(
    readFileSync(join(tree, 'package.json'), 'utf8'),
  ) as RootPackage;
  const { esbuild } = root.devDependencies;
  if (esbuild === undefined) throw new Error('package.json has no esbuild among its devDependencies');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...root, devDependencies: { esbuild } }));
  const packages = globSync(
    root.workspaces.map((pattern) => `${pattern}/package.json`),
    { cwd: tree },
  );
  for (const file of ['package-lock.json', ...packages]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), readFileSync(join(tree, file)));
  }
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('usage: node deploy/build/packages.ts <folder>');
    process.exit(2);
  }
  copyPackages(folder);
}
