// What may import what: the folders of this library in their order, and nothing that a browser lacks.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const src = import.meta.dirname;

/** Each imports those before it. The checker stands behind `run/`, for the library's table has the signatures that it checks calls by. */
const order = ['data', 'diagnostics', 'syntax', 'types', 'ir', 'run', 'check', 'link', 'decide', 'tools', 'reference'];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !/\.test(ing)?\.ts$|\/testing\//.test(file),
);

/** By file, what it imports: files as they lie in `src`, packages by their names. */
const imports = files.map((file) => {
  const text = readFileSync(join(src, file), 'utf8');
  const found = [...text.matchAll(/ from '([^']+)';$/gm)].map(([, path = '']) =>
    path.startsWith('.') ? relative(src, resolve(src, dirname(file), path)) : path,
  );
  return { file, found };
});

const folderOf = (file: string) => order.indexOf(file.split('/')[0] ?? '');

test('imports go one way through the folders', () => {
  expect(imports.length).toBeGreaterThan(150);
  const against = imports.flatMap(({ file, found }) =>
    found
      .filter((other) => folderOf(file) >= 0 && folderOf(other) > folderOf(file))
      .map((other) => `${file} <- ${other}`),
  );
  expect(against).toEqual([]);
});

test('all that it exports can be bundled for a browser, with one package beside it', async () => {
  const { metafile, warnings, outputFiles } = await build({
    entryPoints: [join(src, 'index.ts')],
    absWorkingDir: src,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
  });
  expect(warnings).toEqual([]);
  const others = Object.keys(metafile.inputs).filter((file) => file.startsWith('..'));
  expect([...new Set(others.map((file) => /node_modules\/([^/]+)/.exec(file)?.[1]))]).toEqual(['re2js']);
  // What Node alone has, by a name that no bundler misses.
  expect(/\b(?:process|Buffer)\.|\brequire\(/.exec(outputFiles[0]?.text ?? '')?.[0]).toBeUndefined();
});
