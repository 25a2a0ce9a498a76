// Builds what users install: `dist/` is a package of its own, ready for `npm pack`, that knows nothing of this workspace.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';
import { bundle } from './bundle.ts';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const folder = join(import.meta.dirname, '..');
const libs = join(folder, '..');
const dist = join(folder, 'dist');
const entry = join(folder, 'src/index.ts');

rmSync(dist, { recursive: true, force: true });
const imported = await bundle(entry, join(dist, 'index.js'));
writeFileSync(join(dist, 'index.d.ts'), rollUpTypes());
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(describe(imported), null, 2)}\n`);
copyFileSync(join(folder, 'README.md'), join(dist, 'README.md'));
copyFileSync(join(libs, '../LICENSE'), join(dist, 'LICENSE'));

function rollUpTypes(): string {
  const output = { noBanner: true, exportReferencedTypes: false };
  const options = { preferredConfigPath: join(folder, 'tsconfig.types.json') };
  const [types] = generateDtsBundle([{ filePath: entry, output }], options);
  // `await using` needs it, and what a user's own `lib` says may be older.
  return `/// <reference lib="esnext.disposable" />\n${types}`;
}

/** The package.json of what users install: the dependencies are what is imported, at the versions that we test with. */
function describe(imports: readonly string[]): object {
  const [contracts, wire, client] = ['contracts', 'wire', 'client'].map(readPackage);
  const pinned = { ...contracts?.dependencies, ...wire?.dependencies, ...client?.dependencies };
  const dependencies = [...new Set(imports.filter((path) => !isBuiltin(path)).map(packageOf))].sort();
  return {
    name: client?.name,
    version: client?.version,
    description: client?.description,
    license: client?.license,
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22' }, // as @nats-io/nuid asks for
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    dependencies: Object.fromEntries(dependencies.map((name) => [name, versionOf(name, pinned)])),
  };
}

/** `@scope/name` or `name`, whatever file of it is imported. */
function packageOf(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}

function versionOf(dependency: string, pinned: Readonly<Record<string, string>>): string {
  const version = pinned[dependency];
  if (version !== undefined) return version;
  throw new Error(`"${dependency}" is imported and stands in no package.json of contracts, wire or client`);
}

function readPackage(lib: string): Package {
  return JSON.parse(readFileSync(join(libs, lib, 'package.json'), 'utf8')) as Package;
}
