// Where a request goes when what it asks for is not known, not running, or fails.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoDocument, isComplete, PlainClient, readLedger, startMesh, textOf, type Mesh } from '../index.ts';

const dear = { input: '2', output: '2' };
const cheap = { input: '1', output: '1' };
let keys = 0;

/** Tell the demo model to fail the next calls that carry this body, and then to succeed. */
function failing(times: number): Readonly<Record<string, unknown>> {
  keys += 1;
  return { demo: { fail_first: times, key: `routing ${keys}` } };
}

describe('one model at two vendors, each with a process of its own', () => {
  let mesh: Mesh;
  let client: PlainClient;
  beforeAll(async () => {
    mesh = await startMesh({
      providers: 0,
      policies: 0,
      environment: { ROUTER_RETRIES: '0', ROUTER_BREAKER_CALLS: '0' }, // each candidate once: this is about the next one
      documents: (url) => [
        demoDocument(url, 'first', { models: [{ name: 'echo', price: cheap }] }),
        demoDocument(url, 'second', { models: [{ name: 'echo', price: dear }] }),
      ],
    });
    await mesh.start('provider', { ROUTER_PROVIDERS: mesh.seeds, ROUTER_VENDORS: 'first' });
    await mesh.start('provider', { ROUTER_VENDORS: 'second' });
    await mesh.start('policy');
    client = await PlainClient.connect(mesh.nats.url);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await mesh[Symbol.asyncDispose]();
  });

  test('an unknown vendor, and an unknown model, are not_found by name', async () => {
    expect((await client.chat('x', { model: 'nobody/echo' })).body.error).toMatchObject({
      code: 'not_found',
      message: 'no provider "nobody"',
      param: 'model',
    });
    expect((await client.chat('x', { model: 'first/nothing' })).body.error).toMatchObject({
      code: 'not_found',
      message: 'provider "first" has no model "nothing"',
    });
    expect((await client.chat('x', { model: 'nothing' })).body.error).toMatchObject({
      code: 'not_found',
      message: 'no provider has a model "nothing"',
    });
  });

  test('auto goes to the cheapest, and to the next when that one fails', async () => {
    expect((await client.chat('x', { model: 'auto' })).body.router).toMatchObject({
      model: 'first/echo',
      attempts: [],
    });
    const { body } = await client.chat('x', { model: 'auto', ...failing(1) });
    expect(body.router).toMatchObject({
      model: 'second/echo',
      attempts: [{ model: 'first/echo', class: 'server_error', status: 500 }],
    });
    expect(body.router?.trail.map((entry) => (entry as { code?: string }).code)).toEqual(['ok', 'server_error', 'ok']);
  });

  test('a stream falls back before its first delta: the reader follows the higher leg', async () => {
    const frames = await client.stream('x', { model: 'auto', ...failing(1) });
    expect(frames.map(({ kind, seq }) => `${kind} ${seq}`).slice(0, 2)).toEqual(['accept 0.0', 'accept 1.0']);
    expect(isComplete(frames.slice(1))).toBe(true);
    expect(textOf(frames)).toBe('x');
  });

  test('never after the first delta: the stream is interrupted and nobody else is called', async () => {
    await mesh.demo.reset();
    const frames = await client.stream('a b c d e f', {
      model: 'auto',
      demo: { chunks: 6, cut_after: 2, delay_ms: 20 },
    });
    const error = JSON.parse(frames.at(-2)?.text ?? '') as { error: { code: string; details: { delivered: number } } };
    expect(error.error).toMatchObject({ code: 'stream_interrupted' });
    expect(error.error.details.delivered).toBe(frames.filter(({ kind }) => kind === 'delta').length);
    expect(frames.at(-1)?.kind).toBe('eos');
    const calls = await mesh.demo.calls();
    expect(calls.served.length + calls.failed.length + calls.closed.length).toBe(1);
  });

  test('an explicit vendor/model never leaves its vendor', async () => {
    const { body, headers } = await client.chat('x', { model: 'first/echo', ...failing(1) });
    expect(body.error).toMatchObject({
      code: 'provider_failed',
      retryable: true,
      details: { attempts: [{ model: 'first/echo', class: 'server_error' }] },
    });
    expect(headers['Nats-Service-Error-Code']).toBe('502');
  });

  test('when every candidate fails, all attempts are told and all calls recorded', async () => {
    const before = (await readLedger(mesh.nats, 0)).finished.length;
    const { body } = await client.chat('x', { model: 'echo', ...failing(2) });
    expect(body.error).toMatchObject({
      code: 'provider_failed',
      details: { attempts: [{ model: 'first/echo' }, { model: 'second/echo' }] },
    });
    const { finished } = await readLedger(mesh.nats, before + 2);
    expect(finished.slice(before).map(({ outcome, model, leg }) => `${model} ${outcome} ${leg}`)).toEqual([
      'first/echo failed 0',
      'second/echo failed 1',
    ]);
  });

  test('what is wrong with the request itself is tried nowhere else', async () => {
    const { body } = await client.chat('x', { model: 'auto', demo: { status: 400 } });
    expect(body.error).toMatchObject({
      code: 'invalid_request',
      details: { attempts: [{ model: 'first/echo', class: 'bad_request', status: 400 }] },
    });
  });

  test('when no process serves the first vendor, auto goes to the second; what is asked for by name is unavailable', async () => {
    await mesh.of('provider')[0]?.stop();
    const { body } = await client.chat('x', { model: 'auto' });
    expect(body.router).toMatchObject({
      model: 'second/echo',
      attempts: [{ model: 'first/echo', class: 'not_running' }],
    });
    expect(isComplete(await client.stream('x', { model: 'auto' }))).toBe(true);

    const explicit = await client.chat('x', { model: 'first/echo' });
    expect(explicit.body.error).toMatchObject({
      code: 'unavailable',
      retryable: true,
      details: { reason: 'not_running', stop: 'provider.first' },
    });
    expect(explicit.headers['Nats-Service-Error-Code']).toBe('503');
  });

  test('with no provider running at all the client hears unavailable, in a stream too', async () => {
    for (const provider of mesh.of('provider')) await provider.stop();
    expect((await client.chat('x', { model: 'auto' })).body.error).toMatchObject({
      code: 'unavailable',
      details: { stop: 'provider.second' },
    });
    const frames = await client.stream('x', { model: 'second/echo' });
    expect(frames.map(({ kind }) => kind)).toEqual(['error', 'eos']);
  });
});
