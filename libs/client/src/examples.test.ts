// Every example in the guide, in the README and in docstrings is type-checked and run, and prints what the page says.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startMesh, type Mesh } from '@router-mesh/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commentsOf, examplesOf, programOf } from '../test/examples.ts';

const tree = join(import.meta.dirname, '../../..');
const sources = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
const read = (path: string): string => readFileSync(join(tree, path), 'utf8');

const guide = examplesOf('docs/guides/sdk.md', read('docs/guides/sdk.md'));
const readme = examplesOf('libs/client/README.md', read('libs/client/README.md'));
const docstrings = sources.flatMap((file) => examplesOf(file, commentsOf(read(`libs/client/src/${file}`))));
const examples = [...guide, ...readme, ...docstrings];
const connecting = guide[0]?.code ?? '';

let mesh: Mesh;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'router-mesh-examples-'));
  mesh = await startMesh();
  symlinkSync(join(tree, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(tree, 'tsconfig.base.json') }));
  for (const [index, example] of examples.entries()) {
    const program = programOf(example, connecting).replaceAll('nats://127.0.0.1:4222', mesh.nats.url);
    writeFileSync(join(folder, `${index}.ts`), program);
  }
});

afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const run = promisify(execFile);

test('there are examples, and those of the guide say what they print', () => {
  expect([guide.length, readme.length, docstrings.length].every((count) => count > 0)).toBe(true);
  const silent = guide.filter(({ prints }) => prints === undefined).map(({ code }) => code);
  expect(silent).toEqual([connecting]);
});

test('all are type-checked', async () => {
  const tsc = join(tree, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
}, 180_000);

test.each(examples.map(({ at, prints }, index) => [at, index, prints] as const))(
  '%s runs',
  async (_at, index, prints) => {
    const { stdout } = await run(process.execPath, [join(folder, `${index}.ts`)], { timeout: 30_000 });
    if (prints !== undefined) expect(stdout.trimEnd()).toBe(prints.trimEnd());
  },
);
