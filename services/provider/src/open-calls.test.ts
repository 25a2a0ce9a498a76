import { encodeRecords, FinishedRecord, type StartedRecord } from '@router-mesh/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OpenCalls, sweptRecord } from './open-calls.ts';

const started = (call: string, deadline = 1000): StartedRecord => ({
  kind: 'started',
  call,
  request: `r-${call}`,
  attempt: 1,
  leg: 0,
  at: 1,
  tenant: 'acme',
  verb: 'chat',
  model: 'v/m',
  stream: false,
  policy: 'default',
  route: 'default',
  instance: 'i',
  estimate: { input_tokens: 7, output_tokens: 9 },
  deadline,
  started_at: 2,
});
const ulidA = '01J0000000000000000000000A';
const ulidB = '01J0000000000000000000000B';
const start = (...calls: string[]): string => encodeRecords(calls.map((call) => started(call)));
const end = (...calls: string[]): string => encodeRecords(calls.map((call) => sweptRecord(started(call), 5)));

test.each<[string, readonly string[], readonly string[], number]>([
  // what it is, the messages from sequence 10 on, the calls that are open, the floor
  ['nothing was read', [], [], 10],
  ['a call has begun', [start('a')], ['a'], 10],
  ['it has ended', [start('a'), end('a')], [], 12],
  ['an older one is open', [start('a'), start('b'), end('b')], ['a'], 10],
  ['a younger one is open', [start('a'), start('b'), end('a')], ['b'], 11],
  ['a message of several records', [start('a', 'b'), end('a')], ['b'], 10],
  ['an end without its start', [end('x')], [], 11],
  ['calls as they are named', [start(ulidA, ulidB), end(ulidA)], [ulidB], 10],
  ['an end of another version', [start(ulidA), JSON.stringify({ call: ulidA, kind: 'finished' })], [], 12],
  [
    'what is no record',
    ['', 'null', '{"kind":"other","call":"a"}', '{"kind":"started"', '{"kind":"started","call":1}'],
    [],
    15,
  ],
])('%s: the calls that are open, and where reading must begin again', (_what, messages, open, floor) => {
  const calls = new OpenCalls(10);
  for (const [index, message] of messages.entries()) calls.take(10 + index, message);
  expect(calls.due(Infinity).map(({ call }) => call)).toEqual(open);
  expect([calls.floor, calls.read]).toEqual([floor, 9 + messages.length]);
});

test('a call is due when its deadline lies before the moment, and no more once its end is stored', () => {
  const calls = new OpenCalls(1);
  calls.take(1, encodeRecords([started('a', 100), started('b', 200)]));
  expect(calls.due(100)).toEqual([]);
  expect(calls.due(101)).toEqual([started('a', 100)]);
  calls.close('a');
  expect(calls.due(300).map(({ call }) => call)).toEqual(['b']);
});

test('a start that cannot be told does not stay open for ever', () => {
  const calls = new OpenCalls(1);
  calls.take(1, '{"kind":"started","call":"a","deadline":1}');
  expect([calls.floor, calls.due(2), calls.floor]).toEqual([1, [], 2]);
});

test('a swept record says all of the call, at most what it may have used, and that it is a guess', () => {
  const record = sweptRecord(started('a'), 5000);
  expect(FinishedRecord.parse(record)).toEqual(record);
  expect(record).toMatchObject({
    ...started('a'),
    kind: 'finished',
    outcome: 'interrupted',
    usage: { input_tokens: 7, output_tokens: 9, estimated: true },
    finished_at: 5000,
    swept: true,
  });
  const { output_tokens: _, ...estimate } = started('a').estimate;
  expect(sweptRecord({ ...started('a'), estimate }, 1).usage.output_tokens).toBe(0);
});

type Step = { readonly kind: 'start' | 'end' | 'sweep' | 'die'; readonly call: number };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('start', 'start', 'end', 'sweep', 'die'),
  call: fc.nat({ max: 5 }),
});

test('whatever is begun, ended and swept, and whenever a sweeper dies: each open call is closed once, and the floor passes none', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const stream: string[] = [];
      const open = new Set<string>();
      let sweeper = new OpenCalls(1);
      let checkpoint = 1;
      const readOn = (): void => {
        while (sweeper.read < stream.length) sweeper.take(sweeper.read + 1, stream[sweeper.read] ?? '');
      };
      const sweepAll = (dies: boolean): void => {
        readOn();
        for (const record of sweeper.due(Infinity)) {
          expect(open.delete(record.call)).toBe(true);
          stream.push(encodeRecords([sweptRecord(record, 5)]));
          if (dies) return;
          sweeper.close(record.call);
        }
        expect(sweeper.floor).toBeGreaterThanOrEqual(checkpoint);
        checkpoint = sweeper.floor;
      };
      for (const [index, { kind, call }] of steps.entries()) {
        const [running] = [...open].slice(call);
        if (kind === 'start') {
          open.add(`c${index}`);
          stream.push(start(`c${index}`));
        } else if (kind === 'end' && running !== undefined) {
          open.delete(running);
          stream.push(end(running));
        } else if (kind === 'sweep') sweepAll(false);
        else if (kind === 'die') {
          sweepAll(true);
          sweeper = new OpenCalls(checkpoint);
        }
      }
      sweepAll(false);
      expect([...open]).toEqual([]);
      readOn();
      expect([sweeper.due(Infinity), sweeper.floor]).toEqual([[], stream.length + 1]);
    }),
  );
});
