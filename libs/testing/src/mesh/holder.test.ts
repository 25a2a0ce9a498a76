// A request that was published more than once: one attempt runs, whoever else gets it stays silent or gives way.
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FinishedRecord } from '@router-mesh/contracts';
import {
  isComplete,
  PlainClient,
  poll,
  readLedger,
  ScriptedReader,
  startMesh,
  until,
  type Mesh,
  type Reading,
} from '../index.ts';

/** Ten times as many where there is time. */
const rounds = process.env['MESH_TEST_LONG'] === undefined ? 40 : 1000;

let mesh: Mesh;
let client: PlainClient;
beforeAll(async () => {
  mesh = await startMesh({ providers: 2 });
  client = await PlainClient.connect(mesh.nats.url);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await mesh[Symbol.asyncDispose]();
});

/** Publish a request for the n-th time, to an inbox of its own. */
function publish(request: string, attempt: number, body: Reading['body'] = {}): ScriptedReader {
  return new ScriptedReader(client.nc, {
    body,
    headers: { 'Router-Request': request, 'Router-Attempt': String(attempt), 'Router-Frames': '1' },
  });
}

const slow = { demo: { first_delay_ms: 400 } };

/** How many passages ended at the providers with a code. */
async function endedWith(code: string): Promise<number> {
  const pages = await Promise.all(mesh.of('provider').map(async ({ http }) => (await fetch(`${http}/metrics`)).text()));
  const counts = pages.map((page) => {
    const line = new RegExp(`router_stop_seconds_count\\{stop="provider.demo",code="${code}"\\} (\\d+)`).exec(page);
    return Number(line?.[1] ?? 0);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The records of a request's calls, once all that were started are finished. */
async function callsOf(request: string): Promise<FinishedRecord[]> {
  return await poll('its records', async () => {
    const { started, finished } = await readLedger(mesh.nats, 0);
    const of = <Kind extends { request: string }>(records: readonly Kind[]): Kind[] =>
      records.filter((record) => record.request === request);
    return of(finished).length >= Math.max(1, of(started).length) ? of(finished) : undefined;
  });
}

test('while one attempt runs, on whichever replica, the next ones end without a frame and without a call', async () => {
  const before = await endedWith('held');
  const all = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const request = ulid();
      const body = index % 2 === 0 ? slow : { ...slow, stream: false };
      const first = publish(request, 1, body);
      await first.has('accept');
      const later = [publish(request, 2, body), publish(request, 3, body)];
      await until('the answer', () => first.ended);
      return { request, first, later };
    }),
  );
  await until('the others to be held', async () => (await endedWith('held')) === before + 24);
  for (const { request, first, later } of all) {
    expect(first.kinds.at(-2)).toBe('end');
    expect(later.map(({ frames }) => frames)).toEqual([[], []]);
    expect((await callsOf(request)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[1, 'answered']]);
  }
});

test('an attempt that asks for one message holds its request too', async () => {
  const [request, before] = [ulid(), await endedWith('held')];
  const headers = { 'Router-Request': request };
  const first = client.chat('x', slow, { headers });
  await until('the call', async () => (await mesh.demo.stats()).open > 0);
  const second = publish(request, 2, slow);
  expect((await first).body.choices?.[0]?.message.content).toBe('x');
  await until('the second to be held', async () => (await endedWith('held')) === before + 1);
  expect(second.frames).toEqual([]);
});

test('when the first attempt was lost the second one is called; a first one that comes late is dropped', async () => {
  const [request, before] = [ulid(), await endedWith('superseded')];
  const second = publish(request, 2);
  await until('the answer', () => second.ended);
  expect(isComplete(second.frames)).toBe(true);
  const late = publish(request, 1);
  await until('the late one to be dropped', async () => (await endedWith('superseded')) === before + 1);
  expect(late.frames).toEqual([]);
  expect((await callsOf(request)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[2, 'answered']]);
});

test('a lower attempt that comes while the next one still asks is the one that runs', async () => {
  const request = ulid();
  const second = publish(request, 2, slow);
  const first = publish(request, 1, slow);
  await until('the answer', () => first.ended);
  expect(isComplete(first.frames)).toBe(true);
  expect(second.frames).toEqual([]);
  expect((await callsOf(request)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[1, 'answered']]);
});

test('an attempt whose reader has its answer, and has left, is not called', async () => {
  const [request, before] = [ulid(), await endedWith('cancelled')];
  const first = publish(request, 1);
  await until('the answer', () => first.ended);
  publish(request, 2).leave();
  await until('the second to end', async () => (await endedWith('cancelled')) === before + 1);
  expect((await callsOf(request)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[1, 'answered']]);
});

