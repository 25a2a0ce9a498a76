import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { TestProcess } from '../src/index.ts';
import type { MeshResults } from './mesh/main.ts';
import { readOptions } from './options.ts';
import { formatValue } from './table.ts';

test('the bench measures what it is told to, in both loops, and prints its tables without errors', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'router-mesh-bench-'));
  const out = join(folder, 'results.json');
  const only = '^(direct|bare|ours|ours framed|bare framed) 1$|^ours streams 16$|^decide open$';
  const args = ['--only', only, '--rounds', '1', '--seconds', '0.2', '--out', out];
  const bench = new TestProcess(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    NATS_SERVER: process.env['NATS_SERVER'] ?? '',
  });
  try {
    expect(await bench.exited, bench.lines.join('\n')).toBe(0);
    const shown = bench.lines.join('\n');
    expect(shown).toMatch(/^unary, 1 in flight: added p50 .* bare mesh .* ≤ 1\.30 × /m);
    expect(shown).toMatch(/^unary in frames, 1 in flight: p50 .* bare mesh /m);
    expect(shown).toMatch(/^decide, 32 in flight .*\/s .*\/s {2}bare responder .* ≥ 0\.70 × /m);
    expect(shown).toMatch(/^decide, offered half: p50 .* bare responder /m);
    expect(shown).toMatch(/^ours streams 16 .* provider \d+, policy \d+, nats-server \d+$/m);
    expect(shown).toMatch(/^errors: 0$/m);
    const { rows, works, errors } = JSON.parse(readFileSync(out, 'utf8')) as MeshResults;
    expect(errors).toEqual([]);
    expect(rows.find(({ work }) => work === 'decide, 32 in flight')?.ours).toBeGreaterThan(0);
    // Half of what the slower one carried was offered to both.
    const named = (name: string) => works.find((work) => work.name === name);
    const slower = Math.min(...['decide 32', 'responder 32'].map((name) => named(name)?.ratePerSecond ?? 0));
    const [ours, bare] = [named('decide open'), named('responder open')];
    expect(ours?.open?.ratePerSecond).toBeCloseTo(slower / 2, -1);
    expect(bare?.open).toMatchObject({
      ratePerSecond: ours?.open?.ratePerSecond,
      sent: ours?.open?.sent,
      unanswered: 0,
    });
    expect(ours?.times?.latency.count).toBe(ours?.open?.sent);
    expect(shown).toMatch(new RegExp(`^ours: decide .* ${formatValue(ours?.open?.late, '')} +0$`, 'm'));
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

test.each([
  [
    'features',
    ['--only', '^(policy|limit of requests a minute)$', '--rounds', '1', '--seconds', '0.1'],
    /^policy +nothing .* µs/m,
  ],
  ['memory', ['--minutes', '0.04', '--seconds', '0.2'], /^provider +\d+ MB .* MB\/min$/m],
])('the bench of %s runs and prints its table without errors', async (suite, args, table) => {
  const folder = mkdtempSync(join(tmpdir(), 'router-mesh-bench-'));
  const main = [join(import.meta.dirname, 'main.ts'), suite, ...args, '--out', join(folder, 'results.json')];
  const bench = new TestProcess(process.execPath, main, { NATS_SERVER: process.env['NATS_SERVER'] ?? '' });
  try {
    expect(await bench.exited, bench.lines.join('\n')).toBe(0);
    const shown = bench.lines.join('\n');
    expect(shown).toMatch(table);
    expect(shown).toMatch(/^errors: 0$/m);
  } finally {
    await bench.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('help says which suites and options there are', async () => {
  const bench = new TestProcess(process.execPath, [join(import.meta.dirname, 'main.ts'), '--help'], {});
  expect(await bench.exited).toBe(0);
  const shown = bench.lines.join('\n');
  for (const word of [
    'features',
    'memory',
    'wend',
    'profile',
    'report',
    '--quick',
    '--minutes',
    '--rounds',
    '--seconds',
    '--only',
    '--json',
    '--out',
  ])
    expect(shown).toContain(word);
});

test('an option that there is not, and one without sense, are refused by name', () => {
  expect(readOptions([])).toMatchObject({ suite: 'mesh', rounds: 7, seconds: 1.5, json: false });
  expect(readOptions(['--quick', '--seconds', '1'])).toMatchObject({ rounds: 3, seconds: 1 });
  expect(readOptions(['wend'])).toMatchObject({ suite: 'wend', out: expect.stringMatching(/results-wend\.json$/) });
  expect(readOptions(['memory', '--minutes', '2'])).toMatchObject({ suite: 'memory', minutes: 2 });
  expect(readOptions(['profile', 'decide 32'])).toMatchObject({ suite: 'profile', named: 'decide 32', seconds: 10 });
  expect(() => readOptions(['--fast'])).toThrow('--fast');
  expect(() => readOptions(['wand'])).toThrow('there is no suite "wand"');
  expect(() => readOptions(['wend', 'ours 32'])).toThrow('"ours 32" is too much after the suite "wend"');
  expect(() => readOptions(['--rounds', '0'])).toThrow('--rounds "0" must be a number above 0');
});

test('what is committed is of full runs: neither a quick one nor one of a few works is written over it', () => {
  const ends = (args: readonly string[]): string => basename(readOptions(args).out);
  expect(ends([])).toBe('results.json');
  expect(ends(['--quick'])).toBe('results-quick.json');
  expect(ends(['--only', 'ours'])).toBe('results-quick.json');
  expect(ends(['features'])).toBe('results-features.json');
  expect(ends(['features', '--quick'])).toBe('results-features-quick.json');
  expect(ends(['--quick', '--out', 'mine.json'])).toBe('mine.json');
});
