import { natsServer, startMesh, type Mesh } from '@router-mesh/testing';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import type { ChatRequest, Client } from './index.ts';
import { connect, RouterError } from './index.ts';

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

const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'demo/echo',
  messages: [{ role: 'user', content }],
  ...more,
});

describe('chat', () => {
  test('answers, and tells which way the request went', async () => {
    const answer = await client.chat(ask('hi'));
    expect(answer.choices[0]?.message).toMatchObject({ role: 'assistant', content: 'hi' });
    expect(answer.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 1 });
    expect(answer.router).toMatchObject({
      provider: 'demo',
      model: 'demo/echo',
      policy: 'default',
      attempts: [],
      usage_stored: true,
    });
    expect(answer.router.trail.map(({ stop }) => stop)).toEqual(['policy', 'provider.demo']);
  });

  test('takes the id that the caller gives', async () => {
    const request = ulid();
    expect((await client.chat(ask('hi'), { request })).router.request).toBe(request);
  });

  test('gives each request an id of its own', async () => {
    const [one, other] = await Promise.all([client.chat(ask('hi')), client.chat(ask('hi'))]);
    expect(one.router.request).toMatch(/^[0-9A-Z]{26}$/);
    expect(one.router.request).not.toBe(other.router.request);
  });

  test('passes on what it does not know, and calls tools', async () => {
    const tool = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } };
    const answer = await client.chat(ask('hi', { model: 'demo/tools', tools: [tool] }));
    expect(answer.choices[0]?.message.tool_calls?.[0]?.function.name).toBe('weather');
    expect((await client.chat(ask('', { demo: { bytes: 1000 } }))).choices[0]?.message.content).toHaveLength(1000);
  });
});

test('embed answers one vector an input', async () => {
  const { data, router } = await client.embed({ model: 'demo/embed', input: ['red', 'green'], dimensions: 4 });
  expect(data.map(({ embedding }) => embedding.length)).toEqual([4, 4]);
  expect(router.model).toBe('demo/embed');
});

test('decide tells the plan and the stops, and calls no model', async () => {
  await mesh.demo.reset();
  const request = ulid();
  const decision = await client.decide(ask('hi', { router: { tags: { team: 'a' } } }), { request });
  expect(decision).toMatchObject({ request, tenant: 'acme.web', itinerary: ['provider.demo'] });
  expect(decision.plan).toMatchObject({ candidates: [{ vendor: 'demo', model: 'echo' }], tags: { team: 'a' } });
  expect((await mesh.demo.stats()).served).toBe(0);
});

test('hundreds of requests and streams at once are each answered with their own answer', async () => {
  const said = Array.from({ length: 200 }, (_, index) => `number ${index}`);
  const whole = said.map(async (text) => (await client.chat(ask(text))).choices[0]?.message.content);
  const streamed = said.map(async (text) => {
    let heard = '';
    for await (const chunk of client.stream(ask(text))) heard += chunk.choices[0]?.delta.content ?? '';
    return heard;
  });
  expect(await Promise.all([...whole, ...streamed])).toEqual([...said, ...said]);
});

describe('errors', () => {
  test.each<[string, Partial<ChatRequest>, object]>([
    [
      'a model that nobody has',
      { model: 'nothing' },
      { code: 'not_found', param: 'model', retryable: false, status: 404 },
    ],
    ['a body that is not of its form', { messages: [] }, { code: 'invalid_request', param: 'messages' }],
    ['a model that fails', { demo: { status: 500 } }, { code: 'provider_failed', retryable: true, status: 502 }],
    ['a model that refuses', { demo: { status: 400 } }, { code: 'invalid_request', status: 400 }],
  ])('%s: the same RouterError from chat and from stream', async (_name, more, expected) => {
    const failure: unknown = await client.chat(ask('hi', more)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RouterError);
    expect(failure).toMatchObject(expected);
    const stream = client.stream(ask('hi', more));
    await expect(collect(stream)).rejects.toMatchObject(expected);
    await expect(stream.report).rejects.toMatchObject(expected);
  });

  test('what the model said about its failure is in the details', async () => {
    const attempt = { model: 'demo/echo', class: 'overloaded', status: 503 };
    await expect(client.chat(ask('hi', { demo: { status: 503 } }))).rejects.toMatchObject({
      details: { attempts: [attempt, attempt] }, // it was tried again
    });
  });

  test('chat does not take a body that asks for a stream', async () => {
    const body = { ...ask('hi'), stream: true } as unknown as ChatRequest;
    await expect(client.chat(body)).rejects.toMatchObject({ code: 'invalid_request', param: 'stream' });
  });

  test('an id that is no ULID and a time that is none are refused', async () => {
    await expect(client.chat(ask('hi'), { request: 'mine' })).rejects.toMatchObject({ param: 'request' });
    await expect(client.chat(ask('hi'), { timeoutMs: 0 })).rejects.toMatchObject({ param: 'timeoutMs' });
    await expect(client.cancel('mine')).rejects.toMatchObject({ code: 'invalid_request', param: 'request' });
    expect(() => client.stream(ask('hi'), { timeoutMs: Number.NaN })).toThrow('timeoutMs');
  });

  test('what JSON cannot say is refused', async () => {
    await expect(client.chat(ask('hi', { seed: 1n }))).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'body',
    });
  });

  test('with nobody serving policy, `unavailable` names that stop', async () => {
    await using nats = await natsServer();
    await using lonely = await connect({ servers: nats.url, tenant: 'acme' });
    const expected = { code: 'unavailable', retryable: true, details: { reason: 'not_running', stop: 'policy' } };
    await expect(lonely.chat(ask('hi'))).rejects.toMatchObject(expected);
    await expect(collect(lonely.stream(ask('hi')))).rejects.toMatchObject(expected);
  });

  test('a mesh that has no provider for the vendor any more names that stop', async () => {
    await using nobody = await startMesh({ providers: 1 });
    await using lonely = await connect({ servers: nobody.nats.url, tenant: 'acme' });
    await lonely.chat(ask('hi'));
    await nobody.of('provider')[0]?.stop();
    await expect(lonely.chat(ask('hi'))).rejects.toMatchObject({
      code: 'unavailable',
      details: { stop: 'provider.demo' },
    });
  });
});
