import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { natsServer, startMesh, until, type Mesh } from '@router-mesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import { Cuttable } from '../test/cuttable.ts';
import type { ChatChunk, ChatRequest } from './index.ts';
import { connect } from './index.ts';

const hi: ChatRequest = { model: 'demo/echo', messages: [{ role: 'user', content: 'a b' }] };
const hanging: ChatRequest = { ...hi, demo: { hang: true } };
const dripping: ChatRequest = { ...hi, demo: { delay_ms: 60_000 } };
const disconnected = { code: 'unavailable', retryable: true, details: { reason: 'disconnected' } };

let mesh: Mesh;

beforeAll(async () => {
  mesh = await startMesh();
});

afterAll(() => mesh[Symbol.asyncDispose]());

beforeEach(() => mesh.demo.reset());

test('whole answers go over one connection, streams over a second one that the first stream opens', async () => {
  await using way = await Cuttable.to(mesh.nats.port);
  await using client = await connect({ servers: way.url, tenant: 'acme' });
  await client.chat(hi);
  await client.embed({ model: 'demo/embed', input: 'hi' });
  await client.decide(hi);
  expect(way.connections).toBe(1);
  await Promise.all([1, 2, 3].map(() => collect(client.stream(hi))));
  expect(way.connections).toBe(2);
  await client.close();
  await until('both are closed', () => way.connections === 0);
});

describe('a connection that is lost', () => {
  test('fails at once what is under way: `unavailable`, or `stream_interrupted` when a part had come', async () => {
    await using way = await Cuttable.to(mesh.nats.port);
    await using client = await connect({ servers: way.url, tenant: 'acme' });
    const heard: ChatChunk[] = [];
    const reading = (async () => {
      for await (const chunk of client.stream(dripping)) heard.push(chunk);
    })();
    const failing = Promise.all([
      expect(client.chat(hanging)).rejects.toMatchObject(disconnected),
      expect(client.embed({ model: 'demo/embed', input: 'hi', demo: { hang: true } })).rejects.toMatchObject(
        disconnected,
      ),
      expect(collect(client.stream(hanging))).rejects.toMatchObject(disconnected),
      expect(reading).rejects.toMatchObject({
        code: 'stream_interrupted',
        retryable: false,
        details: { delivered: expect.toBeOneOf([1, 2]) as number }, // pieces that came together are one delta
      }),
    ]);
    await until('all are under way', async () => (await mesh.demo.stats()).open === 4 && heard.length === 2);
    const cutAt = performance.now();
    way.cut();
    await failing;
    expect(performance.now() - cutAt).toBeLessThan(1000);
  });

  test('refuses requests as `unavailable` until it is there again, and never drops one', async () => {
    await using way = await Cuttable.to(mesh.nats.port);
    await using client = await connect({ servers: way.url, tenant: 'acme' });
    await collect(client.stream(hi));
    way.cut();
    await until('it is noticed', async () => (await failureOf(client.chat(hi))) === 'unavailable');
    await expect(client.chat(hi)).rejects.toMatchObject(disconnected);
    await expect(client.decide(hi)).rejects.toMatchObject(disconnected);
    await expect(collect(client.stream(hi))).rejects.toMatchObject(disconnected);
    await expect(client.cancel('01ARZ3NDEKTSV4RRFFQ69G5FAV')).rejects.toMatchObject(disconnected);
    way.mend();
    await until('it is there again', async () => (await failureOf(client.chat(hi))) === undefined);
    await until('streams, too', async () => (await failureOf(collect(client.stream(hi)))) === undefined);
  });

  test('every request around the moment of the loss is answered or fails with a code, soon', async () => {
    await using way = await Cuttable.to(mesh.nats.port);
    await using client = await connect({ servers: way.url, tenant: 'acme' });
    await collect(client.stream(hi));
    const outcomes: Promise<string | undefined>[] = [];
    for (let round = 0; round < 40; round += 1) {
      if (round === 20) way.cut();
      for (let n = 0; n < 5; n += 1) {
        outcomes.push(failureOf(client.chat(hi)), failureOf(collect(client.stream(hi))));
      }
      await new Promise(setImmediate);
    }
    const codes = new Set(await Promise.all(outcomes));
    expect([...codes].filter((code) => code !== undefined).sort()).toEqual(expect.arrayContaining(['unavailable']));
    expect([undefined, 'unavailable', 'stream_interrupted']).toEqual(expect.arrayContaining([...codes]));
  });

  test('closes while there is no connection', async () => {
    await using nats = await natsServer();
    await using way = await Cuttable.to(nats.port);
    const client = await connect({ servers: way.url, tenant: 'acme' });
    way.cut();
    await until('it is noticed', async () => (await failureOf(client.chat(hi))) === 'unavailable');
    await client.close();
  });

  test('a first stream that finds no connection does not spoil the next one', async () => {
    await using way = await Cuttable.to(mesh.nats.port);
    await using client = await connect({ servers: way.url, tenant: 'acme' });
    way.cut();
    expect(await failureOf(collect(client.stream(hi)))).toBe('unavailable');
    way.mend();
    await until('a stream comes through', async () => (await failureOf(collect(client.stream(hi)))) === undefined);
  });
});

