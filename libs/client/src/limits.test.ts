import { natsServer, startMesh, until, type Mesh } from '@router-mesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import type { ChatRequest } from './index.ts';
import { connect } from './index.ts';

const sized = (bytes: number): ChatRequest => {
  const empty = { model: 'demo/echo', messages: [{ role: 'user', content: '' }], demo: { bytes: 1 } };
  return { ...empty, messages: [{ role: 'user', content: 'x'.repeat(bytes - JSON.stringify(empty).length) }] };
};
const mebibyte = 1024 * 1024;

describe('deadlines', () => {
  let mesh: Mesh;
  beforeAll(async () => (mesh = await startMesh()));
  afterAll(() => mesh[Symbol.asyncDispose]());
  beforeEach(() => mesh.demo.reset());

  const hanging: ChatRequest = {
    model: 'demo/echo',
    messages: [{ role: 'user', content: 'a b' }],
    demo: { hang: true },
  };

  test('the mesh is told the time, says when it is over, and leaves the model', async () => {
    await using client = await connect({ servers: mesh.nats.url, tenant: 'acme' });
    const expected = { code: 'deadline_exceeded', retryable: true, details: { stop: 'provider.demo' } };
    await expect(client.chat(hanging, { timeoutMs: 200 })).rejects.toMatchObject(expected);
    await expect(collect(client.stream(hanging, { timeoutMs: 200 }))).rejects.toMatchObject(expected);
    await until('the model is left', async () => (await mesh.demo.stats()).closed_by_client === 2);
  });

  test("the client's own time holds where a request does not say", async () => {
    await using client = await connect({ servers: mesh.nats.url, tenant: 'acme', timeoutMs: 200 });
    await expect(client.chat(hanging)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(
      (await client.chat({ ...hanging, demo: { first_delay_ms: 400 } }, { timeoutMs: 5000 })).choices,
    ).toHaveLength(1);
  });

  test('the time covers the whole of a stream', async () => {
    await using client = await connect({ servers: mesh.nats.url, tenant: 'acme' });
    const stream = client.stream({ ...hanging, demo: { delay_ms: 60_000 } }, { timeoutMs: 300 });
    const heard: unknown[] = [];
    const reading = (async () => {
      for await (const chunk of stream) heard.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(heard.length).toBeGreaterThan(0);
  });
});

test('a mesh that says nothing: a second after the time the client says `deadline_exceeded` itself, and cancels', async () => {
  await using nats = await natsServer();
  const root = await nats.connect('root');
  const asked = root.subscribe('router.v2.request.chat.acme', { max: 1 });
  const told: string[] = [];
  root.subscribe('router.v2.cancel.acme', { callback: (_error, message) => void told.push(message.string()) });
  await root.flush();

  await using client = await connect({ servers: nats.url, tenant: 'acme' });
  const startedAt = performance.now();
  const asking = client.chat(sized(200), { timeoutMs: 100, request: '01ARZ3NDEKTSV4RRFFQ69G5FAV' });
  await expect(asking).rejects.toMatchObject({ code: 'deadline_exceeded', details: { stop: 'client' } });
  expect(performance.now() - startedAt).toBeGreaterThan(1090);
  for await (const message of asked) {
    expect(Number(message.headers?.get('Router-Timeout'))).toBeGreaterThan(0);
    expect(Number(message.headers?.get('Router-Timeout'))).toBeLessThanOrEqual(100);
  }
  await until('the mesh is told', () => told.length === 1);
  expect(told).toEqual(['{"request":"01ARZ3NDEKTSV4RRFFQ69G5FAV"}']);
  await root.close();
});

describe('a body that is too large is refused before anything is sent', () => {
  test.each<[string, { readonly settings?: string }, { readonly maxBodyBytes?: number }, number, string]>([
    ['4 MiB by default', {}, {}, 4 * mebibyte, 'maxBodyBytes'],
    ['maxBodyBytes', {}, { maxBodyBytes: 1000 }, 1000, 'maxBodyBytes'],
    [
      "the server's max_payload less 128 KiB",
      {},
      { maxBodyBytes: 64 * mebibyte },
      8 * mebibyte - 131_072,
      'max_payload',
    ],
  ])('%s', async (_name, server, options, limit, setting) => {
    await using nats = await natsServer(server);
    const root = await nats.connect('root');
    const sizes: number[] = [];
    root.subscribe('router.v2.request.>', {
      callback: (_error, message) => {
        sizes.push(message.data.length);
        message.respond('{}');
      },
    });
    await root.flush();
    await using client = await connect({ servers: nats.url, tenant: 'acme', ...options });

    const expected = { code: 'too_large', param: 'body', details: { limit, size: limit + 1 } };
    await expect(client.chat(sized(limit + 1))).rejects.toMatchObject(expected);
    await expect(client.decide(sized(limit + 1))).rejects.toThrow(setting);
    const streamed = limit + 1 - ',"stream":true'.length;
    expect(() => client.stream(sized(streamed))).toThrow(expect.objectContaining(expected));
    await client.chat(sized(limit));
    expect(sizes).toEqual([limit]);
    await root.close();
  });

  test('a mesh takes what the client may send', async () => {
    await using mesh = await startMesh();
    await using client = await connect({ servers: mesh.nats.url, tenant: 'acme' });
    expect((await client.chat(sized(4 * mebibyte))).choices).toHaveLength(1);
  });
});
