import {
  cancelSubject,
  decodeRecords,
  header,
  meter,
  provider,
  requestSubject,
  type FinishedRecord,
  type MeterRecord,
  type ProviderDocument,
  type Verb,
} from '@router-mesh/contracts';
import { demoDocument, poll, startMesh, until, type Mesh, type ServiceProcess } from '@router-mesh/testing';
import { AnswerReader, call, createInbox, headers, type AnswerEvent, type NatsConnection } from '@router-mesh/wire';
import { readFileSync } from 'node:fs';
import { ulid } from 'ulid';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  answer,
  chunk,
  completion,
  cut,
  done,
  event,
  hang,
  scriptedUpstream,
  stream,
  usageChunk,
  type Script,
} from './testing.ts';

const secret = 'correct-horse-battery'; // nothing in it looks like a key
const tenant = 'acme.web';

/** Each candidate is called once here, however often it failed before: resilience.test.ts is about the rest. */
const onceOnly = { ROUTER_RETRIES: '0', ROUTER_BREAKER_CALLS: '0' };

const model = await scriptedUpstream(answer(200, completion('hi')));
const mesh = await startMesh({
  environment: {
    ...onceOnly,
    ROUTER_KEY_TEST: secret,
    ROUTER_KEY_HOSTS: `test=${model.host},unset=${model.host}`,
  },
});
const [nc, operator, root] = await Promise.all([
  mesh.nats.connect(),
  mesh.nats.connect('operator'),
  mesh.nats.connect('root'),
]);
const everything: string[] = [];
root.subscribe('>', {
  callback: (_error, message) => {
    if (message.reply?.startsWith('$JS.ACK.')) return; // JetStream's own deliveries to whoever reads a stream
    everything.push(
      `${message.subject} ${message.reply ?? ''} ${JSON.stringify([...(message.headers ?? [])])} ${message.string()}`,
    );
  },
});
const records: MeterRecord[] = [];
root.subscribe('router.v2.meter.>', {
  callback: (_error, message) => void records.push(...decodeRecords(message.string())),
});