test('of two that come at once one runs', async () => {
  const requests = Array.from({ length: 10 }, () => ulid());
  const readers = requests.flatMap((request) => [publish(request, 3, slow), publish(request, 2, slow)]);
  await until('the answers', () => readers.filter(({ ended }) => ended).length === requests.length);
  for (const request of requests) {
    const outcomes = (await callsOf(request)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome !== 'answered' && outcome !== 'superseded')).toEqual([]);
  }
});

test.each([
  ['whose model still works', 1500, true],
  ['whose model streams its answer meanwhile', 300, true],
  ['whose model answers whole meanwhile', 300, false],
])(
  'a replica that was stopped with an attempt %s gives way when it wakes up, without a frame',
  async (_, first_delay_ms, stream) => {
    const request = ulid();
    const body = { demo: { first_delay_ms }, stream };
    await mesh.demo.reset();
    const first = publish(request, 1, body);
    await first.has('accept');
    const { instance } = JSON.parse(first.frames[0]?.text ?? '{}') as { instance: string };
    const stopped = mesh.of('provider').find(({ lines }) => lines.some((line) => line.includes(instance)));
    stopped?.pause();
    // What its model said lies in its socket before anything is said about another attempt.
    if (first_delay_ms < 1000) await until('its model to be done', async () => (await mesh.demo.stats()).served === 1);
    const later: ScriptedReader[] = [];
    // Some of them come to the one that is stopped.
    await until('another replica to call', () => {
      if (later.some((reader) => reader.count('accept') > 0)) return true;
      if (later.length < 8) later.push(publish(request, later.length + 2, body));
      return false;
    });
    stopped?.resume();
    await until('the answer', () => later.some(({ ended }) => ended));
    const calls = await callsOf(request);
    const by = (outcome: string): number[] =>
      calls.filter((call) => call.outcome === outcome).map(({ attempt }) => attempt);
    expect(by('answered')).toHaveLength(1);
    expect(by('superseded')).toContain(1);
    expect(calls).toHaveLength(1 + by('superseded').length);
    expect(calls.find(({ attempt }) => attempt === 1)).toMatchObject({ error: 'cancelled' });
    expect(first.kinds.filter((kind) => kind !== 'accept' && kind !== 'beat')).toEqual([]);
    await until('the model to be let go', async () => (await mesh.demo.stats()).open === 0);
  },
);

test('an attempt whose reader has a delta goes on, whatever is said to run', async () => {
  const request = ulid();
  const first = publish(request, 1, { demo: { chunks: 30, delay_ms: 20 } });
  await first.has('delta');
  const root = await mesh.nats.connect('provider');
  const runs = { runs: true, tenant: 'demo', request, attempt: 2, deadline: Date.now() + 60_000, instance: 'another' };
  root.publish('router.v2.holder', JSON.stringify(runs));
  await until('the end', () => first.ended);
  expect(isComplete(first.frames)).toBe(true);
  await root.close();
});

test(`${rounds} requests whose attempts come in any order: one call of each is answered, others give way`, async () => {
  const body = { demo: { first_delay_ms: 300 } };
  const one = async (): Promise<string> => {
    const request = ulid();
    const readers: ScriptedReader[] = [];
    // While the first one's call lasts, or up to as long before it comes.
    const between = Math.random() * 280 - 140;
    const [first, second] = between > 0 ? [1, 2] : [2, 1];
    readers.push(publish(request, first, body));
    const published = performance.now();
    await until('its time', () => performance.now() - published > Math.abs(between));
    readers.push(publish(request, second, body));
    await until('an answer', () => readers.some(({ ended }) => ended));
    for (const reader of readers) reader.leave();
    expect(readers.flatMap(({ kinds }) => kinds).filter((kind) => kind === 'end')).toHaveLength(1);
    expect(readers.flatMap(({ kinds }) => kinds)).not.toContain('error');
    return request;
  };
  const requests: string[] = [];
  for (let done = 0; done < rounds; done += 20) requests.push(...(await Promise.all(Array.from({ length: 20 }, one))));
  const { started, finished } = await readLedger(mesh.nats, 0);
  const calls = new Map<string, string[]>();
  for (const { request, outcome } of finished) calls.set(request, [...(calls.get(request) ?? []), outcome]);
  const answered = requests.map((request) => calls.get(request)?.filter((outcome) => outcome === 'answered').length);
  expect(answered).toEqual(requests.map(() => 1));
  const others = requests.flatMap((request) => calls.get(request)?.filter((outcome) => outcome !== 'answered') ?? []);
  expect(others.filter((outcome) => outcome !== 'superseded')).toEqual([]);
  expect(started.length).toBe(finished.length);
}, 300_000);
