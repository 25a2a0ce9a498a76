// The policies of docs/wend: each is linked, its tests pass, and the pages quote it word for word.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closures, format, generate, link, parse, render, runLimits, runTests } from '@router-mesh/wend';
import { describe, expect, test } from 'vitest';
import { openWorkspace } from './workspace.ts';

const docs = join(import.meta.dirname, '../../../../docs/wend');
const examples = join(docs, 'examples');
const catalogue = join(examples, 'catalogue.json');
const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
const files = readdirSync(examples).filter((name) => name.endsWith('.wend'));
const page = (name: string): string => readFileSync(join(docs, name), 'utf8');

describe.each([
  ['closures', closures],
  ['generated code', generate],
])('with %s', (_name, backEnd) => {
  test('the examples link without an error or a warning, and all of their tests pass', async () => {
    const { linked, diagnostics } = await openWorkspace([examples], { catalogue, backEnd, ...ofTuring });
    expect(diagnostics).toEqual([]);
    const results = linked.flatMap((one) => {
      if (one.policy === undefined) return [];
      return runTests(one.policy, { catalogue: one.catalogue }).results;
    });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThan(40);
  });
});

/** As turing.md says that they are to be run. */
const [, fuel, depth] = /router policy test \S+ --fuel (\d+) --depth (\d+)/.exec(page('turing.md')) ?? [];
const ofTuring = { fuel: Number(fuel), depth: Number(depth) };

test('what the Turing examples need is more than a decision may spend: each ends in policy_limit by the usual limits, and in no other way', async () => {
  const { linked } = await openWorkspace([join(examples, 'turing')], { catalogue, ...runLimits });
  for (const { policy, catalogue: models, source } of linked) {
    expect(policy, source.file).toBeDefined();
    if (policy === undefined) continue;
    const failed = runTests(policy, { catalogue: models }).results.filter(({ passed }) => !passed);
    for (const { failures } of failed) expect(failures.map(({ message }) => message).join()).toMatch(/more than/);
    expect(failed.length, source.file).toBeGreaterThan(0);
  }
});

test('the examples are written as router policy fmt writes them', () => {
  for (const file of [...files, 'turing/collatz.wend', 'turing/ackermann.wend', 'turing/brainfuck.wend']) {
    const text = readFileSync(join(examples, file), 'utf8');
    expect(format(parse(text, file).source), file).toBe(text);
  }
});

test('the pages quote the examples word for word, and each at least once', () => {
  const quoted = pages.flatMap((name) => [...page(name).matchAll(/^```wend (\S+)\n([\s\S]*?)^```$/gm)]);
  for (const [, file = '', text] of quoted) expect(text, file).toBe(readFileSync(join(examples, file), 'utf8'));
  expect(new Set(quoted.map(([, file]) => file))).toEqual(new Set(files));
});

test('the guide shows what is said about its wrong policy', () => {
  const [, text = '', said = ''] =
    /^```wend\n([\s\S]*?)^```$[\s\S]*?^```text\n([\s\S]*?)\n```$/m.exec(page('guide.md')) ?? [];
  const source = { file: 'main.wend', text };
  const { diagnostics } = link(source, { resolve: () => undefined, digest: () => '', backEnd: closures });
  expect(said).toBe(render(diagnostics, [source], { colour: false }));
});

test('every link of the pages leads somewhere', () => {
  for (const name of pages) {
    const targets = [...page(name).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    for (const target of targets) expect(() => readdirOrFile(join(docs, target)), `${name}: ${target}`).not.toThrow();
  }
});

function readdirOrFile(path: string): unknown {
  try {
    return readFileSync(path);
  } catch {
    return readdirSync(path);
  }
}
