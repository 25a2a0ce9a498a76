// Readers that stall, leave, lose what they said or never say anything: what they get, and what their model is made to do.
import { connect, type Client } from '@router-mesh/client';
import type { FinishedRecord } from '@router-mesh/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  EndlessModel,
  demoDocument,
  isComplete,
  pieceNumber,
  PlainClient,
  poll,
  readLedger,
  readStream,
  ScriptedReader,
  startMesh,
  textOf,
  until,
  type Mesh,
  type Reading,
} from '../index.ts';

const long = process.env['MESH_TEST_LONG'] !== undefined;
/** More than all buffers between a model and its reader hold. */
const answerBytes = 32 * 1024 * 1024;
const beatMs = 2000;
/** How long a reader of the SDK does nothing: in the long run longer than the mesh waits for a reader that says nothing. */
const stallMs = long ? 21_000 : 3000;

let mesh: Mesh;
let client: PlainClient;
let model: EndlessModel;
beforeAll(async () => {
  model = await EndlessModel.start(answerBytes);
  mesh = await startMesh({
    documents: (url) => [
      demoDocument(url),
      { vendor: 'endless', format: 'openai', base_url: model.url, models: [{ name: 'm' }] },
    ],
  });
  client = await PlainClient.connect(mesh.nats.url);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await Promise.all([mesh[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
});

const read = (reading: Reading = {}): ScriptedReader => new ScriptedReader(client.nc, reading);
/** So many pieces, so far apart: each comes as a delta of its own. */
const pieces = (chunks: number, delay_ms = 10) => ({ demo: { chunks, delay_ms } });

/** The record of the one call of a request. */
async function finishedOf(reader: ScriptedReader): Promise<FinishedRecord> {
  const { request } = reader;
  return await poll('its record', async () =>
    (await readLedger(mesh.nats, 0)).finished.find((record) => record.request === request),
  );
}

test('a reader that stalls holds its credit and no more, its model is paused, and others keep their pace', async () => {
  const [, alone] = await timed(() => manyStreams());
  const stalled = read({ body: { model: 'endless/m' }, credit: 8 });
  const others = Array.from({ length: 20 }, () => read({ body: pieces(1000, 1), credit: 4 }));
  await stalled.has('delta', 8);
  const [complete, beside] = await timed(() => manyStreams());
  expect(complete).toBe(true);
  expect(beside).toBeLessThan(10 * alone);
  await stalled.has('beat');
  const paused = model.written;
  stalled.grant(7); // says nothing new
  await stalled.has('beat', 2);
  expect([stalled.count('delta'), model.written]).toEqual([8, paused]);
  expect(model.written).toBeLessThan(answerBytes / 2);
  expect(others.map((reader) => reader.count('delta'))).toEqual(others.map(() => 4));

  stalled.grant(1_000_000_000);
  for (const reader of others) reader.cancel();
  await until('the rest', () => stalled.ended, 50_000);
  expect(isComplete(stalled.frames)).toBe(true);
  expect(textOf(stalled.frames).length).toBeGreaterThan(answerBytes * 0.9);
  await until('the others to end', () => others.every(({ ended }) => ended));
}, 90_000);

test(`a reader of the SDK that stalls for ${stallMs} ms holds its credit and no more; others keep their pace, and then it gets every chunk in order`, async () => {
  const credit = 8;
  await using sdk = await connect({ servers: mesh.nats.url, tenant: 'demo', credit });
  await using outside = await PlainClient.connect(mesh.nats.url, { user: 'root' });
  let sent = 0;
  outside.nc.subscribe('_INBOX.demo.>', {
    // The pieces of the endless model are large.
    callback: (_error, { headers, data }) =>
      (sent += headers?.get('Router-Frame') === 'delta' && data.length > 4096 ? 1 : 0),
  });
  await outside.nc.flush();
  const [, alone] = await timed(() => manyStreams(() => shortOf(sdk)));
  const stream = sdk.stream({ model: 'endless/m', messages: [{ role: 'user', content: 'x' }] });
  const iterator = stream[Symbol.asyncIterator]();
  const texts: string[] = [];
  const next = async (): Promise<boolean> => {
    const { done, value } = await iterator.next();
    texts.push(value?.choices[0]?.delta.content ?? '');
    return done !== true;
  };
  for (let taken = 0; taken < 3; taken += 1) await next();
  const stalledAt = performance.now();
  await until('its credit to be used up', () => sent >= credit);
  for (const shorts of [() => shortOf(sdk), shortOfPlain]) {
    const [complete, beside] = await timed(() => manyStreams(shorts));
    expect(complete).toBe(true);
    expect(beside).toBeLessThan(10 * alone);
  }
  const paused = model.written;
  await until('its time', () => performance.now() - stalledAt > stallMs, 30_000);
  expect(sent).toBeLessThanOrEqual(texts.length + credit);
  expect(model.written).toBe(paused);
  expect(paused).toBeLessThan(answerBytes / 2);

  while (await next());
  const numbers = texts.filter((text) => text !== '').map(pieceNumber);
  expect(numbers.length).toBeGreaterThan((answerBytes * 0.9) / (9 * 1024));
  expect(numbers).toEqual(numbers.map((_, index) => index));
  expect((await stream.report).router.provider).toBe('endless');
}, 90_000);

/** Whether all of some short streams were complete. */
async function manyStreams(isWhole: () => Promise<boolean> = shortOfPlain): Promise<boolean> {
  let complete = 0;
  const worker = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) if (await isWhole()) complete += 1;
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return complete === 160;
}

async function shortOfPlain(): Promise<boolean> {
  return isComplete(await client.stream('a few words', pieces(5, 1)));
}

async function shortOf(sdk: Client): Promise<boolean> {
  const request = {
    model: 'demo/echo',
    messages: [{ role: 'user' as const, content: 'a few words' }],
    ...pieces(5, 1),
  };
  return (await readStream(sdk.stream(request))).error === undefined;
}

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [Result, number]> {
  const started = performance.now();
  return [await work(), performance.now() - started];
}

describe.concurrent('a reader', () => {
  test('that lost every limit it said goes on with the one it says to the next beat', async () => {
    // What comes while it is paused comes in one delta: there must be more to come, and to stop at, after the first beat.
    const reader = read({ body: pieces(40, 100), credit: 3 });
    await reader.has('delta', 3);
    reader.limit = () => reader.count('delta') + 6;
    await until('the end', () => reader.ended);
    expect(isComplete(reader.frames)).toBe(true);
    expect(reader.count('beat')).toBeGreaterThan(1);
  });

  test('that asks for no flow control gets everything, and is told every two seconds that somebody works for it', async () => {
    const frames = await client.stream('x', pieces(3000, 1));
    expect(isComplete(frames)).toBe(true);
    const beats = frames.filter(({ kind }) => kind === 'beat');
    expect(beats.length).toBeGreaterThan(0);
    expect(beats.every(({ seq, text }) => seq === '' && text === '{"leg":0}')).toBe(true);
  });

  test.each<[string, Reading, number]>([
    ['in mid-stream', { body: pieces(1000, 50) }, 3],
    ['while it holds all of its credit', { body: pieces(1000, 50), credit: 3 }, 3],
    ['before its model has said anything', { body: { demo: { first_delay_ms: 60_000 } } }, 0],
    [
      'of a whole answer',
      { body: { stream: false, demo: { first_delay_ms: 60_000 } }, headers: { 'Router-Frames': '1' } },
      0,
    ],
  ])('that leaves %s stops its model at the next beat', async (_, reading, deltas) => {
    const reader = read(reading);
    await reader.has('accept');
    await until('the deltas', () => reader.count('delta') >= deltas);
    const accepted = reader.frames[0]?.at ?? 0;
    reader.leave();
    const record = await finishedOf(reader);
    expect(record).toMatchObject({ outcome: 'cancelled', error: 'cancelled' });
    expect(performance.now() - accepted).toBeLessThan(3 * beatMs); // one until the beat, the rest for a busy machine
    await until('the model to see it', async () => (await mesh.demo.calls()).closed.includes(record.call));
  });

  test('whose process dies stops its model too', async () => {
    const other = await PlainClient.connect(mesh.nats.url);
    const reader = new ScriptedReader(other.nc, { body: pieces(1000, 50), credit: 1000 });
    await reader.has('delta');
    await other[Symbol.asyncDispose]();
    expect(await finishedOf(reader)).toMatchObject({ outcome: 'cancelled' });
  });

  test('that waits for a whole answer in frames is told that somebody works for it', async () => {
    const reader = read({ body: { stream: false, demo: { first_delay_ms: 2500 } }, headers: { 'Router-Frames': '1' } });
    await until('the end', () => reader.ended);
    expect(reader.kinds).toEqual(['accept', 'beat', 'end', 'eos']);
    expect(reader.frames[1]?.reply).toBe(reader.control);
  });

  test('that waits for one message gets one message', async () => {
    const reader = read({ body: { stream: false, demo: { first_delay_ms: 2500 } }, credit: 5 });
    await reader.has('');
    expect(reader.kinds).toEqual(['']);
  });

  test.runIf(long)(
    'with credit that answers no beat is gone after a quarter of a minute, and is told so',
    async () => {
      const reader = read({ body: pieces(60, 1000), credit: 100 });
      await until('the end', () => reader.ended, 30_000);
      const [accept, error] = [reader.frames[0], reader.frames.at(-2)];
      expect(error?.text).toContain('reader_gone');
      expect(reader.count('beat')).toBe(8);
      expect((error?.at ?? 0) - (accept?.at ?? 0)).toBeGreaterThan(15_000);
    },
    40_000,
  );
});

test.runIf(long)(
  'a producer that was stopped for twenty seconds blames no reader for it',
  async () => {
    const reader = read({ body: pieces(300, 100), credit: 1000 });
    reader.limit = () => 1000;
    await reader.has('delta', 3);
    const [provider] = mesh.of('provider');
    provider?.child.kill('SIGSTOP');
    const stopped = performance.now();
    await until('twenty seconds', () => performance.now() - stopped > 20_000, 30_000);
    provider?.child.kill('SIGCONT');
    await until('the end', () => reader.ended, 60_000);
    expect(isComplete(reader.frames)).toBe(true);
  },
  120_000,
);
