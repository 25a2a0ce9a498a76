import { expect, test } from 'vitest';
import { Counts } from './metrics.ts';

async function lines(counts: Counts, name: string): Promise<string[]> {
  return (await counts.registry.metrics()).split('\n').filter((line) => line.startsWith(name));
}

test('requests, errors and what is in flight are true numbers, by stop and code', async () => {
  const counts = new Counts();
  const [policy, provider] = [counts.of('policy'), counts.of('provider.demo')];
  for (let n = 0; n < 3; n += 1) policy.began();
  policy.ended('ok', 1);
  policy.ended('denied', 2);
  provider.began();
  provider.ended('ok', 3);
  expect(counts.timings()).toEqual({
    policy: { requests: 2, errors: 1, in_flight: 1, p50_ms: expect.any(Number), p99_ms: expect.any(Number) },
    'provider.demo': { requests: 1, errors: 0, in_flight: 0, p50_ms: expect.any(Number), p99_ms: expect.any(Number) },
  });
  expect(await lines(counts, 'router_in_flight')).toEqual([
    'router_in_flight{stop="policy"} 1',
    'router_in_flight{stop="provider.demo"} 0',
  ]);
  expect(await lines(counts, 'router_stop_seconds_count')).toEqual([
    'router_stop_seconds_count{stop="policy",code="ok"} 1',
    'router_stop_seconds_count{stop="policy",code="denied"} 1',
    'router_stop_seconds_count{stop="provider.demo",code="ok"} 1',
  ]);
  policy.ended('ok', 1);
  expect(await lines(counts, 'router_in_flight{stop="policy"}')).toEqual(['router_in_flight{stop="policy"} 0']);
});

test('what no request came to has no times', () => {
  const counts = new Counts();
  counts.of('policy').began();
  expect(counts.timings()).toEqual({ policy: { requests: 0, errors: 0, in_flight: 1, p50_ms: 0, p99_ms: 0 } });
});

test('a request that was left to another attempt of it is no error', async () => {
  const counts = new Counts();
  for (const code of ['held', 'superseded']) {
    counts.of('provider.demo').began();
    counts.of('provider.demo').ended(code, 1);
  }
  expect(counts.timings()['provider.demo']).toMatchObject({ requests: 2, errors: 0 });
  expect(await lines(counts, 'router_stop_seconds_count')).toContain(
    'router_stop_seconds_count{stop="provider.demo",code="held"} 1',
  );
});

test('a gauge shows nothing of what is gone', async () => {
  const counts = new Counts();
  let vendors = ['demo', 'gone'];
  counts.gauge('vendors', 'Vendors', () => vendors.map((vendor) => [{ vendor }, 1] as const), ['vendor']);
  expect(await lines(counts, 'vendors{')).toHaveLength(2);
  vendors = ['demo'];
  expect(await lines(counts, 'vendors{')).toEqual(['vendors{vendor="demo"} 1']);
});

test('times are shown in buckets that hold all that is not longer, with their sum', async () => {
  const counts = new Counts();
  const times = [0.1, 0.1001, 9, 10, 30, 400_000];
  for (const ms of times) {
    counts.of('policy').began();
    counts.of('policy').ended('ok', ms);
  }
  const { policy } = counts.timings();
  expect(policy?.p50_ms).toBeCloseTo(9, 1);
  expect(policy?.p99_ms).toBeGreaterThan(399_000);
  const labels = 'stop="policy",code="ok"';
  const within = async (le: string): Promise<string[]> =>
    await lines(counts, `router_stop_seconds_bucket{le="${le}",${labels}}`);
  for (const [le, count] of [
    ['0.0001', 1],
    ['0.0005', 2],
    ['0.005', 2],
    ['0.01', 4],
    ['0.05', 5],
    ['300', 5],
    ['+Inf', 6],
  ] as const)
    expect(await within(le)).toEqual([`router_stop_seconds_bucket{le="${le}",${labels}} ${count}`]);
  expect(await lines(counts, 'router_stop_seconds_count')).toEqual([`router_stop_seconds_count{${labels}} 6`]);
  const [sum = ''] = await lines(counts, 'router_stop_seconds_sum');
  expect(Number(sum.split(' ')[1])).toBeCloseTo(times.reduce((all, ms) => all + ms, 0) / 1000, 9);
  expect((await counts.registry.metrics()).match(/^# TYPE router_stop_seconds histogram$/gm)).toHaveLength(1);
});

test('totals are counted once for Prometheus and for discovery', async () => {
  const counts = new Counts();
  counts.missing('cost');
  counts.missing('provider.demo');
  counts.refusedAddress();
  counts.refusedPublish();
  counts.handedBack('policy');
  counts.refused('policy');
  counts.refused('provider.demo');
  counts.left('policy');
  expect(counts.totals()).toEqual({
    missing: 2,
    refused_addresses: 1,
    refused_publishes: 1,
    handed_back: 1,
    refused: 2,
  });
  expect(await lines(counts, 'router_missing_stops_total')).toEqual([
    'router_missing_stops_total{stop="cost"} 1',
    'router_missing_stops_total{stop="provider.demo"} 1',
  ]);
  expect(await lines(counts, 'router_refused')).toEqual([
    'router_refused_addresses_total 1',
    'router_refused_publishes_total 1',
    'router_refused_over_cap_total{stop="policy"} 1',
    'router_refused_over_cap_total{stop="provider.demo"} 1',
  ]);
  expect(await lines(counts, 'router_handed_back_total')).toEqual(['router_handed_back_total{stop="policy"} 1']);
  expect(await lines(counts, 'router_stop_leaves_total')).toEqual(['router_stop_leaves_total{stop="policy"} 1']);
});

test('numbers that change by themselves are read when asked for', async () => {
  const counts = new Counts();
  let value = 1;
  counts.gauge('revision', 'A revision', () => [[{ bucket: 'b' }, value]], ['bucket']);
  counts.total('lost_total', 'What was lost', () => value);
  for (value of [3, 5]) {
    expect(await lines(counts, 'revision')).toEqual([`revision{bucket="b"} ${value}`]);
    expect(await lines(counts, 'lost_total')).toEqual([`lost_total ${value}`]);
  }
});
