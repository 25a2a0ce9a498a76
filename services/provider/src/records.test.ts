import {
  decodeRecords,
  finishedLine,
  lateLine,
  RouterError,
  startedLine,
  type FinishedRecord,
  type Plan,
} from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { CallFailure } from './failure.ts';
import { endOf, factsOf, recordedEnd } from './records.ts';

const plan: Plan = {
  at: 1000,
  verb: 'chat',
  stream: true,
  policy: 'a "quoted" name\n',
  route: 'default',
  candidates: [],
  attempts: [],
  needs: [],
  tags: { secret: 'x' },
};
const facts = factsOf(
  'i1',
  { request: '01REQUEST', tenant: 'acme.web', plan, travel: { attempt: 2, leg: 1, deadline: 9000 } as never },
  { vendor: 'v', model: 'm' },
  { input_tokens: 10, output_tokens: 50 },
);
const call = {
  call: facts.call,
  request: '01REQUEST',
  attempt: 2,
  leg: 1,
  at: 1000,
  tenant: 'acme.web',
  verb: 'chat',
  model: 'v/m',
  stream: true,
  policy: 'a "quoted" name\n',
  route: 'default',
  instance: 'i1',
  estimate: { input_tokens: 10, output_tokens: 50 },
  deadline: 9000,
  started_at: facts.startedAt,
};
const when = { finishedAt: 1500, trail: 'provider.v@i1;1050;0;450;ok' };
const nothing = { reported: undefined, saidBytes: 0, firstAt: undefined };

test('started says what the call is, by the stamp of policy', () => {
  expect(decodeRecords(startedLine(facts.text))).toEqual([{ kind: 'started', ...call }]);
});

test('finished says all of that again, and what came of it', () => {
  const heard = { reported: { input: 3, output: 4 }, saidBytes: 100, firstAt: 1200 };
  const line = finishedLine(facts.text, recordedEnd(facts, endOf(undefined, 3), heard, when));
  const record: FinishedRecord = {
    kind: 'finished',
    ...call,
    outcome: 'answered',
    usage: { input_tokens: 3, output_tokens: 4, estimated: false },
    first_at: 1200,
    finished_at: 1500,
    trail: when.trail,
  };
  expect(decodeRecords(line)).toEqual([record]);
  expect(decodeRecords(lateLine(line))).toEqual([{ ...record, late: true }]);
});

const cancelled = new RouterError('cancelled', 'by the client');
const outrun = new RouterError('cancelled', 'a later one runs', { details: { reason: 'superseded' } });
const late = new RouterError('deadline_exceeded', 'late');
const refused = new CallFailure('rate_limited', 'm', { status: 429 });

test.each<[string, unknown, number, object]>([
  ['a call that was answered', undefined, 2, { outcome: 'answered', error: undefined }],
  ['one that was refused', refused, 0, { outcome: 'failed', error: 'rate_limited', status: 429 }],
  ['one that broke off', new CallFailure('server_error', 'm'), 2, { outcome: 'interrupted', error: 'server_error' }],
  ['one that was cancelled', cancelled, 0, { outcome: 'cancelled', error: 'cancelled' }],
  ['one that gave way to a later attempt', outrun, 0, { outcome: 'superseded', error: 'cancelled' }],
  ['one that was cancelled in mid-stream', cancelled, 2, { outcome: 'cancelled', error: 'cancelled' }],
  ['one that was late', late, 0, { outcome: 'failed', error: 'deadline_exceeded' }],
  ['one that was late in mid-stream', late, 2, { outcome: 'interrupted', error: 'deadline_exceeded' }],
  ['one that met our bug', new TypeError('x'), 0, { outcome: 'failed', error: 'internal' }],
])('the outcome of %s', (_call, error, delivered, expected) => {
  expect(endOf(error, delivered)).toMatchObject(expected);
});

test.each<[string, unknown, number, number, [number, number]]>([
  // what it is, error, deltas, bytes said, tokens in and out
  ['answered without usage', undefined, 1, 9, [10, 3]],
  ['answered with nothing that can be counted', undefined, 0, 0, [10, 0]],
  ['refused', refused, 0, 0, [0, 0]],
  ['never reached', new CallFailure('server_error', 'ECONNREFUSED'), 0, 0, [0, 0]],
  ['broken off in mid-stream', new CallFailure('server_error', 'm'), 1, 8, [10, 2]],
  ['broken off after a piece that was kept back', new CallFailure('server_error', 'm'), 0, 8, [10, 2]],
  ['left while it was silent', new CallFailure('timeout', 'm'), 0, 0, [10, 0]],
  ['cancelled while it was silent', cancelled, 0, 0, [10, 0]],
  ['given up for a later attempt', outrun, 0, 0, [10, 0]],
  ['late while it was silent', late, 0, 0, [10, 0]],
])('a model that was %s is estimated', (_what, error, delivered, saidBytes, [input_tokens, output_tokens]) => {
  const { usage } = recordedEnd(facts, endOf(error, delivered), { ...nothing, saidBytes }, when);
  expect(usage).toEqual({ input_tokens, output_tokens, estimated: true });
});
