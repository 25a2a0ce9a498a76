// One deployable as JavaScript that needs nothing but Node: what an image holds.
//
//   node deploy/build/bundle.ts <service> <folder>
//
// Writes main.mjs, what it loads only when it is asked for, healthcheck.mjs, their source maps, and the data files that this deployable ships.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { keepOwnSources } from './own-source-map.ts';

const tree = resolve(import.meta.dirname, '../..');

/** Where a bundle would lie in the tree: wherever it is written, the same code makes the same bytes and names. */
const builtIn = join(tree, 'bundle');

/** What is not `services/<name>/src/main.ts`. */
const elsewhere: Readonly<Record<string, string>> = {
  cli: 'libs/cli/src/main.ts',
  credentials: 'deploy/compose/credentials.ts',
  together: 'deploy/together/main.ts',
};

interface Data {
  readonly from: string;
  readonly to: string;
  readonly accepts: RegExp;
}

const providers: Data = { from: 'deploy/providers', to: 'providers', accepts: /\.json$/ };

/** Data files beside the bundle, by deployable. */
const data: Readonly<Record<string, Data>> = {
  provider: providers,
  together: providers,
  // Never passwords.conf: an image is no place for it.
  credentials: { from: 'deploy/nats', to: 'nats', accepts: /^(?!passwords\.).*\.conf$/ },
};

/** CommonJS packages inside an ES module still call `require` for the built-ins of Node. */
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Bundle a deployable into a folder, which is made if it is not there.
 * @throws Error naming the deployables when there is none of that name; what esbuild throws when the code does not bundle
 */
export async function bundle(name: string, folder: string): Promise<void> {
  const main = elsewhere[name] ?? `services/${name}/src/main.ts`;
  if (!/^[a-z-]+$/.test(name) || !existsSync(join(tree, main)))
    throw new Error(`no deployable "${name}": there are ${deployables().join(', ')}`);
  const { outputFiles } = await build({
    absWorkingDir: tree,
    entryPoints: { main, healthcheck: 'deploy/build/healthcheck.ts' },
    outdir: builtIn,
    write: false,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm', // top-level await needs it
    target: 'node26',
    banner: { js: banner },
    inject: ['deploy/build/mapped-stacks.ts'],
    // A process keeps the text of what it has loaded: so none that says nothing, and nothing that is not asked for. Names stay, for stacks and profiles,
    // and so do short lines, for Node shows the one that a fatal error came from.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    splitting: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents, text } of outputFiles) {
    // Named as in the tree.
    const named = (source: string): string => relative(tree, resolve(builtIn, source));
    writeFileSync(
      join(folder, relative(builtIn, path)),
      path.endsWith('.map') ? keepOwnSources(text, named) : contents,
    );
  }
  copyData(data[name], folder);
}

/** What `bundle` takes. */
export function deployables(): string[] {
  const services = readdirSync(join(tree, 'services')).filter((name) =>
    existsSync(join(tree, 'services', name, 'src/main.ts')),
  );
  return [
    ...services,
    ...Object.keys(elsewhere).filter((name) => existsSync(join(tree, elsewhere[name] ?? ''))),
  ].sort();
}

/** Written anew rather than copied: a checkout's file modes (umask 077, say) must not end up in an image. */
function copyData(wanted: Data | undefined, folder: string): void {
  if (wanted === undefined) return;
  const from = join(tree, wanted.from);
  mkdirSync(join(folder, wanted.to), { recursive: true });
  for (const file of readdirSync(from).filter((file) => wanted.accepts.test(file))) {
    writeFileSync(join(folder, wanted.to, file), readFileSync(join(from, file)));
  }
}

if (import.meta.main) {
  const [name, folder] = process.argv.slice(2);
  if (name === undefined || folder === undefined) {
    console.error('usage: node deploy/build/bundle.ts <service> <folder>');
    process.exit(2);
  }
  await bundle(name, folder);
}
