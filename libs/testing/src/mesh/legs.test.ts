// Answers that took more than one leg, in a cluster of three: another vendor's at another node, or the same model tried again.
import { connect, type ChatRequest, type Client } from '@router-mesh/client';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  demoDocument,
  isComplete,
  PlainClient,
  readLedger,
  readStream,
  ScriptedReader,
  startMesh,
  textOf,
  until,
  type Mesh,
  type NatsCluster,
  type ReaderFrame,
} from '../index.ts';

/** Of each kind of reader. */
const fallbacks = process.env['MESH_TEST_LONG'] === undefined ? 150 : 1500;
const atOnce = 25;

let mesh: Mesh<NatsCluster>;
let client: Client;
let plain: PlainClient;
beforeAll(async () => {
  const echo = (input: string, aliases: readonly string[]) => [
    { name: 'echo', aliases: [...aliases], price: { input, output: input } },
  ];
  mesh = await startMesh({
    cluster: 3,
    policies: 0,
    providers: 0,
    environment: { ROUTER_BREAKER_CALLS: '0' }, // what fails again and again is to be called again and again
    documents: (url) => [
      // Refused at once: its forward is on its way before its accept has arrived.
      demoDocument('http://127.0.0.1:1', 'first', { models: echo('1', ['any']), retries: 0 }),
      demoDocument(url, 'second', { models: echo('2', ['any']), retries: 0 }),
      demoDocument(url, 'again', { models: echo('3', []), retries: 2 }),
    ],
  });
  // Each at a node of its own; whoever asks is at the third.
  const [one, two, three] = mesh.nats.urls;
  const at = (url = '') => ({ NATS_URL: url });
  await mesh.start('provider', { ...at(one), ROUTER_PROVIDERS: mesh.seeds, ROUTER_VENDORS: 'first,again' });
  await mesh.start('provider', { ...at(two), ROUTER_VENDORS: 'second' });
  await mesh.start('policy', at(three));
  client = await connect({ servers: three ?? '', tenant: 'demo', credit: 4 });
  plain = await PlainClient.connect(three ?? '');
}, 60_000);
afterAll(async () => {
  await Promise.all([client.close(), plain[Symbol.asyncDispose]()]);
  await mesh[Symbol.asyncDispose]();
});

/** Fail the first calls that are made for a body, and then answer. */
const failing = (times: number, more: object = {}) => ({ fail_first: times, key: ulid(), ...more });

const ask = (model: string, content: string, demo: object): ChatRequest => ({
  model,
  messages: [{ role: 'user', content }],
  demo,
});

