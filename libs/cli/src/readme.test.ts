// The examples of README.md, run in the order in which they stand there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoDocument, startMesh, type Mesh } from '@router-mesh/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Shell } from './testing.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

let mesh: Mesh;
let shell: Shell;

beforeAll(async () => {
  mesh = await startMesh({ documents: (url) => [demoDocument(url)] });
  shell = new Shell(mesh.nats.url);
});

afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  shell[Symbol.dispose]();
});

// `router up` is tried in deploy/local/up.test.ts.
test.each(examples().filter(({ command }) => command !== 'router up'))('$ $command', async ({ command, output }) => {
  const { stdout, stderr } = await run(command);
  expect(mask(stdout + stderr)).toMatch(pattern(output));
});

interface Example {
  readonly command: string;
  readonly output: string;
}

/** What stands behind a `$` in a console block, and what follows up to the next. */
function examples(): Example[] {
  const blocks = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const [command = '', ...lines] = example.split('\n');
        return { command, output: lines.join('\n') };
      }),
  );
}

/** Run a line as a shell would: with `echo … |` before it, or `> file` behind it. */
async function run(line: string): Promise<{ stdout: string; stderr: string }> {
  const [, input = '', command = '', file] = /^(?:echo ["'](.*)["'] \| )?router (.*?)(?: > (\S+))?$/.exec(line) ?? [];
  // Matches a quoted text, or a run of anything but blanks.
  const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const { stdout, stderr } = await shell.router(args, { input: `${input}\n` });
  if (file === undefined) return { stdout, stderr };
  shell.write(file, stdout);
  return { stdout: '', stderr };
}

/** An output as a pattern: what differs from run to run is left open, `…` stands for anything, and columns may be wider. */
function pattern(output: string): RegExp {
  const parts = mask(output)
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function mask(text: string): string {
  return text
    .replace(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, 'ULID')
    .replace(/\b[0-9a-f]{10}\b/g, 'ID')
    .replace(/127\.0\.0\.1:\d+/g, 'HOST')
    .replace(/\d+\.\d+\.\d+(-[\w.]+)?/g, 'VERSION')
    .replace(/\d+\.\d+/g, 'NUMBER')
    .replace(/\b\d+ s\b/g, 'AGE')
    .replace(/ +/g, ' ');
}
