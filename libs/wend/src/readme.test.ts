// The example of README.md, run as it stands there, and its table.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

test('the example prints what it says', () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const [, said] = /; \/\/ (.*)\n$/.exec(example) ?? [];
  const printed = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', example], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(printed).toBe(`${said}\n`);
});

test('the table has every folder', () => {
  const told = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, folder]) => folder);
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((one) => one.isDirectory());
  expect(told.sort()).toEqual(folders.map(({ name }) => name).sort());
});
