// Producers that fall silent, and readers that were busy elsewhere: scripted, over a real server. A tick is 10 ms here, so a producer is dead after 0.6 s.
import { until } from '@router-mesh/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import { ScriptedMesh, type Publication } from '../test/scripted-mesh.ts';
import type { ChatChunk, ChatRequest, Client } from './index.ts';

const hi: ChatRequest = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] };
const embedding = { model: 'demo/embed', input: 'hi' };

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

const producerLost = { code: 'unavailable', retryable: true, details: { reason: 'producer_lost' } };

/** What is asked next, once it has come. */
async function asked(ask: () => unknown): Promise<Publication> {
  const came = Promise.withResolvers<Publication>();
  mesh.script = (publication) => came.resolve(publication);
  ask();
  return await came.promise;
}

/** Wait without touching the loop of this process. */
function stall(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test.each<[string, () => Promise<unknown>]>([
  ['a stream without a delta', () => collect(client.stream(hi))],
  ['chat', () => client.chat(hi)],
  ['embed', () => client.embed(embedding)],
])('%s whose producer dies after its accept is `unavailable`, and the producer is told', async (_name, ask) => {
  let asking: Promise<unknown> = Promise.resolve();
  const publication = await asked(() => (asking = ask()));
  const before = mesh.publications.length;
  publication.accept();
  const acceptedAt = performance.now();
  await expect(asking).rejects.toMatchObject(producerLost);
  expect(performance.now() - acceptedAt).toBeGreaterThan(550);
  await until('it is told', () => publication.cancelled && mesh.cancelledIds.includes(publication.request));
  expect(mesh.publications.length).toBe(before);
});

test('a stream whose producer dies after a delta is `stream_interrupted`, and says how much came', async () => {
  const chunks: ChatChunk[] = [];
  let reading: Promise<void> = Promise.resolve();
  const publication = await asked(() => {
    reading = (async () => {
      for await (const chunk of client.stream(hi)) chunks.push(chunk);
    })();
  });
  publication.accept();
  publication.delta('a');
  publication.delta('b');
  await expect(reading).rejects.toMatchObject({
    code: 'stream_interrupted',
    retryable: false,
    details: { reason: 'producer_lost', delivered: 2 },
  });
  expect(chunks).toHaveLength(2);
});

test('one that beats may take as long as it likes', async () => {
  let asking: Promise<unknown> = Promise.resolve();
  const publication = await asked(() => (asking = client.chat(hi)));
  publication.accept();
  const beating = setInterval(() => publication.beat(), 100);
  const began = performance.now();
  await until('longer than silence may last', () => performance.now() - began > 1500);
  clearInterval(beating);
  publication.end({ choices: [] });
  expect(await asking).toMatchObject({ choices: [] });
});

test('a producer that was given up and wakes up finds nobody, and does no harm', async () => {
  let asking: Promise<unknown> = Promise.resolve();
  const publication = await asked(() => (asking = collect(client.stream(hi))));
  publication.accept();
  publication.delta('a');
  await expect(asking).rejects.toMatchObject({ code: 'stream_interrupted' });
  publication.delta('b');
  await publication.meetsNobody();
  mesh.script = (next) => {
    next.accept();
    next.delta('c');
    next.end();
  };
  expect(await collect(client.stream(hi))).toMatchObject([{ choices: [{ delta: { content: 'c' } }] }]);
});

test('a reader whose process stood still reads what came meanwhile before it judges', async () => {
  let reading: Promise<ChatChunk[]> = Promise.resolve([]);
  const publication = await asked(() => (reading = collect(client.stream(hi))));
  publication.accept();
  publication.delta('a');
  for (let round = 0; round < 3; round += 1) {
    publication.beat();
    await mesh.nc.flush(); // it lies in the reader's socket, or is on its way there
    stall(1500);
  }
  publication.delta('b');
  publication.end();
  expect((await reading).map(({ choices }) => choices[0]?.delta.content)).toEqual(['a', 'b']);
});

test('a reader whose process stood still does not ask again for what has come', async () => {
  let asking: Promise<unknown> = Promise.resolve();
  const before = mesh.publications.length;
  const publication = await asked(() => (asking = client.chat(hi)));
  publication.accept();
  await mesh.nc.flush();
  stall(1500);
  publication.end({ choices: [] });
  await asking;
  expect(mesh.publications.length).toBe(before + 1);
});

test('a frame of another producer after a delta ends the stream, and both are told', async () => {
  let reading: Promise<ChatChunk[]> = Promise.resolve([]);
  const publication = await asked(() => (reading = collect(client.stream(hi))));
  publication.accept(0);
  publication.delta('one answer', 0);
  publication.accept(1);
  publication.delta('another', 1);
  await expect(reading).rejects.toMatchObject({ code: 'stream_interrupted', details: { delivered: 1 } });
  await until('it is told', () => publication.cancelled && mesh.cancelledIds.includes(publication.request));
});
