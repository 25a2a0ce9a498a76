// What the pages of docs/wend show of a terminal, run as it stands there; `…` stands for anything.
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Shell } from '../testing.ts';

const docs = join(import.meta.dirname, '../../../../docs/wend');
const pages = readdirSync(docs)
  .filter((name) => name.endsWith('.md'))
  .map((name) => [name, examplesOf(readFileSync(join(docs, name), 'utf8'))] as const);

test.each(pages.filter(([, examples]) => examples.length > 0))('the examples of %s', async (_name, examples) => {
  using shell = new Shell();
  mkdirSync(join(shell.folder, 'docs'));
  symlinkSync(docs, join(shell.folder, 'docs/wend'));
  for (const { command, output } of examples) {
    const { stdout, stderr } = await shell.router(command.split(' ').slice(1));
    expect(stdout + stderr, command).toMatch(pattern(output));
  }
});

function examplesOf(page: string): { readonly command: string; readonly output: string }[] {
  const blocks = [...page.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block = '']) => block);
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

function pattern(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`);
}
