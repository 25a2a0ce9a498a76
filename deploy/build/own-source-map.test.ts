import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { keepOwnSources } from './own-source-map.ts';

/** A bundle of our code and a package's, in turns, and its map. */
async function bundled(): Promise<{ code: string; map: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'own-source-map-'));
  try {
    mkdirSync(join(folder, 'node_modules/package'), { recursive: true });
    writeFileSync(
      join(folder, 'node_modules/package/index.js'),
      'export const its = (n) => n + 1;\nexport const more = (n) => its(its(n));\n',
    );
    writeFileSync(
      join(folder, 'first.ts'),
      "import { more } from 'package';\nexport const first = (n: number): number => more(n) * 2;\n",
    );
    writeFileSync(
      join(folder, 'main.ts'),
      "import { first } from './first.ts';\nimport { its } from 'package';\n\nconsole.log(\n  first(1), its(2));\n",
    );
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ['main.ts'],
      bundle: true,
      format: 'esm',
      write: false,
      outfile: join(folder, 'main.mjs'),
      sourcemap: 'external',
    });
    const [map, code] = [
      outputFiles.find(({ path }) => path.endsWith('.map')),
      outputFiles.find(({ path }) => path.endsWith('.mjs')),
    ];
    return { code: code?.text ?? '', map: map?.text ?? '' };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What every place of the code comes from: `first.ts:2:14`, or nothing. */
function originsOf(code: string, map: string): string[] {
  const read = new SourceMap(JSON.parse(map) as SourceMapPayload);
  return code.split('\n').flatMap((line, number) =>
    Array.from(line, (_, column) => {
      const entry = read.findEntry(number, column) as Partial<{
        originalSource: string;
        originalLine: number;
        originalColumn: number;
      }>;
      return entry.originalSource === undefined
        ? ''
        : `${entry.originalSource}:${entry.originalLine}:${entry.originalColumn}`;
    }),
  );
}

test('every place of our code is found where it was, and none of a package is found', async () => {
  const { code, map } = await bundled();
  const before = originsOf(code, map);
  const after = originsOf(
    code,
    keepOwnSources(map, (source) => source),
  );
  const fromPackage = before.filter((origin) => origin.includes('node_modules/'));
  expect(fromPackage.length).toBeGreaterThan(50);
  expect(before.filter((origin) => origin.startsWith('main.ts:')).length).toBeGreaterThan(20);
  expect(after).toEqual(before.map((origin) => (origin.includes('node_modules/') ? '' : origin)));
});

test('sources have the names that they are given, and those of packages are gone', async () => {
  const { map } = await bundled();
  const { sources } = JSON.parse(keepOwnSources(map, (source) => `src/${source}`)) as { sources: string[] };
  expect(sources).toEqual(['src/first.ts', 'src/main.ts']);
});
