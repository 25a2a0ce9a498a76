import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestProcess } from '../src/index.ts';
import { readOptions } from './options.ts';

test('the bench runs everything once and prints its table without errors', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'router-mesh-bench-'));
  const out = join(folder, 'results.json');
  const args = ['--quick', '--rounds', '1', '--seconds', '0.3', '--out', out];
  const bench = new TestProcess(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    NATS_SERVER: process.env['NATS_SERVER'] ?? '',
  });
  try {
    expect(await bench.exited, bench.lines.join('\n')).toBe(0);
    const shown = bench.lines.join('\n');
    expect(shown).toMatch(/^unary, 1 in flight: added p50 .* bare mesh .* ≤ 1\.30 × /m);
    expect(shown).toMatch(/^unary, 32 in flight .*\/s .*\/s {2}bare mesh .* ≥ 0\.70 × /m);
    expect(shown).toMatch(/^errors: 0$/m);
    const { rows, errors } = JSON.parse(readFileSync(out, 'utf8')) as {
      rows: { work: string; ours: number }[];
      errors: unknown[];
    };
    expect(errors).toEqual([]);
    expect(rows.find(({ work }) => work === 'unary, 32 in flight')?.ours).toBeGreaterThan(0);
  } finally {
    await bench.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the bench of Wend asks everybody the same and tells how fast they answer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'router-mesh-bench-'));
  const out = join(folder, 'results.json');
  const only = '^(wend|JavaScript by hand|10 rules, no guard true.*)$';
  const args = ['wend', '--only', only, '--rounds', '1', '--seconds', '0.5', '--out', out];
  const bench = new TestProcess(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {});
  try {
    expect(await bench.exited, bench.lines.join('\n')).toBe(0);
    const shown = bench.lines.join('\n');
    expect(shown).toMatch(/^representative policy .* ns .* JavaScript by hand .* ≤ 5\.00 × /m);
    expect(shown).toMatch(/^10 rules, no guard true .* its guards alone /m);
    expect(shown).toMatch(/^errors: 0$/m);
    const { rows } = JSON.parse(readFileSync(out, 'utf8')) as { rows: { unit: string; ours: number }[] };
    expect(rows.map(({ unit }) => unit)).toEqual(['ns', 'ns', 'ns']);
    expect(Math.min(...rows.map(({ ours }) => ours))).toBeGreaterThan(0);
  } finally {
    await bench.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('help says which suites and options there are', async () => {
  const bench = new TestProcess(process.execPath, [join(import.meta.dirname, 'main.ts'), '--help'], {});
  expect(await bench.exited).toBe(0);
  const shown = bench.lines.join('\n');
  for (const word of ['wend', '--quick', '--rounds', '--seconds', '--only', '--json', '--out'])
    expect(shown).toContain(word);
});

test('an option that there is not, and one without sense, are refused by name', () => {
  expect(readOptions([])).toMatchObject({ rounds: 7, seconds: 2, json: false });
  expect(readOptions(['--quick', '--seconds', '1'])).toMatchObject({ rounds: 3, seconds: 1 });
  expect(readOptions([])).toMatchObject({ suite: 'mesh', out: expect.stringMatching(/results\.json$/) });
  expect(readOptions(['wend'])).toMatchObject({ suite: 'wend', out: expect.stringMatching(/results-wend\.json$/) });
  expect(() => readOptions(['--fast'])).toThrow('--fast');
  expect(() => readOptions(['wand'])).toThrow('there is no suite "wand"');
  expect(() => readOptions(['--rounds', '0'])).toThrow('--rounds "0" must be a number above 0');
});