afterAll(async () => {
  await Promise.all([nc.close(), operator.close(), root.close()]);
  await Promise.all([mesh[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
});
beforeEach(() => {
  model.received.length = 0;
});

const scripted = vendorAt('scripted');
await put(scripted);

function vendorAt(vendor: string, changes: Partial<ProviderDocument> = {}): ProviderDocument {
  return {
    vendor,
    format: 'openai',
    base_url: model.url,
    key: 'test',
    models: [{ name: 'm' }, { name: 'e', verbs: ['embed'] }],
    ...changes,
  };
}

/** Write a document and wait until every service has it. */
async function put(document: ProviderDocument, at: Mesh = mesh, by: NatsConnection = operator): Promise<number> {
  const { revision } = await call(by, provider.put, 'platform', { provider: document });
  await inForce(revision, at);
  return revision;
}

async function inForce(revision: number, at: Mesh): Promise<void> {
  await until('the document to be in force', async () => {
    const states = at.services.map(
      async ({ http }) =>
        (await (await fetch(`${http}/readyz`)).json()) as { snapshots: { router_v2_providers: number } },
    );
    return (await Promise.all(states)).every(({ snapshots }) => snapshots.router_v2_providers >= revision);
  });
}

interface Asking {
  readonly body?: object;
  readonly verb?: Verb;
  readonly request?: string;
  readonly headers?: Record<string, string>;
  readonly by?: NatsConnection;
  onEvent?(event: AnswerEvent): void;
}

const hi = { model: 'scripted/m', messages: [{ role: 'user', content: 'hi' }] };

/** Everything that comes as an answer, until its end. */
async function ask({
  body = {},
  verb = 'chat',
  request = ulid(),
  headers: more = {},
  by = nc,
  onEvent,
}: Asking = {}): Promise<AnswerEvent[]> {
  const said = headers();
  for (const [name, value] of Object.entries({ [header.request]: request, ...more })) said.set(name, value);
  const reply = createInbox();
  const reader = new AnswerReader();
  const events: AnswerEvent[] = [];
  const messages = by.subscribe(reply);
  by.publish(requestSubject(verb, tenant), JSON.stringify({ ...hi, ...body }), { reply, headers: said });
  for await (const message of messages) {
    const read = reader.read(message);
    if (read.kind !== 'eos') events.push(read);
    onEvent?.(read);
    if (message.headers?.get(header.frame) === 'beat') continue;
    if (read.kind === 'eos' || !message.headers?.has(header.seq)) break;
  }
  return events;
}

/** The answer that came whole. */
async function askWhole(asking: Asking = {}): Promise<Record<string, unknown>> {
  const [first] = await ask(asking);
  if (first?.kind !== 'whole') throw first?.kind === 'error' ? first.error : new Error(`a frame "${first?.kind}" came`);
  return first.body as Record<string, unknown>;
}

const kinds = (events: readonly AnswerEvent[]): string[] => events.map(({ kind }) => kind);
const chunksOf = (events: readonly AnswerEvent[]): unknown[] =>
  events.flatMap((one) =>
    one.kind === 'delta' ? one.lines.split('\n').map((line) => JSON.parse(line) as unknown) : [],
  );

/** The records of a request's calls that ended. */
async function finishedOf(request: string, count = 1): Promise<FinishedRecord[]> {
  return await poll(`${count} finished records`, () => {
    const found = records.filter((record) => record.request === request).filter((record) => record.kind === 'finished');
    return found.length >= count ? found : undefined;
  });
}

describe('a whole answer', () => {
  test("is the model's, with the report of how it came", async () => {
    const whole = completion('hi', { usage: { prompt_tokens: 3, completion_tokens: 1 }, x_vendor: { kept: true } });
    model.script = answer(200, whole);
    const request = ulid();
    const { router, ...rest } = await askWhole({ request });
    expect(rest).toEqual(whole);
    expect(router).toMatchObject({
      request,
      provider: 'scripted',
      model: 'scripted/m',
      attempts: [],
      usage_stored: true,
    });
    expect(router).toMatchObject({
      trail: [
        { stop: 'policy', code: 'ok' },
        { stop: 'provider.scripted', code: 'ok' },
      ],
    });
  });

  test('goes out as its model wrote it, but for a `router` of its own', async () => {
    const odd = '{ "choices": [],\n "x": 1.50, "y": "\\u00e9", "seed": 12345678901234567890';
    const sent = (request: string): string =>
      everything.find((line) => line.includes(`"request":"${request}"`) && line.includes('"seed"')) ?? '';
    for (const [theirs, rest] of [
      [`${odd} }\n`, `${odd} ,"router":{"request":`],
      [`${odd},"r\\u006futer":1}`, '{"choices":[],"x":1.50,"y":"é","seed":12345678901234567890,"router":{"request":'],
    ] as const) {
      model.script = answer(200, theirs);
      const request = ulid();
      expect((await askWhole({ request })).router).toMatchObject({ request, usage_stored: true });
      await until('the answer to be seen', () => sent(request) !== '');
      expect(sent(request)).toContain(` ${rest}`);
    }
    model.script = answer(200, `${odd}}`);
    const request = ulid();
    await ask({ request, headers: { [header.frames]: '1' } });
    await until('the end to be seen', () => sent(request) !== '');
    expect(sent(request)).toContain(`"usage_stored":true,"answer":${odd}}}`);
  });

  test('goes in frames to those who asked for frames', async () => {
    model.script = answer(200, completion('hi'));
    const events = await ask({ headers: { [header.frames]: '1' } });
    expect(kinds(events)).toEqual(['accept', 'end']);
    expect(events[1]).toMatchObject({ end: { answer: completion('hi'), usage_stored: true } });
  });

  test('of embeddings passes as well', async () => {
    const vectors = {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.1, -0.2] }],
      usage: { prompt_tokens: 2, total_tokens: 2 },
    };
    model.script = answer(200, vectors);
    const { router: _router, ...rest } = await askWhole({
      verb: 'embed',
      body: { model: 'scripted/e', input: ['a'], messages: undefined },
    });
    expect(rest).toEqual(vectors);
    expect(model.last.path).toBe('/v1/embeddings');
  });
});

