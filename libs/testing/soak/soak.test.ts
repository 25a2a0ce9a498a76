import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditOf, TestProcess, type Ended } from '../src/index.ts';
import { balanceOf, type Kill, type Seen } from './balance.ts';
import { drawMemory } from './chart.ts';
import { judgeMemory, warmUpMs, type Curve } from './memory.ts';
import { readOptions } from './options.ts';
import { seededRandom } from './random.ts';
import type { Result } from './soak.ts';

// The seed picks a SIGTERM to a provider, a SIGKILL to one, and a SIGKILL to nats-server, in this order.
test('a quick soak kills, goes on, and its balance holds', async () => {
  const args = ['--quick', '--nats', '--seed', '1', '--json'];
  await using run = new TestProcess(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    NATS_SERVER: process.env['NATS_SERVER'] ?? '',
  });
  const code = await run.exited;
  const said = run.lines.find((line) => line.startsWith('{'));
  expect(said, run.lines.join('\n')).toBeDefined();
  const result = JSON.parse(said ?? '') as Result;
  expect(result.claims.filter(({ holds }) => !holds)).toEqual([]);
  expect(result.claims.length).toBeGreaterThan(10);
  expect(result.kills.length).toBeGreaterThan(1);
  expect(result.answered).toBeGreaterThan(100);
  expect(result.curves.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['policy 1', 'provider 1', 'nats-server 1']),
  );
  expect([code, result.holds]).toEqual([0, true]);
}, 120_000);

/** What 3 requests saw, all answered, and METER of the same. */
function balanced(): { seen: Seen; ledger: Parameters<typeof auditOf>[0]; served: Set<string> } {
  const seen: Seen = {
    sent: 3,
    answered: 3,
    unanswered: [],
    requests: new Set(['r1', 'r2', 'r3']),
    slowestSdkMs: 10,
  };
  const record = (number: number) => ({ call: `c${number}`, request: `r${number}`, outcome: 'answered' });
  const records = [1, 2, 3].map(record) as unknown as Parameters<typeof auditOf>[0]['finished'];
  return {
    seen,
    ledger: { started: records as unknown as Parameters<typeof auditOf>[0]['started'], finished: records },
    served: new Set(['c1', 'c2', 'c3']),
  };
}

const killed: Kill = { atMs: 0, name: 'policy', signal: 'SIGKILL', inFlight: 1 };
const termed: Kill = { ...killed, signal: 'SIGTERM' };
const unheard: Ended = { way: 'plain', sentAt: 0, tookMs: 0, ending: { kind: 'unanswered' } };

const broken = ({ seen, ledger, served }: ReturnType<typeof balanced>, kills: readonly Kill[] = []): string[] =>
  balanceOf(seen, auditOf(ledger), served, kills, 8000).flatMap(({ claim, holds }) => (holds ? [] : [claim]));

test('a balance that is whole holds, and each thing that is missing is named', () => {
  const whole = balanced();
  expect(broken(whole)).toEqual([]);
  expect(broken({ ...whole, seen: { ...whole.seen, sent: 4 } })).toEqual([
    'sent = answered + refused + not heard to the end',
  ]);
  expect(broken({ ...whole, seen: { ...whole.seen, slowestSdkMs: 9000 } })).toEqual(['within its time']);
  const { started, finished } = whole.ledger;
  expect(broken({ ...whole, ledger: { started, finished: finished.slice(1) } })).toEqual([
    'no call is open after the sweep',
    'every answer is in METER',
  ]);
  expect(broken({ ...whole, ledger: { started, finished: [...finished, ...finished.slice(2)] } })).toEqual([
    'no call was ended twice',
    'no request has two answered calls',
  ]);
  expect(broken({ ...whole, served: new Set(['c1', 'c2']) })).toEqual([
    'every answered call in METER was served by the model',
  ]);
  expect(broken({ ...whole, served: new Set(['c1', 'c2', 'c3', 'c4']) })).toEqual([
    'METER knows every call that the model served',
  ]);
});