/** As many at once as a machine bears. */
async function inTurns(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < count) await work(begun++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const legOf = ({ seq }: ReaderFrame): string => seq.split('.')[0] ?? '';
const words = (index: number): string => Array.from({ length: 8 }, (_, word) => `${index}.${word}`).join(' ');

describe(`${fallbacks} fallbacks from a vendor at one node to one at another`, () => {
  test('never mix at a reader of the SDK', async () => {
    await inTurns(fallbacks, async (index) => {
      const stream = client.stream(ask('any', words(index), {}));
      const { text, ids, error } = await readStream(stream);
      expect({ text, answers: ids.size, error }).toEqual({ text: words(index), answers: 1, error: undefined });
      const { router } = await stream.report;
      expect(router).toMatchObject({ provider: 'second', attempts: [{ model: 'first/echo' }] });
    });
  });

  test('come as two legs to one that reads frames: whichever is first, the second leg is whole and the first has said nothing', async () => {
    await inTurns(fallbacks, async (index) => {
      const { model, messages, demo } = ask('any', words(index), {});
      const reader = new ScriptedReader(plain.nc, { body: { model, messages, demo } });
      await until('the end and both accepts', () => reader.ended && reader.count('accept') === 2);
      const [first, second] = ['0', '1'].map((leg) => reader.frames.filter((frame) => legOf(frame) === leg));
      expect(first?.map(({ kind, seq }) => `${kind} ${seq}`)).toEqual(['accept 0.0']);
      const rest = reader.frames.filter((frame) => legOf(frame) !== '0');
      expect(second?.length).toBeGreaterThan(2);
      expect(isComplete(rest)).toBe(true);
      expect(textOf(reader.frames)).toBe(words(index));
      reader.leave();
    });
  });
});

describe('a model that is tried again, each time as a leg of its own', () => {
  test('answers an SDK stream as if nothing had been, whatever credit the reader has', async () => {
    const stream = client.stream(ask('again/echo', 'a b c', failing(2, { chunks: 100, delay_ms: 1 })));
    const { chunks, ids, error } = await readStream(stream);
    expect([chunks > 50, ids.size, error]).toEqual([true, 1, undefined]);
    expect((await stream.report).router.attempts).toHaveLength(2);
  });

  test('answers a whole answer', async () => {
    const answer = await client.chat(ask('again/echo', 'hi', failing(2)));
    expect(answer.choices[0]?.message.content).toBe('hi');
    expect(answer.router.attempts).toHaveLength(2);
  });

  test('that fails each time fails the request once, with every attempt', async () => {
    const failure = {
      code: 'provider_failed',
      details: { attempts: [{ status: 500 }, { status: 500 }, { status: 500 }] },
    };
    await expect(client.chat(ask('again/echo', 'hi', { status: 500 }))).rejects.toMatchObject(failure);
    const { text, error } = await readStream(client.stream(ask('again/echo', 'hi', { status: 500 })));
    expect(error).toMatchObject(failure);
    expect(text).toBe('');
  });

  test('is not tried again once a part of its answer has come', async () => {
    const stream = client.stream(ask('again/echo', words(1), failing(1, { cut_after: 3, delay_ms: 20 })));
    const { text, error } = await readStream(stream);
    expect(error).toMatchObject({ code: 'stream_interrupted', details: { attempts: [{ status: 500 }, {}] } });
    expect(words(1).startsWith(text)).toBe(true);
    const ofIt = async () => (await readLedger(mesh.nats, 0)).ended.filter(({ request }) => request === stream.request);
    await until('both records', async () => (await ofIt()).length === 2);
    expect((await ofIt()).map(({ leg, outcome }) => `${leg} ${outcome}`)).toEqual(['0 failed', '1 interrupted']);
  });

  test('is waited for as long as it wants: readers hear beats meanwhile, and a cancel ends the wait', async () => {
    const later = () => failing(1, { status: 429, retry_after: 3 });
    const read = () => new ScriptedReader(plain.nc, { body: { model: 'again/echo', demo: later() }, credit: 4 });
    const [patient, impatient] = [read(), read()];
    const before = performance.now();
    const answering = client.chat(ask('again/echo', 'hi', later()));
    const abort = new AbortController();
    const aborting = client
      .chat(ask('again/echo', 'hi', later()), { signal: abort.signal })
      .catch((error: unknown) => error);
    await impatient.has('beat');
    const cancelledAt = performance.now();
    impatient.cancel();
    abort.abort();
    await until('its end', () => impatient.ended);
    expect(performance.now() - cancelledAt).toBeLessThan(900); // the wait would have been longer
    expect(impatient.kinds).toEqual(['accept', 'beat', 'error', 'eos']);
    expect(impatient.frames.at(-2)?.text).toContain('"cancelled"');
    expect(await aborting).toMatchObject({ code: 'cancelled' });

    await until('the answer', () => patient.ended);
    expect(performance.now() - before).toBeGreaterThan(3000);
    expect(patient.kinds.slice(0, 3)).toEqual(['accept', 'beat', 'accept']);
    expect(isComplete(patient.frames.slice(2))).toBe(true);
    expect((await answering).router.attempts).toMatchObject([{ class: 'rate_limited', retry_after_ms: 3000 }]);
    // Nobody asked again, and nobody who had left was called again.
    const calls = (await readLedger(mesh.nats, 0)).started.filter(({ request }) => request === impatient.request);
    expect(calls.map(({ attempt, leg }) => [attempt, leg])).toEqual([[1, 0]]);
  });
});
