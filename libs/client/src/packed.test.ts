// What users install: packed, installed where nothing of this workspace is, type-checked strictly and run.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startMesh } from '@router-mesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');
const minutes = 60_000;
let project: string;

/** Run a program; its output. */
async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd, timeout: 3 * minutes })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'router-mesh-packed-'));
  await run(process.execPath, [join(folder, 'scripts/build.ts')], folder);
  const packed = await run('npm', ['pack', join(folder, 'dist'), '--pack-destination', project], project);
  const tarball = `./${packed.trim().split('\n').at(-1)}`;
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const { devDependencies } = readJson(join(folder, '../../package.json'));
  const tools = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies?.[name]}`);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...tools], project);
  cpSync(join(folder, 'test/packed'), project, { recursive: true });
}, 5 * minutes);

afterAll(() => rmSync(project, { recursive: true, force: true }));

interface Manifest {
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const readJson = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const installed = (...path: string[]): string => join(project, 'node_modules', ...path);
const manifest = (name: string): Manifest => readJson(installed(name, 'package.json'));

describe('the packed client', () => {
  test('has what it needs in it, and nothing of the workspace', () => {
    const files = readdirSync(installed('@router-mesh/client')).sort();
    expect(files).toEqual(['LICENSE', 'README.md', 'index.d.ts', 'index.js', 'package.json']);
    expect(readdirSync(installed('@router-mesh'))).toEqual(['client']);
    for (const file of ['index.js', 'index.d.ts']) {
      const text = readFileSync(installed('@router-mesh/client', file), 'utf8');
      expect(text).not.toMatch(/^(import|export|}) .*["']@router-mesh/m);
    }
  });

  test('depends on exactly what it imports, at the versions that are tested here', () => {
    const code = readFileSync(installed('@router-mesh/client/index.js'), 'utf8');
    const imported = [...code.matchAll(/^(?:import|\} from|import .* from) ?"([^"]+)";$/gm)].map(
      ([, name = '']) => name,
    );
    const names = imported.map((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path); // `@scope/name` or `name`, without a file
    const packages = [...new Set(names)].filter((name) => !name.startsWith('node:'));
    const { dependencies = {} } = manifest('@router-mesh/client');
    expect(Object.keys(dependencies).sort()).toEqual(packages.sort());
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('asks for no older Node than its dependencies do', () => {
    const least = (range = '>=0'): number => Number(/\d+/.exec(range)?.[0]);
    const asked = least(manifest('@router-mesh/client').engines?.node);
    const names = ['@nats-io/nats-core', '@nats-io/nkeys', '@nats-io/nuid', '@nats-io/transport-node', 'ulid', 'zod'];
    expect(Math.max(...names.map((name) => least(manifest(name).engines?.node)))).toBe(asked);
  });

  test.each([
    ['with Node’s types', ['program.ts', 'types.ts'], { target: 'ES2022', lib: ['ES2022'], types: ['node'] }],
    ['without them', ['types.ts'], { target: 'ES2022', types: [] }],
  ])(
    'is type-checked %s: strict, with NodeNext, its own declarations included',
    async (_name, files, options) => {
      const strict = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
      };
      const compilerOptions = { ...strict, module: 'NodeNext', ...options };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      expect(await run(process.execPath, [installed('typescript/bin/tsc')], project)).toBe('');
    },
    3 * minutes,
  );

  test.each(nodes())('runs on %s', async (_version, node) => {
    await using mesh = await startMesh();
    expect(await run(node, ['program.js', mesh.nats.url], project)).toMatch(/^done by v/);
    expect(mesh.troubles()).toEqual([]);
  });
});

/** This Node, and the machine's own where it has another one. */
function nodes(): [string, string][] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  const other = folders.map((path) => join(path, 'node')).find((path) => existsSync(path));
  const all: [string, string][] = [['the Node of the workspace', process.execPath]];
  return other === undefined || dirname(other) === dirname(process.execPath)
    ? all
    : [...all, ["the machine's own Node", other]];
}
