import { expect, test } from 'vitest';
import {
  callText,
  decodeRecords,
  encodeRecords,
  finishedLine,
  lateLine,
  readLine,
  startedLine,
  type FinishedRecord,
  type StartedRecord,
} from './meter.ts';

const call = {
  call: '01J0000000000000000000000A',
  request: '01J0000000000000000000000B',
  attempt: 1,
  leg: 0,
  at: 1_790_000_000_000,
  tenant: 'acme.web',
  verb: 'chat',
  model: 'demo/echo',
  stream: false,
  policy: 'builtin',
  route: 'direct',
  instance: 'k3',
  estimate: { input_tokens: 10, output_tokens: 100 },
  deadline: 1_790_000_300_000,
  started_at: 1_790_000_000_005,
};
const started: StartedRecord = { kind: 'started', ...call };
const finished: FinishedRecord = {
  kind: 'finished',
  ...call,
  outcome: 'answered',
  usage: { input_tokens: 9, output_tokens: 20, estimated: false },
  first_at: 1_790_000_000_100,
  finished_at: 1_790_000_000_200,
  trail: 'policy@k3;1790000000000;0;1;ok',
};

test('records are read as they were written, one a line', () => {
  expect(encodeRecords([started, finished]).split('\n')).toHaveLength(2);
  expect(decodeRecords(encodeRecords([started, finished]))).toEqual([started, finished]);
});

test('the kind stands first, for readers that look no further', () => {
  expect(encodeRecords([started])).toMatch(/^\{"kind":"started",/);
});

test('a kind that is not known is skipped, what a known one says beyond our knowledge is dropped', () => {
  const lines = [JSON.stringify({ kind: 'weighed', grams: 5 }), JSON.stringify({ ...finished, later: 1 })];
  expect(decodeRecords(lines.join('\n'))).toEqual([finished]);
});

test('a prompt never fits into a record', () => {
  const record = { ...started, messages: [{ role: 'user', content: 'secret' }] };
  expect(JSON.stringify(decodeRecords(JSON.stringify(record)))).not.toContain('secret');
});

test('the records of a call are lines made of one text', () => {
  const { kind, ...both } = started;
  const { outcome, usage, first_at, finished_at, trail } = finished;
  const text = callText(both);
  const end = { outcome, usage, error: undefined, first_at, finished_at, trail };
  expect(startedLine(text)).toBe(JSON.stringify({ kind, ...both }));
  expect(finishedLine(text, end)).toBe(JSON.stringify(finished));
  expect(decodeRecords(lateLine(finishedLine(text, end)))).toEqual([{ ...finished, late: true }]);
});

const { kind: _, call: id, ...rest } = started;

test.each<[string, string, ReturnType<typeof readLine>]>([
  ['a line of ours', JSON.stringify(started), { kind: 'started', call: id }],
  ['an end of ours', JSON.stringify(finished), { kind: 'finished', call: id }],
  ['another order', JSON.stringify({ kind: 'finished', ...rest, call: id }), { kind: 'finished', call: id }],
  ['another layout', JSON.stringify(started, undefined, 1).replaceAll('\n', ' '), { kind: 'started', call: id }],
  ['another id', JSON.stringify({ ...started, call: 'a"b' }), { kind: 'started', call: 'a"b' }],
  ['another kind', JSON.stringify({ kind: 'weighed', call: id }), { kind: 'weighed', call: id }],
  ['a cut line', JSON.stringify(started).slice(0, -1), undefined],
  ['no call', '{"kind":"started"}', undefined],
  ['no object', 'null', undefined],
  ['nothing', '', undefined],
])('%s: its kind and its call are read without a schema', (_what, line, expected) => {
  expect(readLine(line)).toEqual(expected);
});
