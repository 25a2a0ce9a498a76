// Requests that are lost, late, or answered twice: scripted, over a real server. A tick is 10 ms here, so it is asked again after 0.1 s and 0.3 s.
import { until } from '@router-mesh/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import { ScriptedMesh, type Publication } from '../test/scripted-mesh.ts';
import type { ChatRequest, Client } from './index.ts';
import { RouterError } from './index.ts';

const hi: ChatRequest = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] };

let mesh: ScriptedMesh;
let client: Client;

beforeAll(async () => {
  mesh = await ScriptedMesh.start();
  client = await mesh.client();
});

afterAll(async () => {
  await client.close();
  await mesh[Symbol.asyncDispose]();
});

beforeEach(() => {
  mesh.publications.length = 0;
  mesh.cancelledIds.length = 0;
});

/** Each publication is dealt with by its own script; later ones by the last. */
function script(...scripts: readonly ((publication: Publication) => void)[]): void {
  mesh.script = (publication) => scripts[Math.min(publication.attempt, scripts.length) - 1]?.(publication);
}

const drop = (): void => undefined;

/** Answer in the way that was asked for. */
function answer(publication: Publication): void {
  if (publication.header('Router-Frames') === '') return publication.whole({ plan: {} });
  publication.accept();
  const { stream } = JSON.parse(publication.body) as { stream?: boolean };
  if (stream === true) publication.delta(`attempt ${publication.attempt}`);
  publication.end(stream === true ? undefined : { choices: [] });
}

/** The publication of an attempt, once it came. */
async function attempt(number: number): Promise<Publication> {
  await until(`attempt ${number}`, () => mesh.publications.some((one) => one.attempt === number));
  const found = mesh.publications.find((one) => one.attempt === number);
  if (found === undefined) throw new Error('it is there');
  return found;
}

const ways: [string, () => Promise<unknown>][] = [
  ['chat', () => client.chat(hi)],
  ['embed', () => client.embed({ model: 'demo/embed', input: 'hi' })],
  ['decide', () => client.decide(hi)],
  ['a stream', () => collect(client.stream(hi))],
];

describe.each(ways)('%s', (_name, ask) => {
  test('whose first publication is lost is asked once more, and answered once', async () => {
    script(drop, answer);
    await ask();
    const [first, second, ...more] = mesh.publications;
    expect(more).toEqual([]);
    expect([second?.request, second?.body]).toEqual([first?.request, first?.body]);
    expect(second?.inbox).not.toBe(first?.inbox);
    expect(second?.attempt).toBe(2);
    const [before, left] = [first, second].map((one) => Number(one?.header('Router-Timeout')));
    expect(left).toBeLessThanOrEqual((before ?? 0) - 60);
    expect(left).toBeGreaterThan((before ?? 0) - 5000);
    expect(mesh.cancelledIds).toEqual([]);
  });

  test('whose first two are lost is asked a third time; then never again, and it is `unavailable`', async () => {
    script(drop, drop, answer);
    await ask();
    expect(mesh.publications.map((one) => one.attempt)).toEqual([1, 2, 3]);
    mesh.publications.length = 0;
    script(drop);
    await expect(ask()).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      details: { reason: 'producer_lost' },
    });
    expect(mesh.publications.map((one) => one.attempt)).toEqual([1, 2, 3]);
    await until('the mesh is told, for it may be merely slow', () =>
      mesh.cancelledIds.includes(mesh.publications[0]?.request ?? ''),
    );
  });
});

test('what is merely slow is answered once: a late accept of the first keeps it from being cancelled', async () => {
  const reading = collect(client.stream(hi));
  script(drop);
  const [first, second] = [await attempt(1), await attempt(2)];
  second.accept();
  first.accept();
  first.delta('of the first');
  second.delta('of the second');
  await until('the loser is told', () => second.cancelled);
  first.end();
  expect(await reading).toMatchObject([{ choices: [{ delta: { content: 'of the first' } }] }]);
  expect([first.cancelled, mesh.cancelledIds]).toEqual([false, []]);
  await second.meetsNobody();
  expect(mesh.publications).toHaveLength(2);
});

test('a loser that accepts only after the race finds nobody', async () => {
  script(drop, answer);
  await collect(client.stream(hi));
  const first = await attempt(1);
  first.accept();
  await first.meetsNobody();
  expect(first.cancelled).toBe(false);
});

test('a beat keeps a request from being published again', async () => {
  script(drop);
  const asking = client.chat(hi);
  const first = await attempt(1);
  const beating = setInterval(() => first.beat(), 50);
  await sleep(700);
  clearInterval(beating);
  first.end({ choices: [] });
  await asking;
  expect(mesh.publications).toHaveLength(1);
});

test('an error of one publication does not end what another one has accepted', async () => {
  script(drop);
  const asking = client.chat(hi);
  const [first, second] = [await attempt(1), await attempt(2)];
  first.accept();
  second.error('rate_limited');
  first.end({ choices: ['of the first'] });
  expect(await asking).toMatchObject({ choices: ['of the first'] });
});

