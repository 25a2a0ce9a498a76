import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeResults } from './results.ts';

test('results are JSON of five digits, with each row of numbers on a line of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'router-mesh-results-'));
  try {
    const file = join(folder, 'results.json');
    writeResults(file, { name: 'a [1,\n2]', mb: [1.23456789, -2e-9, 1234567], works: [{ at: [1] }, 2], none: [] });
    const text = readFileSync(file, 'utf8');
    expect(JSON.parse(text)).toEqual({
      name: 'a [1,\n2]',
      mb: [1.2346, -2e-9, 1234567],
      works: [{ at: [1] }, 2],
      none: [],
    });
    expect(text).toContain('  "mb": [ 1.2346, -2e-9, 1234567 ],\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
