import { startMesh, until, type Mesh } from '@router-mesh/testing';
import { ulid } from 'ulid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import type { ChatRequest, Client, RequestOptions } from './index.ts';
import { connect } from './index.ts';

let mesh: Mesh;
let client: Client;

beforeAll(async () => {
  mesh = await startMesh();
  client = await connect({ servers: mesh.nats.url, tenant: 'acme.web' });
});

afterAll(async () => {
  await client.close();
  await mesh[Symbol.asyncDispose]();
});

beforeEach(() => mesh.demo.reset());

const hanging: ChatRequest = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }], demo: { hang: true } };
const dripping: ChatRequest = { ...hanging, messages: [{ role: 'user', content: 'a b' }], demo: { delay_ms: 60_000 } };
const cancelled = { code: 'cancelled', retryable: false };

/** The ways to ask for an answer that does not come. */
const ways: [string, (client: Client, options: RequestOptions) => Promise<unknown>][] = [
  ['chat', (from, options) => from.chat(hanging, options)],
  ['a stream without a first chunk', (from, options) => collect(from.stream(hanging, options))],
  ['a stream between two chunks', (from, options) => collect(from.stream(dripping, options))],
  ['embed', (from, options) => from.embed({ model: 'demo/embed', input: 'hi', demo: { hang: true } }, options)],
];

async function modelIsCalled(): Promise<void> {
  await until('the model is called', async () => (await mesh.demo.stats()).open === 1);
}

async function modelIsLeft(): Promise<void> {
  await until('the model is left', async () => (await mesh.demo.stats()).closed_by_client === 1);
  expect(await mesh.demo.stats()).toMatchObject({ open: 0, served: 0 });
}

describe.each(ways)('%s', (_name, ask) => {
  test('rejects with `cancelled` when its signal aborts, and the model is left', async () => {
    const abort = new AbortController();
    const asking = expect(ask(client, { signal: abort.signal })).rejects.toMatchObject({
      ...cancelled,
      cause: 'enough',
    });
    await modelIsCalled();
    abort.abort('enough');
    await asking;
    await modelIsLeft();
  });

  test('rejects with `cancelled` when its client cancels the id, and the model is left', async () => {
    const request = ulid();
    const asking = expect(ask(client, { request })).rejects.toMatchObject(cancelled);
    await modelIsCalled();
    await client.cancel(request);
    await asking;
    await modelIsLeft();
  });

  test('rejects with `cancelled` when another client of the tenant above cancels the id', async () => {
    await using other = await connect({ servers: mesh.nats.url, tenant: 'acme' });
    const request = ulid();
    const asking = expect(ask(client, { request })).rejects.toMatchObject(cancelled);
    await modelIsCalled();
    await other.cancel(request);
    await asking;
    await modelIsLeft();
  });

  test('rejects with `cancelled` when its client is closed, and the model is left', async () => {
    const leaving = await connect({ servers: mesh.nats.url, tenant: 'acme' });
    const asking = expect(ask(leaving, {})).rejects.toMatchObject(cancelled);
    await modelIsCalled();
    await leaving.close();
    await asking;
    await modelIsLeft();
  });

  test('is not sent at all when its signal has aborted before', async () => {
    await expect(ask(client, { signal: AbortSignal.abort() })).rejects.toMatchObject(cancelled);
    await client.chat({ ...hanging, demo: {} });
    expect(await mesh.demo.stats()).toMatchObject({ served: 1, closed_by_client: 0, open: 0 });
  });
});

test('another tenant cannot cancel by the id', async () => {
  await using stranger = await connect({ servers: mesh.nats.url, tenant: 'evil' });
  const request = ulid();
  const asking = client.chat({ ...hanging, demo: { first_delay_ms: 300 } }, { request });
  await modelIsCalled();
  await stranger.cancel(request);
  expect((await asking).choices).toHaveLength(1);
});

test('a signal that aborts after the answer does nothing, and is not listened to any more', async () => {
  const abort = new AbortController();
  const answer = await client.chat({ ...hanging, demo: {} }, { signal: abort.signal });
  abort.abort();
  expect(answer.choices).toHaveLength(1);
});

test('a stream that is cancelled throws at once, whatever was still to be read', async () => {
  const abort = new AbortController();
  const stream = client.stream({ ...dripping, demo: {} }, { signal: abort.signal });
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  const dripped = client.stream(dripping, { signal: abort.signal });
  const second = dripped[Symbol.asyncIterator]();
  await second.next();
  await stream.report;
  abort.abort();
  await expect(second.next()).rejects.toMatchObject(cancelled);
  expect((await collect(stream)).length).toBeGreaterThan(0); // this one was complete
});

test('a closed client takes no more requests', async () => {
  const closed = await connect({ servers: mesh.nats.url, tenant: 'acme' });
  await closed.close();
  await closed.close();
  const expected = { code: 'unavailable', details: { reason: 'closed' } };
  await expect(closed.chat(hanging)).rejects.toMatchObject(expected);
  await expect(closed.cancel(ulid())).rejects.toMatchObject(expected);
  expect(() => closed.stream(hanging)).toThrow(expect.objectContaining(expected));
});
