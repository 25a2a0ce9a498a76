import { expect, test } from 'vitest';
import type { Sample, Samples } from '../rounds.ts';
import { errorsOf, joined, workResults } from '../work-results.ts';
import { memoryRows, rowsOf } from './rows.ts';
import type { WorkName } from './works.ts';

test('a ratio is the median of the ratios of each round, so a round that was slow for both sides does no harm', () => {
  const samples: Samples<WorkName> = new Map([
    ['bare 32', [sample({ count: 1000 }), sample({ count: 100 }), sample({ count: 900 })]],
    ['ours 32', [sample({ count: 800 }), sample({ count: 80 }), sample({ count: 90 })]],
  ]);
  expect(rowsOf(samples)[0]).toMatchObject({
    work: 'unary, 32 in flight',
    ours: 90,
    yardstick: 900,
    result: 0.8,
    met: true,
  });
});

test('what a mesh adds is counted from the model called directly in the same round', () => {
  const samples: Samples<WorkName> = new Map([
    ['direct 1', [sample({ p50: 0.25 })]],
    ['bare 1', [sample({ p50: 0.75 })]],
    ['ours 1', [sample({ p50: 1.25 })]],
  ]);
  const [added] = rowsOf(samples);
  expect(added).toMatchObject({
    work: 'unary, 1 in flight: added p50',
    ours: 1,
    yardstick: 0.5,
    result: 2,
    met: false,
  });
});

test("the CPU time of the demo model and of the load generator is nobody's cost", () => {
  const cpuMs = { policy: 100, 'nats-server': 50, 'demo model': 1000, 'load generator': 1000 };
  const samples: Samples<WorkName> = new Map([
    ['bare 32', [sample({ count: 1000, cpuMs: { 'first stop': 100, 'load generator': 5 } })]],
    ['ours 32', [sample({ count: 1000, cpuMs })]],
  ]);
  expect(rowsOf(samples)[1]).toMatchObject({
    work: 'unary, 32 in flight: CPU a request',
    ours: 150,
    yardstick: 100,
    result: 1.5,
    met: false,
  });
});

test('what the system does not tell is absent, and judged by nobody', () => {
  const samples: Samples<WorkName> = new Map([
    ['bare 32', [sample({})]],
    ['ours 32', [sample({})]],
  ]);
  const cpu = rowsOf(samples)[1];
  expect(cpu).not.toHaveProperty('ours');
  expect(cpu).not.toHaveProperty('met');
  expect(memoryRows({ ours: { policy: undefined, 'nats-server': 20 }, bare: {} })).toMatchObject([
    { work: 'idle memory: policy' },
  ]);
});

test('a work with errors meets no target, and without answers it has no numbers', () => {
  const samples: Samples<WorkName> = new Map([
    ['direct 1', [sample({ p50: 0.25 })]],
    ['bare 1', [sample({ p50: 0.75 })]],
    ['ours 1', [sample({ p50: 0, count: 0, errors: 9 })]],
    ['bare 32', [sample({})]],
    ['ours 32', [sample({ errors: 1 })]],
  ]);
  const [added, , , throughput] = rowsOf(samples);
  expect(added).toMatchObject({ work: 'unary, 1 in flight: added p50', yardstick: 0.5, met: false });
  expect(added).not.toHaveProperty('ours');
  expect(throughput).toMatchObject({ work: 'unary, 32 in flight', result: 1, met: false });
});

test('rows are of what was measured', () => {
  expect(rowsOf(new Map([['ours 32', [sample({})]]]))).toEqual([]);
});

test('a row of times has the tail of all rounds together, and of how many times that is', () => {
  const spread = (p999: number, count: number) => ({ count, p50: 1, p99: 2, p999, max: 99 });
  const samples: Samples<WorkName> = new Map([
    ['bare open', [sample({}), sample({ pooled: { latency: spread(4, 900) } })]],
    ['ours open', [sample({}), sample({ pooled: { latency: spread(6, 1000) } })]],
  ]);
  expect(rowsOf(samples)).toMatchObject([
    { work: 'unary, offered half: p50', tail: { ours: 6, yardstick: 4, samples: 900 } },
  ]);
});

test('of each work its middle numbers are kept, what was counted in all rounds, and its processes', () => {
  const open = { ratePerSecond: 50, sent: 40, late: 1, unanswered: 2 };
  const samples: Samples = new Map([
    ['a', [3, 1, 2].map((p50) => sample({ p50, count: p50 * 100, cpuMs: { policy: 100 }, open }))],
    ['b', [sample({ count: 0, cpuMs: { policy: 0 } })]],
  ]);
  const [one, other] = workResults({ warmUp: new Map(), samples });
  expect(one).toMatchObject({
    name: 'a',
    count: 600,
    ratePerSecond: 200,
    p50Ms: 2,
    cpuUs: { policy: 500 },
    open: { ratePerSecond: 50, sent: 120, late: 3, unanswered: 6 },
    rounds: { p50Ms: [3, 1, 2] },
  });
  expect(other).not.toHaveProperty('p50Ms');
  expect(other?.cpuUs).toEqual({});
});

test('errors of all rounds and of the warm-up are told by work, with what they said', () => {
  const samples: Samples<WorkName> = new Map([
    ['bare 32', [sample({})]],
    ['ours 32', [sample({ errors: 2, faults: ['late'] }), sample({ errors: 1, faults: ['late', 'lost'] })]],
  ]);
  const warmUp: Samples = new Map([['ours 32', [sample({ errors: 4, faults: ['cold'] })]]]);
  const later = { warmUp: new Map(), samples: new Map([['ours open', [sample({ errors: 1, faults: ['late'] })]]]) };
  expect(errorsOf(joined<string>({ warmUp, samples }, later))).toEqual([
    { work: 'ours 32', errors: 7, faults: ['cold', 'late', 'lost'] },
    { work: 'ours open', errors: 1, faults: ['late'] },
  ]);
});

function sample({ p50 = 1, ...told }: Partial<Sample> & { readonly p50?: number }): Sample {
  const latency = { count: 100, p50, p99: p50, p999: p50, max: p50 };
  return { count: 100, errors: 0, faults: [], seconds: 1, times: { latency }, cpuMs: {}, ...told };
}