test('a body reaches the model as the client wrote it, but for its model, the router object and the wish for usage', async () => {
  model.script = stream(chunk('a', 'stop'), done);
  const body = {
    messages: [
      {
        role: 'developer',
        content: [
          { type: 'text', text: 'é 😀' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: '2' },
    ],
    tools: [
      { type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object', properties: {} } } },
    ],
    response_format: { type: 'json_object' },
    n: 2,
    stop: ['\n'],
    x_unknown: { nested: [null, 1.5, { deep: true }] },
    user: 'u-1',
    stream: true,
    stream_options: { include_obfuscation: false },
  };
  await ask({ body: { ...body, router: { tags: { team: 'a' }, session: 's' } } });
  expect(model.last.body).toEqual({
    ...body,
    model: 'm',
    stream_options: { include_obfuscation: false, include_usage: true },
  });
  expect(model.last.headers['authorization']).toBe(`Bearer ${secret}`);
});

describe('a stream', () => {
  test('goes out as it comes, and ends with usage that is stored', async () => {
    model.script = stream(chunk('a'), chunk('b', 'stop'), usageChunk(3, 2), done);
    const request = ulid();
    const events = await ask({ request, body: { stream: true } });
    expect(kinds(events).filter((kind) => kind !== 'delta')).toEqual(['accept', 'end']);
    expect(chunksOf(events)).toEqual([chunk('a'), chunk('b', 'stop')]);
    expect(events.at(-1)).toMatchObject({
      end: { usage: { input_tokens: 3, output_tokens: 2, estimated: false }, usage_stored: true },
    });
    const [record] = await finishedOf(request);
    expect(record).toMatchObject({
      outcome: 'answered',
      stream: true,
      usage: { input_tokens: 3, output_tokens: 2, estimated: false },
    });
    expect(record?.first_at).toBeGreaterThanOrEqual(record?.started_at ?? Infinity);
  });

  test('ends at once when the model has said so, however long its connection lingers', async () => {
    model.script = stream(chunk('a', 'stop'), done, hang);
    const started = performance.now();
    expect(kinds(await ask({ body: { stream: true } })).at(-1)).toBe('end');
    expect(performance.now() - started).toBeLessThan(200);
  });

  test('without usage is estimated, and marked so', async () => {
    model.script = stream(chunk('eight by'), chunk('tes!', 'stop'), done);
    const request = ulid();
    const events = await ask({ request, body: { stream: true } });
    const usage = { input_tokens: expect.any(Number) as number, output_tokens: 3, estimated: true };
    expect(events.at(-1)).toMatchObject({ end: { usage } });
    expect(await finishedOf(request)).toMatchObject([{ outcome: 'answered', usage }]);
  });

  test('that breaks after a delta is cut: it says how many were delivered, and is never run again', async () => {
    model.script = (response, received) => (
      response.req.socket.setNoDelay(),
      stream(chunk('a'), hang)(response, received)
    );
    const request = ulid();
    const events = await ask({
      request,
      body: { stream: true },
      onEvent: ({ kind }) => {
        if (kind === 'delta') model.breakOff();
      },
    });
    expect(kinds(events)).toEqual(['accept', 'delta', 'error']);
    expect(events.at(-1)).toMatchObject({
      error: { code: 'stream_interrupted', retryable: false, details: { delivered: 1 } },
    });
    expect(await finishedOf(request)).toMatchObject([
      { outcome: 'interrupted', error: 'server_error', usage: { output_tokens: 1, estimated: true } },
    ]);
    expect(model.received).toHaveLength(1);
  });

  test('that tells an error after a delta is cut as well', async () => {
    model.script = stream(chunk('a'), hang);
    const events = await ask({
      body: { stream: true },
      onEvent: ({ kind }) => {
        if (kind === 'delta') model.finish(event({ error: { message: `overloaded, ${secret}`, code: 503 } }));
      },
    });
    expect(events.at(-1)).toMatchObject({
      error: { code: 'stream_interrupted', details: { attempts: [{ class: 'overloaded', status: 503 }] } },
    });
  });

  test('with a piece that no message carries is told so, before a delta and after', async () => {
    const huge = chunk('x'.repeat(8 * 1024 * 1024));
    model.script = stream(huge, done);
    expect(await ask({ body: { stream: true } })).toMatchObject([
      { kind: 'accept' },
      { error: { code: 'too_large', retryable: false } },
    ]);
    model.script = stream(chunk('a'), hang);
    const events = await ask({
      body: { stream: true },
      onEvent: ({ kind }) => {
        if (kind === 'delta') model.finish(event(huge));
      },
    });
    expect(events.at(-1)).toMatchObject({ error: { code: 'stream_interrupted', details: { delivered: 1 } } });
  });

  test('of five megabytes in one event goes through whole', async () => {
    const large = chunk('é'.repeat(2_500_000), 'stop');
    model.script = stream(large, done);
    const events = await ask({ body: { stream: true } });
    expect(kinds(events)).toEqual(['accept', 'delta', 'end']);
    expect(chunksOf(events)).toEqual([large]);
  });
});

test.each([
  ['no message carries', 8 * 1024 * 1024],
  ['leaves no room for its report', 8 * 1024 * 1024 - 128 * 1024 - 300],
])('a whole answer that %s is told so, and recorded as failed', async (_what, bytes) => {
  model.script = answer(200, completion('x'.repeat(bytes)));
  const request = ulid();
  await expect(askWhole({ request })).rejects.toMatchObject({ code: 'too_large', retryable: false });
  expect(await finishedOf(request)).toMatchObject([
    { outcome: 'failed', error: 'too_large', usage: { estimated: true } },
  ]);
});

test('an answer of almost what a message carries goes through, with its report', async () => {
  model.script = answer(200, completion('x'.repeat(7 * 1024 * 1024 + 800 * 1024)));
  expect(await askWhole()).toMatchObject({ router: { usage_stored: true } });
});

describe('records of calls', () => {
  test('started goes out before the call and finished after it, under the call that the model saw', async () => {
    const request = ulid();
    let startedBefore = false;
    model.script = async (response, received) => {
      await until('the started record', () => records.some((record) => record.request === request));
      startedBefore = true;
      return answer(200, completion('hi', { usage: { prompt_tokens: 5, completion_tokens: 6 } }))(response, received);
    };
    await askWhole({ request, headers: { [header.attempt]: '2' } });
    expect(startedBefore).toBe(true);
    await finishedOf(request);
    const both = records.filter((record) => record.request === request);
    expect(both).toMatchObject([
      {
        kind: 'started',
        tenant,
        verb: 'chat',
        model: 'scripted/m',
        attempt: 2,
        leg: 0,
        stream: false,
        policy: 'default',
      },
      { kind: 'finished', outcome: 'answered', usage: { input_tokens: 5, output_tokens: 6, estimated: false } },
    ]);
    expect(both.map((record) => record.call)).toEqual([
      model.last.headers['x-request-id'],
      model.last.headers['x-request-id'],
    ]);
    expect(both[1]).toMatchObject({ ...both[0], kind: 'finished' });
  });

  test("a finished record is stored once, under its call's id", async () => {
    model.script = answer(200, completion('hi'));
    const request = ulid();
    await askWhole({ request });
    const [record] = await finishedOf(request);
    const published = everything.filter(
      (line) => line.startsWith(`router.v2.meter.${tenant} `) && line.includes(request),
    );
    expect(published.filter((line) => line.includes(`"Nats-Msg-Id",["${record?.call}"]`))).toHaveLength(1);
    expect(published.filter((line) => line.includes('Nats-Msg-Id'))).toHaveLength(1);
  });

  test('calls of one tenant that end together share messages, and each has both of its records once', async () => {
    model.script = answer(200, completion('hi'));
    const requests = Array.from({ length: 60 }, () => ulid());
    await Promise.all(requests.map((request) => askWhole({ request })));
    await Promise.all(requests.map((request) => finishedOf(request)));
    for (const kind of ['started', 'finished']) {
      const of = records.filter((record) => record.kind === kind && requests.includes(record.request));
      expect(of.map(({ request }) => request).sort()).toEqual([...requests].sort());
    }
    const messages = everything.filter(
      (line) => line.startsWith(`router.v2.meter.${tenant} `) && requests.some((request) => line.includes(request)),
    );
    expect(messages.length).toBeLessThan(2 * requests.length);
  });

  test('a call that failed used nothing, and says why it did', async () => {
    model.script = answer(429, { error: { message: `slow down ${secret}` } });
    const request = ulid();
    await expect(askWhole({ request })).rejects.toMatchObject({
      code: 'provider_failed',
      details: {
        attempts: [{ model: 'scripted/m', class: 'rate_limited', status: 429, message: 'slow down [redacted]' }],
      },
    });
    expect(await finishedOf(request)).toMatchObject([
      {
        outcome: 'failed',
        error: 'rate_limited',
        status: 429,
        usage: { input_tokens: 0, output_tokens: 0, estimated: true },
      },
    ]);
  });

  test('a failed call is recorded before its error goes out', async () => {
    model.script = answer(418, { error: { message: 'a teapot' } });
    await expect(askWhole()).rejects.toMatchObject({ code: 'invalid_request' });
    const tells = (line: string): boolean => line.startsWith('_INBOX.') && line.includes('a teapot');
    await until('the error to be seen', () => everything.some(tells));
    const told = everything.findIndex(tells);
    const record = everything.findLast((line) => line.startsWith('router.v2.meter.') && line.includes('"status":418'));
    const [, acknowledgeTo = 'nobody'] = record?.split(' ') ?? [];
    const acknowledged = everything.findIndex((line) => line.startsWith(`${acknowledgeTo} `));
    expect(acknowledged).toBeGreaterThan(0);
    expect(told).toBeGreaterThan(acknowledged);
  });

  test('a call whose key is not set never left, and is none', async () => {
    await put(vendorAt('keyless', { key: 'unset' }));
    const request = ulid();
    await expect(askWhole({ request, body: { model: 'keyless/m' } })).rejects.toMatchObject({
      code: 'provider_failed',
      details: { attempts: [{ class: 'auth', message: expect.stringContaining('ROUTER_KEY_UNSET') as string }] },
    });
    expect(model.received).toEqual([]);
    expect(records.filter((record) => record.request === request)).toEqual([]);
  });
});

describe('cancelling', () => {
  test.each<[string, Script, number]>([
    ['before the answer', () => undefined, 0],
    ['in mid-stream', stream(chunk('four'), hang), 1],
  ])(
    'by request id, %s: the model sees it, the reader is told and the call recorded',
    async (_when, script, output_tokens) => {
      model.script = script;
      const request = ulid();
      const { left } = model;
      const answering = ask({ request, body: { stream: true } });
      await until('the call', () => model.received.length === 1);
      await until(
        'the delta',
        () => output_tokens === 0 || everything.some((line) => line.includes('delta') && line.includes('four')),
      );
      nc.publish(cancelSubject('acme'), JSON.stringify({ request }));
      expect((await answering).at(-1)).toMatchObject({ error: { code: 'cancelled', retryable: false } });
      await until('the upstream to see it', () => model.left > left);
      expect(await finishedOf(request)).toMatchObject([
        { outcome: 'cancelled', error: 'cancelled', usage: { output_tokens, estimated: true } },
      ]);
      expect((await finishedOf(request))[0]?.usage.input_tokens).toBeGreaterThan(0);
    },
  );

  test('by the control subject that accept told', async () => {
    model.script = stream(chunk('a'), hang);
    let control = '';
    const events = await ask({
      body: { stream: true },
      onEvent: (one) => {
        if (one.kind === 'accept') ({ control } = one.accept);
        if (one.kind === 'delta') nc.publish(control, 'cancel');
      },
    });
    expect(kinds(events)).toEqual(['accept', 'delta', 'error']);
    expect(events.at(-1)).toMatchObject({ error: { code: 'cancelled' } });
  });

  test('before the request came: the model is not called', async () => {
    const request = ulid();
    nc.publish(cancelSubject(tenant), JSON.stringify({ request }));
    await nc.flush();
    await expect(askWhole({ request })).rejects.toMatchObject({ code: 'cancelled' });
    expect(model.received).toEqual([]);
    expect(records.filter((record) => record.request === request)).toEqual([]);
  });

  test('is not for other tenants', async () => {
    const request = ulid();
    model.script = stream(chunk('a'), hang);
    const answering = ask({ request, body: { stream: true } });
    await until('the call', () => model.received.length === 1);
    for (const other of ['other', 'acme.ops', 'acme.web.chat'])
      nc.publish(cancelSubject(other), JSON.stringify({ request }));
    await nc.flush();
    model.finish(event(chunk('b', 'stop')) + done);
    expect(kinds(await answering).at(-1)).toBe('end');
  });
});

describe('a deadline', () => {
  test.each<[string, Script, boolean, string[]]>([
    ['before the answer', () => undefined, false, ['error']],
    ['during a whole answer', stream('{"choices":', hang), false, ['error']],
    ['in mid-stream', stream(chunk('a'), hang), true, ['accept', 'delta', 'error']],
  ])('that passes %s ends the call', async (_when, script, asStream, expected) => {
    model.script = script;
    const { left } = model;
    const request = ulid();
    const events = await ask({ request, body: { stream: asStream }, headers: { [header.timeout]: '200' } });
    expect(kinds(events)).toEqual(expected);
    expect(events.at(-1)).toMatchObject({
      error: { code: 'deadline_exceeded', details: { stop: 'provider.scripted' } },
    });
    await until('the upstream to see it', () => model.left > left);
    expect(await finishedOf(request)).toMatchObject([{ error: 'deadline_exceeded' }]);
  });
});

describe('a candidate that fails', () => {
  test('before its first delta is replaced by the next, of another vendor and of the same', async () => {
    const cheap = (input: string) => ({ input, output: '0' });
    await put(
      vendorAt('first', {
        models: [
          { name: 'shared', price: cheap('1') },
          { name: 'shared-large', aliases: ['shared'], price: cheap('2') },
        ],
      }),
    );
    await put(vendorAt('second', { models: [{ name: 'shared', price: cheap('3') }] }));
    const statuses = [503, 200, 200];
    model.script = (response, received) => {
      const turn = model.received.length;
      if (turn === 1) return answer(statuses[0] ?? 500, { error: { message: 'loading' } })(response, received);
      if (turn === 2) return stream({ error: { message: 'no' } })(response, received);
      return stream(chunk('third', 'stop'), done)(response, received);
    };
    const request = ulid();
    const events = await ask({ request, body: { model: 'shared', stream: true } });
    expect(chunksOf(events)).toEqual([chunk('third', 'stop')]);
    expect(kinds(events)).toEqual(['accept', 'accept', 'accept', 'delta', 'end']);
    expect(events.at(-1)).toMatchObject({
      end: {
        router: {
          model: 'second/shared',
          attempts: [
            { model: 'first/shared', class: 'overloaded', status: 503 },
            { model: 'first/shared-large', class: 'server_error' },
          ],
        },
      },
    });
    expect(model.received.map(({ body }) => body['model'])).toEqual(['shared', 'shared-large', 'shared']);
    expect((await finishedOf(request, 3)).map(({ leg, outcome }) => [leg, outcome]).sort()).toEqual([
      [0, 'failed'],
      [1, 'failed'],
      [2, 'answered'],
    ]);
  });

  test('because the request is wrong is not: it would be wrong everywhere', async () => {
    model.script = answer(400, { error: { message: 'no such tool' } });
    await expect(askWhole({ body: { model: 'shared' } })).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'the model refused the request: no such tool',
    });
    expect(model.received).toHaveLength(1);
  });

  test('is not replaced where the client named its vendor', async () => {
    model.script = answer(500, '');
    await expect(askWhole({ body: { model: 'first/shared' } })).rejects.toMatchObject({ code: 'provider_failed' });
    expect(model.received).toHaveLength(1);
  });
});

test.each<[string, Script, object]>([
  ['that answers whole', answer(200, completion('hi')), { class: 'server_error' }],
  [
    'that answers with an error and a good status',
    answer(200, { error: { message: 'slow down', code: 429 } }),
    { class: 'rate_limited', message: 'slow down' },
  ],
  [
    'that answers with a page',
    answer(200, '<html>hi</html>', { 'content-type': 'text/html' }),
    { class: 'server_error' },
  ],
  ['that breaks before it answers', stream(cut), { class: 'server_error' }],
])('a model %s where a stream was asked for has failed', async (_what, script, attempt) => {
  model.script = script;
  const events = await ask({ body: { stream: true } });
  expect(kinds(events)).toEqual(['accept', 'error']);
  expect(events.at(-1)).toMatchObject({ error: { code: 'provider_failed', details: { attempts: [attempt] } } });
});

describe('provider documents', () => {
  test('are put, got and listed; a put over another revision is a conflict', async () => {
    const document = vendorAt('documents', { models: [{ name: 'a' }] });
    const { revision } = await call(operator, provider.put, 'platform', { provider: document, revision: 0 });
    await inForce(revision, mesh);
    expect(await call(operator, provider.get, 'platform', { vendor: 'documents' })).toEqual({
      provider: document,
      revision,
    });
    const changed = { ...document, any_model: true };
    const stale = call(operator, provider.put, 'platform', { provider: changed, revision: 0 });
    await expect(stale).rejects.toMatchObject({ code: 'conflict' });
    const next = await call(operator, provider.put, 'platform', { provider: changed, revision });
    await inForce(next.revision, mesh);
    const { providers } = await call(operator, provider.list, 'platform', {});
    expect(providers).toContainEqual(changed);
    expect(providers.map(({ vendor }) => vendor)).toEqual(expect.arrayContaining(['demo', 'scripted']));
  });

  test.each<[string, string, object, object]>([
    ['of another tenant', 'acme', { vendor: 'scripted' }, { code: 'not_found', param: 'subject' }],
    ['of a vendor that is not there', 'platform', { vendor: 'nobody' }, { code: 'not_found', param: 'vendor' }],
    [
      'with a field that is not known',
      'platform',
      { vendor: 'scripted', vendors: 'x' },
      { code: 'invalid_request', param: 'vendors' },
    ],
  ])('a get %s is refused', async (_what, of, request, expected) => {
    await expect(call(operator, provider.get, of, request as { vendor: string })).rejects.toMatchObject(expected);
  });

  test('a document that is not of its form is refused by name of its field', async () => {
    const wrong = { ...vendorAt('wrong'), base_url: 'ftp://x' };
    await expect(call(operator, provider.put, 'platform', { provider: wrong })).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'provider.base_url',
    });
  });

  test('a new one is served from then on, and one that moves moves its calls', async () => {
    model.script = answer(200, completion('here'));
    await expect(askWhole({ body: { model: 'moving/m' } })).rejects.toMatchObject({
      code: 'not_found',
      message: 'no provider "moving"',
    });
    await put(vendorAt('moving'));
    expect(await askWhole({ body: { model: 'moving/m' } })).toMatchObject(completion('here'));

    await using elsewhere = await scriptedUpstream(answer(200, completion('there')));
    await put(vendorAt('moving', { base_url: elsewhere.url, key: undefined }));
    expect(await askWhole({ body: { model: 'moving/m' } })).toMatchObject(completion('there'));
  });

  test('one that sends its key elsewhere sends nothing', async () => {
    await using thief = await scriptedUpstream(answer(200, completion('thanks')));
    await put(vendorAt('thief', { base_url: thief.url }));
    await expect(askWhole({ body: { model: 'thief/m' } })).rejects.toMatchObject({
      details: {
        attempts: [{ class: 'auth', message: `key "test" may not be sent to "${thief.host}" (ROUTER_KEY_HOSTS)` }],
      },
    });
    expect(thief.received).toEqual([]);
  });
});

