// The guides: what they show is run, and what they quote stands in the code.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startMesh, TestProcess } from '../index.ts';

const tree = join(import.meta.dirname, '../../../..');
const guide = (name: string): string => readFileSync(join(tree, 'docs/guides', name), 'utf8');

/** The fenced blocks of one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );
}

const has = (command: string): boolean => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

test.skipIf(!has('python3'))('the Python example prints what the guide says', async () => {
  const text = guide('python-and-nats-cli.md');
  const folder = mkdtempSync(join(tmpdir(), 'router-mesh-python-'));
  writeFileSync(join(folder, 'example.py'), blocks(text, 'python')[0] ?? '');
  execFileSync(
    'python3',
    [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--target',
      join(folder, 'lib'),
      'nats-py==2.16.0',
    ],
    { stdio: 'inherit' },
  );
  await using mesh = await startMesh();
  await using python = new TestProcess('python3', [join(folder, 'example.py')], {
    NATS_URL: mesh.nats.url,
    PYTHONPATH: join(folder, 'lib'),
  });
  expect(await python.exited, python.lines.join('\n')).toBe(0);
  expect(`${python.lines.join('\n')}\n`).toBe(blocks(text, 'text')[0]);
  rmSync(folder, { recursive: true });
});

test.skipIf(!has('nats'))('the examples for the NATS CLI are answered', async () => {
  await using mesh = await startMesh();
  for (const line of blocks(guide('python-and-nats-cli.md'), 'sh').map((block) => block.trim())) {
    const output = execFileSync('sh', ['-c', line], {
      env: { ...process.env, NATS_URL: mesh.nats.url },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(output, line).not.toContain('"error"');
  }
});

test('code that a guide quotes with its path stands there word for word', () => {
  const quoted = readdirSync(join(tree, 'docs/guides'))
    .flatMap((name) => blocks(guide(name), 'ts'))
    .flatMap((block) => {
      const path = /^\/\/ (\S+\/\S+\.ts)\n/.exec(block)?.[1];
      return path === undefined ? [] : [{ path, code: block.slice(block.indexOf('\n') + 1) }];
    });
  expect(quoted.length).toBeGreaterThan(4);
  for (const { path, code } of quoted) expect(readFileSync(join(tree, path), 'utf8'), path).toContain(code);
});

test('the guide to traces tells every variable that compose passes on', () => {
  const compose = readFileSync(join(tree, 'docker-compose.yml'), 'utf8');
  const passed = [...compose.matchAll(/^ +(OTEL_\w+):$/gm)].map(([, name]) => name);
  expect(passed).toContain('OTEL_EXPORTER_OTLP_ENDPOINT');
  expect(
    passed.filter(
      (name) => !guide('observe.md').includes(`| \`${name}\``) && !guide('observe.md').includes(`, \`${name}\``),
    ),
  ).toEqual([]);
});