describe('connecting', () => {
  test('is refused by an error that says why', async () => {
    await using nats = await natsServer();
    const file = join(nats.folder, 'wrong.json');
    writeFileSync(file, '{"user":"acme","pass":"no"}');
    const server = { servers: nats.url, tenant: 'acme' };
    await expect(connect({ ...server, credentials: file })).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(connect({ ...server, servers: 'nats://127.0.0.1:1' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(connect({ ...server, tenant: 'Acme' })).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'tenant',
    });
    await expect(connect({ ...server, timeoutMs: 0 })).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'timeoutMs',
    });
    await expect(connect({ ...server, inboxPrefix: 'answers' })).rejects.toMatchObject({ param: 'inboxPrefix' });
  });

  test('takes the first of several servers that answers', async () => {
    await using client = await connect({ servers: ['nats://127.0.0.1:1', mesh.nats.url], tenant: 'acme' });
    expect((await client.chat(hi)).choices).toHaveLength(1);
  });

  test('the server lists both connections by name', async () => {
    await using nats = await natsServer({ settings: 'http: "127.0.0.1:-1"' });
    await using client = await connect({ servers: nats.url, tenant: 'acme', name: 'my program' });
    await failureOf(collect(client.stream(hi)));
    const file = readdirSync(nats.folder).find((name) => name.endsWith('.ports')) ?? '';
    const ports = JSON.parse(readFileSync(join(nats.folder, file), 'utf8')) as { monitoring: [string] };
    const listed = (await (await fetch(`${ports.monitoring[0]}/connz`)).json()) as { connections: { name: string }[] };
    expect(listed.connections.map(({ name }) => name).sort()).toEqual(['my program', 'my program streams']);
  });
});

describe('a tenant with credentials of its own', () => {
  test('is served, and another tenant is refused at once as `unauthenticated`', async () => {
    await using guarded = await startMesh({ tenants: ['acme'] });
    const own = { servers: guarded.nats.url, credentials: guarded.nats.credentials('acme') };
    await using client = await connect({ ...own, tenant: 'acme.web' });
    expect((await client.chat(hi)).choices).toHaveLength(1);
    await using stranger = await connect({ ...own, tenant: 'evil' });
    await expect(stranger.chat(hi)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(collect(stranger.stream(hi))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('with ROUTER_TENANT_INBOX=1 is answered below its own prefix, and told when it listens elsewhere', async () => {
    await using guarded = await startMesh({
      tenants: ['acme'],
      tenantInbox: true,
      environment: { ROUTER_TENANT_INBOX: '1' },
    });
    const own = { servers: guarded.nats.url, credentials: guarded.nats.credentials('acme'), tenant: 'acme.web' };
    await using client = await connect(own);
    expect((await client.chat(hi)).choices).toHaveLength(1);
    expect((await collect(client.stream(hi))).length).toBeGreaterThan(0);
    await using deaf = await connect({ ...own, inboxPrefix: '_INBOX' });
    await expect(deaf.chat(hi)).rejects.toThrow('set inboxPrefix');
    await expect(collect(deaf.stream(hi))).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

/** The code that a request failed with; undefined when it was answered. */
async function failureOf(asking: Promise<unknown>): Promise<string | undefined> {
  try {
    await asking;
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
