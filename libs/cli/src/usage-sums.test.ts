import type { FinishedRecord, MeterRecord, StartedRecord } from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { showOpen, showSums } from './show-usage.ts';
import { sumUp, UsageLedger } from './usage-sums.ts';

const started = (call: string, changes: Partial<StartedRecord> = {}): StartedRecord => ({
  kind: 'started',
  call,
  request: `r-${call}`,
  attempt: 1,
  leg: 0,
  at: 1000,
  tenant: 'acme',
  verb: 'chat',
  model: 'v/m',
  stream: false,
  policy: 'default',
  route: 'default',
  instance: 'i',
  estimate: { input_tokens: 7 },
  deadline: 5000,
  started_at: 1001,
  ...changes,
});

const finished = (call: string, changes: Partial<FinishedRecord> = {}): FinishedRecord => ({
  ...started(call),
  kind: 'finished',
  outcome: 'answered',
  usage: { input_tokens: 10, output_tokens: 5, estimated: false },
  finished_at: 1200,
  trail: '',
  ...changes,
});

function ledgerOf(records: readonly MeterRecord[], window = { since: 0 }): UsageLedger {
  const ledger = new UsageLedger(window);
  for (const record of records) ledger.take(record);
  return ledger;
}

test('calls are summed by tenant and model, or one of them, and all together', () => {
  const { ended } = ledgerOf([
    finished('a'),
    finished('b', { model: 'v/n', outcome: 'failed', usage: { input_tokens: 3, output_tokens: 0, estimated: true } }),
    finished('c', { tenant: 'other', late: true }),
  ]);
  const sum = {
    calls: 1,
    answered: 1,
    failed: 0,
    cached: 0,
    input_tokens: 10,
    output_tokens: 5,
    estimated_tokens: 0,
    late: 0,
    swept: 0,
  };
  const failed = { ...sum, answered: 0, failed: 1, input_tokens: 3, output_tokens: 0, estimated_tokens: 3 };
  expect(sumUp(ended, 'tenant,model').groups).toEqual([
    { tenant: 'acme', model: 'v/m', ...sum },
    { tenant: 'acme', model: 'v/n', ...failed },
    { tenant: 'other', model: 'v/m', ...sum, late: 1 },
  ]);
  expect(sumUp(ended, 'model').groups.map(({ model, calls }) => [model, calls])).toEqual([
    ['v/m', 2],
    ['v/n', 1],
  ]);
  expect(sumUp(ended, 'tenant').groups.map(({ tenant, input_tokens }) => [tenant, input_tokens])).toEqual([
    ['acme', 13],
    ['other', 10],
  ]);
  expect(sumUp(ended, 'tenant').total).toEqual({
    ...{ calls: 3, answered: 2, failed: 1, cached: 0, input_tokens: 23, output_tokens: 10 },
    ...{ estimated_tokens: 3, late: 1, swept: 0 },
  });
});

test('a call counts once: by its real end when it has one, and as swept only while it has none', () => {
  const swept = finished('a', { swept: true, usage: { input_tokens: 7, output_tokens: 0, estimated: true } });
  expect(sumUp(ledgerOf([started('a'), swept]).ended, 'tenant').total).toMatchObject({
    calls: 1,
    swept: 1,
    input_tokens: 7,
  });
  const { ended } = ledgerOf([started('a'), swept, finished('a', { late: true }), finished('a')]);
  expect(sumUp(ended, 'tenant').total).toMatchObject({ calls: 1, swept: 0, late: 1, input_tokens: 10 });
});

test('an answer from the cache is told of apart: it is no call, and its tokens are in no sum', () => {
  const hit = finished('b', { cache: 'hit' });
  const sums = sumUp(ledgerOf([finished('a'), hit]).ended, 'tenant');
  expect(sums.total).toMatchObject({ calls: 1, answered: 1, cached: 1, input_tokens: 10, output_tokens: 5 });
  const [, row = ''] = showSums(sums, 0).split('\n');
  expect(row.replace(/ +/g, ' ')).toBe('acme 1 1 0 1 10 5 0 % 0 0');
  expect(showSums(sumUp(ledgerOf([hit]).ended, 'tenant'), 0)).not.toContain('no calls');
});

test('a window goes by the stamp of policy, and a tenant has those below it and none beside it', () => {
  const records = [
    finished('old', { at: 999 }),
    finished('new'),
    finished('web', { tenant: 'acme.web' }),
    finished('x', { tenant: 'acmex' }),
  ];
  const { ended } = ledgerOf(records, { since: 1000, tenant: 'acme' } as { since: number });
  expect(ended.map(({ call }) => call)).toEqual(['new', 'web']);
});

test('calls without an end are listed with what is left of their time', () => {
  const { open } = ledgerOf([started('a'), started('b', { deadline: 9000 }), started('c'), finished('c')]);
  const lines = showOpen(open, 6000)
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  expect(lines.slice(1)).toEqual(['a 5 s passed 1 s ago acme v/m i r-a', 'b 5 s in 3 s acme v/m i r-b']);
});

test('nothing is told of as such, and open calls beside it', () => {
  const { ended } = ledgerOf([]);
  expect(showSums(sumUp(ended, 'tenant'), 0)).toBe('no calls have ended');
  expect(showSums(sumUp(ended, 'tenant'), 2)).toBe('no calls have ended, and 2 are open');
});
