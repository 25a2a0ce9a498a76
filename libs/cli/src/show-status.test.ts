import type { Totals } from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { readInstance } from './instances.ts';
import { showStatus } from './show-status.ts';

const server = { url: '127.0.0.1:4222', version: '2.15.1' };

/** An instance as discovery tells of it. */
function instance(name: string, totals: Totals) {
  const data = { instance: name, stops: ['policy'], timings: {}, totals, missing: [], snapshots: {}, notes: [] };
  const read = readInstance({
    name: 'policy',
    id: 'x',
    version: '1.0.0',
    started: '2026-11-22T00:00:00Z',
    endpoints: [{ data }],
  });
  if (read === undefined) throw new Error('an instance that is not of its form');
  return read;
}

const older: Totals = { missing: 0, refused_addresses: 0, refused_publishes: 0, unsent: 0 };

test('what was handed back and refused over the cap stands under troubles, summed over instances', () => {
  const shown = showStatus(
    server,
    [instance('a', { ...older, handed_back: 5, refused: 3 }), instance('b', { ...older, handed_back: 2, refused: 0 })],
    Date.parse('2026-11-22T00:00:05Z'),
  );
  expect(shown).toContain('requests handed back by a stop over its cap: 7');
  expect(shown).toContain('requests refused over the cap: 3');
});

test('an instance from before they were counted is shown all the same', () => {
  expect(showStatus(server, [instance('a', older)], 0)).toMatch(/troubles +none/);
});