test("a failed call is a line of the log, without a word of the model's", async () => {
  const said = 'a prompt that the upstream quotes';
  model.script = answer(500, { error: { message: said } });
  const request = ulid();
  await expect(askWhole({ request })).rejects.toMatchObject({ code: 'provider_failed' });
  const logged = (): string[] => mesh.services.flatMap(({ lines }) => lines.filter((line) => line.includes(request)));
  await until('the line', () => logged().length > 0);
  expect(logged().map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 40, model: 'scripted/m', class: 'server_error', status: 500, msg: 'a call failed' },
  ]);
  expect(mesh.services.flatMap(({ lines }) => lines).filter((line) => line.includes(said))).toEqual([]);
});

test('the requests in the README do what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const pasted = [...readme.matchAll(/^nats req (\S+) '(.+)'$/gm)].map(([, subject = '', body = '']) =>
    nc.request(subject, body),
  );
  const [answered, refused] = (await Promise.all(pasted)).map((message) => message.json());
  expect(answered).toMatchObject({ object: 'chat.completion', router: { attempts: [], usage_stored: true } });
  expect(refused).toMatchObject({
    error: { code: 'provider_failed', details: { attempts: [{ class: 'rate_limited', status: 429 }] } },
  });
});

test('after all of this the key is in no message, record or log', () => {
  expect(everything.length).toBeGreaterThan(100);
  expect(everything.filter((line) => line.includes(secret))).toEqual([]);
  expect(mesh.services.flatMap(({ lines }) => lines).filter((line) => line.includes(secret))).toEqual([]);
});

