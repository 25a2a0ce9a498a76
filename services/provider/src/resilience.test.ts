// What provider does about a model that fails: it tries again, gives up in time, stops calling, and tells how the model does.
import {
  cancelSubject,
  health,
  HealthReport,
  parseAs,
  provider,
  type AnswerReport,
  type ErrorBody,
  type Plan,
  type ProviderDocument,
} from '@router-mesh/contracts';
import { PlainClient, readLedger, startMesh, until, type Frame, type Mesh } from '@router-mesh/testing';
import { call } from '@router-mesh/wire';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ulid } from 'ulid';
import { answer, chunk, completion, done, event, hang, scriptedUpstream, stream, type Script } from './testing.ts';

const model = await scriptedUpstream(answer(200, completion('hi')));
let mesh: Mesh;
let client: PlainClient;

beforeAll(async () => {
  mesh = await startMesh({ documents: () => [], environment: { ROUTER_BREAKER_OPEN: '3s' } });
  client = await PlainClient.connect(mesh.nats.url);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await Promise.all([mesh[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
});
beforeEach(() => {
  model.received.length = 0;
});

/** A vendor of its own for a test, so that no breaker remembers another's failures. */
async function vendor(name: string, changes: Partial<ProviderDocument> = {}): Promise<void> {
  const document: ProviderDocument = {
    vendor: name,
    format: 'openai',
    base_url: model.url,
    models: [{ name: 'm' }],
    ...changes,
  };
  const operator = await mesh.nats.connect('operator');
  const { revision } = await call(operator, provider.put, 'platform', { provider: document });
  await operator.close();
  await until('the document to be in force', async () => {
    const states = mesh.services.map(
      async ({ http }) =>
        (await (await fetch(`${http}/readyz`)).json()) as { snapshots: { router_v2_providers: number } },
    );
    return (await Promise.all(states)).every(({ snapshots }) => snapshots.router_v2_providers >= revision);
  });
}

/** The scripts in this order, the last one again and again. */
function inTurn(...scripts: readonly Script[]): Script {
  let turn = 0;
  return (response, request) => scripts[Math.min(turn++, scripts.length - 1)]?.(response, request);
}

const busy = answer(503, { error: { message: 'loading' } });
const well = answer(200, completion('hi'));

function errorOf(frames: readonly Frame[]): ErrorBody['error'] {
  return (JSON.parse(frames.at(-2)?.text ?? '') as ErrorBody).error;
}

describe('a candidate that fails in passing', () => {
  test('is tried again: each attempt is a leg, a call of its own, and told in attempts and trail', async () => {
    await vendor('again', { retries: 2 });
    model.script = inTurn(busy, answer(500, ''), stream(chunk('a', 'stop'), done));
    const request = ulid();
    const frames = await client.stream('x', { model: 'again/m' }, { headers: { 'Router-Request': request } });
    expect(frames.map(({ kind, seq }) => `${kind} ${seq}`)).toEqual([
      'accept 0.0',
      'accept 1.0',
      'accept 2.0',
      'delta 2.1',
      'end 2.2',
      'eos ',
    ]);
    const { router } = JSON.parse(frames.at(-2)?.text ?? '') as { router: AnswerReport };
    expect(router.attempts).toMatchObject([
      { model: 'again/m', class: 'overloaded', status: 503 },
      { model: 'again/m', class: 'server_error', status: 500 },
    ]);
    expect(router.trail.map(({ stop, code }) => `${stop} ${code}`)).toEqual([
      'policy ok',
      'provider.again overloaded',
      'provider.again server_error',
      'provider.again ok',
    ]);
    const ledger = await readLedger(mesh.nats, 3);
    const calls = ledger.finished.filter((record) => record.request === request);
    expect(calls.map(({ leg, outcome }) => `${leg} ${outcome}`)).toEqual(['0 failed', '1 failed', '2 answered']);
    const seen = model.received.map(({ headers }) => headers['x-request-id']);
    expect(calls.map((record) => record.call)).toEqual(seen);
    expect(new Set(seen).size).toBe(3);
  });

  test('is tried once more by default, and then the client is told', async () => {
    await vendor('default');
    model.script = busy;
    const { body } = await client.chat('x', { model: 'default/m' });
    expect(body.error).toMatchObject({ code: 'provider_failed', retryable: true });
    expect(body.error?.details?.['attempts']).toHaveLength(2);
    expect(model.received).toHaveLength(2);
  });

  test.each<[string, Script, number, string]>([
    ['whose key is wrong', answer(401, ''), 1, 'auth'],
    ['that redirects', answer(302, '', { location: '/' }), 1, 'server_error'],
    ['that does not have the model', answer(404, ''), 1, 'server_error'],
    ['that answers whole where a stream was asked for', well, 1, 'server_error'],
    ['that refuses the request', answer(400, ''), 1, 'bad_request'],
  ])('one %s is not', async (_what, script, calls, failure) => {
    await vendor('final');
    model.script = script;
    const frames = await client.stream('x', { model: 'final/m' });
    expect(errorOf(frames).details).toMatchObject({ attempts: [{ class: failure }] });
    expect(model.received).toHaveLength(calls);
  });

  test('is never tried again after a delta', async () => {
    await vendor('begun');
    model.script = stream(chunk('a'), hang);
    const frames = await client.stream(
      'x',
      { model: 'begun/m' },
      { onFrame: ({ kind }) => (kind === 'delta' ? model.breakOff() : undefined) },
    );
    expect(frames.map(({ kind }) => kind)).toEqual(['accept', 'delta', 'error', 'eos']);
    expect(model.received).toHaveLength(1);
  });

  test('whose every attempt failed for want of a key is not worth asking again', async () => {
    await vendor('keyless', { key: 'unset' });
    expect((await client.chat('x', { model: 'keyless/m' })).body.error).toMatchObject({
      code: 'provider_failed',
      retryable: false,
    });
  });
});

describe('what an upstream says about when', () => {
  test('is honoured where no other candidate is left', async () => {
    await vendor('later');
    model.script = inTurn(answer(429, '', { 'retry-after': '0.4' }), well);
    const started = performance.now();
    const { body } = await client.chat('x', { model: 'later/m' });
    expect(performance.now() - started).toBeGreaterThan(400);
    expect(body.router?.attempts).toMatchObject([{ class: 'rate_limited', retry_after_ms: 400 }]);
  });

  test('is told the client where it is too long to wait', async () => {
    await vendor('tomorrow');
    model.script = answer(429, '', { 'retry-after': '3600' });
    const { body } = await client.chat('x', { model: 'tomorrow/m' });
    expect(body.error).toMatchObject({ code: 'provider_failed', details: { retry_after_ms: 3_600_000 } });
    expect(model.received).toHaveLength(1);
  });

  test('sends the request to the next candidate at once where there is one', async () => {
    const priced = (input: string) => [{ name: 'two', price: { input, output: '0' } }];
    await vendor('limited', { models: priced('1') });
    await vendor('spare', { models: priced('2') });
    model.script = inTurn(answer(429, '', { 'retry-after': '2' }), well);
    const started = performance.now();
    const { body } = await client.chat('x', { model: 'two' });
    expect(performance.now() - started).toBeLessThan(1500);
    expect(body.router).toMatchObject({ provider: 'spare', attempts: [{ model: 'limited/two' }] });
  });

  test('never keeps a request beyond its time, and a cancel ends the wait at once', async () => {
    await vendor('waiting');
    model.script = answer(429, '', { 'retry-after': '5' });
    const short = await client.chat('x', { model: 'waiting/m' }, { headers: { 'Router-Timeout': '1000' } });
    expect(short.body.error).toMatchObject({ code: 'provider_failed', details: { retry_after_ms: 5000 } });

    const request = ulid();
    const started = performance.now();
    const asking = client.chat('x', { model: 'waiting/m' }, { headers: { 'Router-Request': request } });
    await until('the call', () => model.received.length === 2);
    await readLedger(mesh.nats, 1);
    client.nc.publish(cancelSubject('demo'), JSON.stringify({ request }));
    expect((await asking).body.error).toMatchObject({ code: 'cancelled' });
    expect(performance.now() - started).toBeLessThan(4000);
    expect(model.received).toHaveLength(2);
  });
});

describe('a time-out', () => {
  const once = { retries: 0 };

  test('of the first token passes, whatever comments keep the connection alive', async () => {
    await vendor('mute', { ...once, timeouts: { first_token_ms: 300 } });
    model.script = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const drip = setInterval(() => response.write(': still here\n\n'), 50);
      response.once('close', () => clearInterval(drip));
    };
    const error = errorOf(await client.stream('x', { model: 'mute/m' }));
    expect(error.details).toMatchObject({
      attempts: [
        {
          class: 'timeout',
          message: 'the model began no stream within 300 ms (timeouts.first_token_ms of provider "mute")',
        },
      ],
    });
  });

  test('of silence passes in mid-stream', async () => {
    await vendor('silent', { ...once, timeouts: { idle_ms: 200 } });
    model.script = stream(chunk('a'), hang);
    const error = errorOf(await client.stream('x', { model: 'silent/m' }));
    expect(error).toMatchObject({ code: 'stream_interrupted', details: { delivered: 1 } });
    expect(error.message).toContain('the model said no more within 200 ms (timeouts.idle_ms of provider "silent")');
  });

  test('of the whole call ends what drips, and what never answers', async () => {
    await vendor('slow', { ...once, timeouts: { total_ms: 400, idle_ms: 200 } });
    model.script = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const drip = setInterval(() => response.write(event(chunk('a'))), 50);
      response.once('close', () => clearInterval(drip));
    };
    const error = errorOf(await client.stream('x', { model: 'slow/m' }));
    expect(error).toMatchObject({ code: 'stream_interrupted', details: { attempts: [{ class: 'timeout' }] } });
    expect(error.message).toContain('the model was not done within 400 ms');

    model.script = () => undefined;
    const { body } = await client.chat('x', { model: 'slow/m' });
    expect(body.error?.details).toMatchObject({ attempts: [{ class: 'timeout' }] });
  });

  test("never passes the request's own time, which is told as such", async () => {
    await vendor('late', { ...once, timeouts: { total_ms: 60_000 } });
    model.script = () => undefined;
    const { body } = await client.chat('x', { model: 'late/m' }, { headers: { 'Router-Timeout': '200' } });
    expect(body.error).toMatchObject({ code: 'deadline_exceeded' });
  });
});

describe('the breaker of a model', () => {
  /** Vendors of the shared model, as policy would try them. */
  const order = async (): Promise<string[]> => {
    const { body } = await client.ask('decide', { model: 'shared', messages: [{ role: 'user', content: 'x' }] });
    return (body['plan'] as Plan).candidates.map((candidate) => candidate.vendor);
  };

  test('opens after enough failures: it is not called, policy goes elsewhere first, and comes back when it is time to see', async () => {
    const priced = (input: string) => [{ name: 'shared', price: { input, output: '0' } }];
    await vendor('ill', { models: priced('1'), retries: 0 });
    await vendor('fit', { models: priced('2'), retries: 0 });
    model.script = answer(500, '');
    for (let turn = 0; turn < 10; turn += 1) await client.chat('x', { model: 'ill/shared' });
    expect(model.received).toHaveLength(10);

    const refused = (await client.chat('x', { model: 'ill/shared' })).body.error;
    expect(refused).toMatchObject({
      code: 'provider_failed',
      retryable: true,
      details: { attempts: [{ model: 'ill/shared', class: 'circuit_open' }] },
    });
    expect(refused?.details?.['retry_after_ms']).toBeGreaterThan(0);
    expect(model.received).toHaveLength(10);

    model.script = well;
    await until('policy to prefer the other', async () => (await order()).join() === 'fit,ill');
    const metrics = await (await fetch(`${mesh.of('provider')[0]?.http}/metrics`)).text();
    expect(metrics).toContain('router_open_breakers{vendor="ill"} 1');
    expect(metrics).toContain('router_open_breakers{vendor="again"} 0');
    const { notes } = (await (await fetch(`${mesh.of('provider')[0]?.http}/readyz`)).json()) as { notes: string[] };
    expect(notes).toContain('model ill/shared is not called for now: its breaker is open');

    await until('policy to let one through', async () => (await order()).join() === 'ill,fit');
    expect((await client.chat('x', { model: 'shared' })).body.router).toMatchObject({ provider: 'ill', attempts: [] });
    expect((await client.chat('x', { model: 'ill/shared' })).body.router).toMatchObject({ attempts: [] });
  });

  test('is not opened by clients who cancel or have no time', async () => {
    await vendor('patient', { retries: 0 });
    model.script = () => undefined;
    const late = Array.from({ length: 20 }, () =>
      client.chat('x', { model: 'patient/m' }, { headers: { 'Router-Timeout': '100' } }),
    );
    for (const { body } of await Promise.all(late)) expect(body.error).toMatchObject({ code: 'deadline_exceeded' });
    model.script = well;
    expect((await client.chat('x', { model: 'patient/m' })).body.router).toMatchObject({ attempts: [] });
  });
});

test('a model gets no more calls at once than its document allows; what is too many is overloaded, and no call', async () => {
  await vendor('narrow', { max_in_flight: 2, retries: 0 });
  model.script = stream(chunk('a'), hang);
  const finished = (await readLedger(mesh.nats, 1)).finished.length;
  const running = [1, 2].map(() => client.stream('x', { model: 'narrow/m' }));
  await until('both calls', () => model.received.length === 2);
  const { body } = await client.chat('x', { model: 'narrow/m' });
  expect(body.error).toMatchObject({
    code: 'provider_failed',
    retryable: true,
    details: {
      attempts: [{ class: 'overloaded', message: 'not called, for 2 calls are under way here (max_in_flight)' }],
    },
  });
  expect(model.received).toHaveLength(2);
  expect((await readLedger(mesh.nats, finished)).started.filter((record) => record.model === 'narrow/m')).toHaveLength(
    2,
  );
  await vendor('narrow', { max_in_flight: 3, retries: 0 });
  model.script = well;
  expect((await client.chat('x', { model: 'narrow/m' })).body.router).toMatchObject({ attempts: [] });
  model.breakAll();
  for (const frames of await Promise.all(running)) expect(frames.at(-1)?.kind).toBe('eos');
});

test('how the models of each vendor do is said once a second, by each instance that serves it', async () => {
  await vendor('told');
  model.script = inTurn(answer(400, ''), stream(chunk('a', 'stop'), done));
  await client.chat('x', { model: 'told/m' });
  await client.stream('x', { model: 'told/m' });
  const root = await mesh.nats.connect('root');
  const reports: HealthReport[] = [];
  root.subscribe(health.subject.replace('*', 'told'), {
    callback: (_error, message) => void reports.push(parseAs(HealthReport, message.json(), 'body')),
  });
  await until('three reports', () => reports.length >= 3);
  const [first, , third] = reports;
  expect((third?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1900);
  expect(third?.models).toMatchObject({ m: { calls: 2, errors: 0, in_flight: 0, breaker: 'closed' } });
  expect(third?.models['m']?.first_p95_ms).toBeLessThanOrEqual(third?.models['m']?.p95_ms ?? 0);
  expect(new Set(reports.map((report) => `${report.vendor} ${report.instance}`)).size).toBe(1);
  await root.close();
});
