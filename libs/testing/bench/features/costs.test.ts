import { expect, test } from 'vitest';
import type { Sample } from '../rounds.ts';
import { cases } from './cases.ts';
import { costsOf, formatCosts } from './costs.ts';

const sample = (policy: number, provider: number, errors = 0): Sample => {
  const latency = { count: 1000, p50: 1, p99: 1, p999: 1, max: 1 };
  const cpuMs = { policy, provider, 'demo model': 999 };
  return { count: 1000, errors, faults: [], seconds: 1, times: { latency }, cpuMs };
};

test('a feature costs what a request of the same round takes more, by process; rounds that were slow for both do no harm', () => {
  const samples = new Map([
    ['nothing', [sample(40, 100), sample(80, 200), sample(41, 101)]],
    ['policy', [sample(50, 100), sample(90, 201), sample(51, 300)]],
  ]);
  const costs = costsOf([['policy', 'nothing']], samples);
  expect(costs).toEqual([
    {
      feature: 'policy',
      to: 'nothing',
      withoutUs: 142,
      withUs: 291,
      addedUs: 11,
      addedByProcess: { policy: 10, provider: 1 },
      errors: false,
    },
  ]);
  expect(formatCosts(costs).split('\n')[2]?.split(/ {2,}/)).toEqual([
    'policy',
    'nothing',
    '142 µs',
    '291 µs',
    '+11 µs',
    '+10 µs',
    '+1 µs',
  ]);
});

test('a feature in a mesh of its own is held against what was measured beside it', () => {
  const samples = new Map([
    ['nothing', [sample(1, 1)]],
    ['nothing beside traces', [sample(40, 100)]],
    ['traces', [sample(70, 130, 2)]],
  ]);
  const [cost] = costsOf(
    [
      ['traces', 'nothing'],
      ['not measured', 'nothing'],
    ],
    samples,
  );
  expect(cost).toMatchObject({ addedUs: 60, errors: true });
  expect(formatCosts(cost === undefined ? [] : [cost])).toContain(' errors ');
});

test('every feature is held against a case of the mesh in which nothing is on', () => {
  for (const { to } of Object.values(cases)) if (to !== undefined) expect(cases[to].environment).toBeUndefined();
});
