import { expect, test } from 'vitest';
import { Counts } from './metrics.ts';

async function lines(counts: Counts, name: string): Promise<string[]> {
  return (await counts.registry.metrics()).split('\n').filter((line) => line.startsWith(name));
}

test('requests, errors and what is in flight are true numbers, by stop and code', async () => {
  const counts = new Counts();
  const [answered, refused, open] = [counts.begin('policy'), counts.begin('policy'), counts.begin('policy')];
  counts.begin('provider.demo')('ok');
  answered('ok');
  refused('denied');
  expect(counts.timings()).toEqual({
    policy: { requests: 2, errors: 1, in_flight: 1, p50_ms: expect.any(Number), p99_ms: expect.any(Number) },
    'provider.demo': { requests: 1, errors: 0, in_flight: 0, p50_ms: expect.any(Number), p99_ms: expect.any(Number) },
  });
  expect(await lines(counts, 'router_in_flight')).toEqual([
    'router_in_flight{stop="policy"} 1',
    'router_in_flight{stop="provider.demo"} 0',
  ]);
  expect(await lines(counts, 'router_stop_seconds_count')).toEqual([
    'router_stop_seconds_count{stop="provider.demo",code="ok"} 1',
    'router_stop_seconds_count{stop="policy",code="ok"} 1',
    'router_stop_seconds_count{stop="policy",code="denied"} 1',
  ]);
  open('ok');
  expect(await lines(counts, 'router_in_flight{stop="policy"}')).toEqual(['router_in_flight{stop="policy"} 0']);
});

test('what no request came to has no times', () => {
  const counts = new Counts();
  counts.begin('policy');
  expect(counts.timings()).toEqual({ policy: { requests: 0, errors: 0, in_flight: 1, p50_ms: 0, p99_ms: 0 } });
});

test('a request that was left to another attempt of it is no error', async () => {
  const counts = new Counts();
  counts.begin('provider.demo')('held');
  counts.begin('provider.demo')('superseded');
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

test('times are those of the whole handler', async () => {
  const counts = new Counts();
  const ended = counts.begin('policy');
  const until = performance.now() + 30;
  while (performance.now() < until);
  ended('ok');
  const { policy } = counts.timings();
  expect(policy?.p50_ms).toBeGreaterThanOrEqual(29);
  expect(policy?.p99_ms).toBeLessThan(1000);
  expect(await lines(counts, 'router_stop_seconds_bucket{le="0.01"')).toEqual([
    'router_stop_seconds_bucket{le="0.01",stop="policy",code="ok"} 0',
  ]);
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