test('when that one dies, the error is what is told', async () => {
  script(drop);
  const asking = client.chat(hi).catch((error: unknown) => error);
  const [first, second] = [await attempt(1), await attempt(2)];
  first.accept();
  second.error('rate_limited');
  expect(await asking).toMatchObject({ code: 'rate_limited', message: 'rate_limited of attempt 2' });
  await until('the dead one is told', () => first.cancelled);
});

test('a publication that cannot be read tells its producer, and leaves the other one alone', async () => {
  script(drop);
  const asking = client.chat(hi);
  const [first, second] = [await attempt(1), await attempt(2)];
  first.accept();
  second.accept();
  second.frame('end', '{}', { leg: 0 });
  await until('it is told', () => second.cancelled);
  first.end({ choices: [] });
  await asking;
  expect([first.cancelled, mesh.cancelledIds]).toEqual([false, []]);
});

describe('a policy that is not running', () => {
  test('is told at once when it was not there to begin with', async () => {
    await mesh.leave();
    await using patient = await mesh.client({ tickMs: 1000 });
    await expect(patient.chat(hi)).rejects.toMatchObject({ code: 'unavailable', details: { reason: 'not_running' } });
    mesh.serve();
    await mesh.nc.flush();
  }, 9000);

  test('does not end what it had forwarded before', async () => {
    script(drop);
    const asking = client.chat(hi);
    const first = await attempt(1);
    await mesh.leave();
    await sleep(250); // the second publication has met nobody
    first.accept();
    first.end({ choices: [] });
    expect(await asking).toMatchObject({ choices: [] });
    mesh.serve();
    await mesh.nc.flush();
  });

  test('and is back for a later publication answers that', async () => {
    script(drop);
    const asking = client.chat(hi);
    await attempt(1);
    await mesh.leave();
    await sleep(250);
    script(answer);
    mesh.serve();
    expect(await asking).toMatchObject({ choices: [] });
    expect(mesh.publications.at(-1)?.attempt).toBeGreaterThan(1);
  });
});

test('the time of the request bounds it: no publication that would be late wherever it comes', async () => {
  script(drop);
  await expect(client.chat(hi, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'deadline_exceeded' });
  expect(mesh.publications).toHaveLength(1);
});

test('a cancel reaches every publication: by id, and each by its own control subject', async () => {
  script(drop);
  const abort = new AbortController();
  const asking = client.chat(hi, { signal: abort.signal }).catch((error: unknown) => error);
  const [first, second] = [await attempt(1), await attempt(2)];
  first.accept();
  second.accept();
  await mesh.nc.flush();
  first.beat();
  second.beat();
  await until('both are known', () => first.said.length > 0 && second.said.length > 0);
  abort.abort();
  expect(await asking).toMatchObject({ code: 'cancelled' });
  await until('all are told', () => first.cancelled && second.cancelled && mesh.cancelledIds.includes(first.request));
});

/** Rounds with random delays around the thresholds: each publication is dropped, slow, wrong or fine, as it comes. */
test('with random delays around the thresholds every request ends, in one answer of one publication or in an error', async () => {
  const rounds = process.env['MESH_TEST_LONG'] === undefined ? 200 : 10_000;
  const atOnce = 100;
  const pieces = 5;
  const delay = (): number => Math.random() * 450;
  mesh.script = (publication) => void play(publication);
  async function play(publication: Publication): Promise<void> {
    const fate = Math.random();
    if (fate < 0.3) return;
    await sleep(delay());
    publication.accept();
    await sleep(Math.random() * 200);
    if (fate < 0.4) return publication.error('provider_failed');
    if (fate < 0.5) return; // dies
    for (let piece = 0; piece < pieces; piece += 1) {
      if (publication.cancelled) return publication.error('cancelled');
      publication.delta(`${publication.request} ${publication.attempt} ${piece}`);
      await sleep(Math.random() * 30);
    }
    publication.end();
  }
  const codes = new Map<string, number>();
  const answeredBy = new Map<string, string>();
  const round = async (): Promise<void> => {
    const stream = client.stream(hi);
    try {
      const texts = (await collect(stream)).map(({ choices }) => choices[0]?.delta.content ?? '');
      const by = texts[0]?.split(' ')[1] ?? '';
      expect(texts).toEqual(Array.from({ length: pieces }, (_, piece) => `${stream.request} ${by} ${piece}`));
      answeredBy.set(stream.request, by);
    } catch (error) {
      if (!(error instanceof RouterError)) throw error;
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
    }
  };
  for (let done = 0; done < rounds; done += atOnce) await Promise.all(Array.from({ length: atOnce }, round));

  const failed = [...codes.values()].reduce((sum, count) => sum + count, 0);
  expect(answeredBy.size + failed).toBe(rounds);
  expect(answeredBy.size).toBeGreaterThan(rounds / 2);
  expect([...codes.keys()].filter((code) => !['provider_failed', 'unavailable'].includes(code))).toEqual([]);
  for (const { request, attempt: number, cancelled } of mesh.publications)
    if (answeredBy.get(request) === String(number)) expect(cancelled).toBe(false);
  expect(mesh.cancelledIds.filter((id) => answeredBy.has(id))).toEqual([]);
  expect(new Set(answeredBy.values())).toEqual(new Set(['1', '2', '3']));
  expect(mesh.publications.every((one) => one.attempt <= 3)).toBe(true);
}, 600_000);