test('ROUTER_VENDORS limits what an instance calls, and an answer is not held hostage to METER', async () => {
  await using own = await startMesh({ providers: 0, policies: 0, documents: () => [], environment: onceOnly });
  const [instance] = await Promise.all([own.start('provider', { ROUTER_VENDORS: 'ours, later' }), own.start('policy')]);
  const [client, admin, outside] = await Promise.all([
    own.nats.connect(),
    own.nats.connect('operator'),
    own.nats.connect('root'),
  ]);
  const either = { aliases: ['either'], price: { input: '0', output: '0' } };
  const models = [
    { name: 'flaky', ...either },
    { name: 'echo', ...either },
  ];
  await put(demoDocument(own.demo.url, 'ours', { models }), own, admin);
  await put(demoDocument(own.demo.url, 'away', { models: [{ name: 'echo', price: either.price }] }), own, admin);
  expect(await askWhole({ by: client, body: { model: 'ours/echo' } })).toMatchObject({
    router: { usage_stored: true },
  });
  await expect(askWhole({ by: client, body: { model: 'away/echo' } })).rejects.toMatchObject({
    code: 'unavailable',
    details: { stop: 'provider.away' },
  });
  // A model of both goes to the one that is served.
  expect(await askWhole({ by: client, body: { model: 'echo' } })).toMatchObject({
    router: { provider: 'ours', attempts: [{ model: 'away/echo', class: 'not_running' }] },
  });

  await outside.request(`$JS.API.STREAM.DELETE.${meter.name}`);
  const started = performance.now();
  expect(await askWhole({ by: client, body: { model: 'ours/echo' } })).toMatchObject({
    router: { usage_stored: false },
  });
  const events = await ask({ by: client, body: { model: 'ours/echo', stream: true } });
  expect(events.at(-1)).toMatchObject({ kind: 'end', end: { usage_stored: false } });
  await until('a warning', () => troubles(instance, 'they wait on disk').length === 1);
  expect(performance.now() - started).toBeLessThan(1500); // nobody takes the records: that is known at once

  // Somebody takes the records, and acknowledges those of answered calls alone.
  outside.subscribe('router.v2.meter.>', {
    callback: (_error, message) => {
      const records = message.string().split('\n'); // calls that end together share a message, and its fate
      if (records.every((record) => record.includes('"outcome":"answered"')))
        message.respond('{"stream":"somebody","seq":1}');
    },
  });
  await outside.flush();
  const timed = async <Result>(work: Promise<Result>): Promise<[Result, number]> => {
    const begun = performance.now();
    return [await work, performance.now() - begun];
  };
  const stored = await askWhole({ by: client, body: { model: 'ours/echo' } });
  const [[failed, failedMs], [fallenBack, fallenBackMs]] = await Promise.all([
    timed(ask({ by: client, body: { model: 'ours/flaky' } })),
    timed(askWhole({ by: client, body: { model: 'either' } })),
  ]);
  expect(stored).toMatchObject({ router: { usage_stored: true } });
  expect(failed).toMatchObject([{ error: { code: 'provider_failed' } }]);
  expect(fallenBack).toMatchObject({ router: { model: 'ours/echo', usage_stored: false } }); // the failed call is usage as well
  for (const ms of [failedMs, fallenBackMs]) expect([ms > 1900, ms < 3500]).toEqual([true, true]);
  await Promise.all([client.close(), admin.close(), outside.close()]);
});

function troubles(instance: ServiceProcess | undefined, about: string): string[] {
  return instance?.troubles.filter((line) => line.includes(about)) ?? [];
}