test('what a killed provider left open may be swept; what any other kill did may not', () => {
  const { ledger, ...whole } = balanced();
  const [first, ...others] = ledger.finished;
  if (first === undefined) throw new Error('three calls are finished');
  const swept = { ...first, outcome: 'interrupted', swept: true } as const;
  const closed = { ...whole, ledger: { ...ledger, finished: [...others, swept] } };
  // Its client got no answer.
  closed.seen = { ...whole.seen, sent: 3, answered: 2, unanswered: [unheard], requests: new Set(['r2', 'r3']) };
  expect(broken(closed, [{ ...killed, name: 'provider' }])).toEqual([]);
  expect(broken(closed, [killed])).toEqual(['calls that the sweep closed']);
  const late = { ...closed, ledger: { ...ledger, finished: [...others, swept, { ...first, late: true as const }] } };
  expect(broken(late, [killed])).toEqual([]);
});

test('what was in flight at a SIGKILL may be lost; what was in flight at a SIGTERM may not', () => {
  const whole = balanced();
  const lossy = { ...whole, seen: { ...whole.seen, sent: 4, unanswered: [unheard] } };
  expect(broken(lossy, [killed])).toEqual([]);
  expect(broken(lossy, [termed])).toEqual(['plain clients that heard nothing more']);
  expect(broken(lossy, [{ ...termed, name: 'nats-server' }])).toEqual([]);
  const silent: Ended = { ...unheard, way: 'sdk' };
  expect(broken({ ...lossy, seen: { ...lossy.seen, unanswered: [silent] } }, [killed])).toEqual([
    'every SDK request ended',
  ]);
});

/** A process that lived five minutes, sampled each second. */
function curve(name: string, bytesAt: (second: number) => number): Curve {
  return {
    name,
    samples: Array.from({ length: 300 }, (_, second) => ({ atMs: second * 1000, bytes: bytesAt(second) })),
  };
}

test('memory that grows is told from memory that breathes, and a short life is not judged', () => {
  const [start, step] = [100_000_000, warmUpMs / 1000];
  const verdicts = judgeMemory([
    curve('warming', (second) => start + Math.min(second, step) * 1_000_000),
    curve('breathing', (second) => start + (second % 20) * 500_000),
    curve('leaking', (second) => start + second * 500_000),
    { name: 'short', samples: curve('short', () => start).samples.slice(0, 90) },
  ]);
  expect(verdicts.map(({ name, flat }) => [name, flat])).toEqual([
    ['warming', true],
    ['breathing', true],
    ['leaking', false],
  ]);
});

test('the picture is SVG with a line a process and a tick a kill', () => {
  const svg = drawMemory([curve('policy 1', () => 1e8), curve('provider 1', () => 2e8)], [killed], 300_000);
  expect(svg).toMatch(/^<svg [^>]*>[^]*<\/svg>\n$/);
  expect(svg.match(/<polyline /g)?.length).toBe(2);
  expect(svg).toContain('stroke="#c33"');
  expect(svg).not.toContain('NaN');
});

test('the same seed kills the same', () => {
  const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)];
  const numbers = Array.from({ length: 1000 }, one);
  expect(Array.from({ length: 1000 }, same)).toEqual(numbers);
  expect(other()).not.toBe(numbers[0]);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(numbers.reduce((sum, number) => sum + number, 0) / 1000).toBeCloseTo(0.5, 1);
});

test('an option that there is not, and one without sense, are refused by name', () => {
  expect(readOptions([])).toMatchObject({ durationMs: 900_000, killEveryMs: 20_000, share: 0.5, nats: false });
  expect(readOptions(['--minutes', '2', '--kill-every', '5s'])).toMatchObject({
    durationMs: 120_000,
    killEveryMs: 5000,
  });
  expect(() => readOptions(['--hours', '1'])).toThrow('--hours');
  expect(() => readOptions(['--minutes', '-1'])).toThrow();
  expect(() => readOptions(['--kill-every', '20'])).toThrow('--kill-every "20" must be seconds, as "20s"');
  expect(() => readOptions(['--share', '2'])).toThrow('--share "2" must be at most 1');
});
