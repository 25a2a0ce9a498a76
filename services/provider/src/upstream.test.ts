import type { ProviderDocument } from '@router-mesh/contracts';
import { until } from '@router-mesh/testing';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Heard } from './heard.ts';
import { Keys } from './keys.ts';
import { relay } from './relay.ts';
import { prepare, type ModelRequest } from './request.ts';
import {
  answer,
  chunk,
  completion,
  cut,
  done,
  hang,
  listening,
  scriptedUpstream,
  stream,
  usageChunk,
  type Script,
  takingAll,
  uncancelled,
} from './testing.ts';
import { Upstreams, type ModelAnswer, type ModelBody } from './upstream.ts';
import { readWhole } from './whole-answer.ts';

const server = await scriptedUpstream(answer(200, completion('hi')));
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.received.length = 0;
});

const secret = 'the-secret-key';
const hosts = new Map([['test', [server.host]]]);
const keys = new Keys({ environment: new Map([['test', secret]]), secrets: undefined, hosts });
const upstreams = new Upstreams(keys);
const connect = { ms: 2000, setBy: 'the test' };
const unary = requestOf({ messages: [] });
const streamed = requestOf({ messages: [], stream: true });

function requestOf(
  body: { readonly stream?: boolean; readonly messages: unknown[]; readonly [field: string]: unknown },
  model = 'm',
): ModelRequest {
  return prepare(Buffer.from(JSON.stringify(body)), model, 'chat', body.stream === true);
}

function documentOf(changes: Partial<ProviderDocument> = {}): ProviderDocument {
  return { vendor: 'v', format: 'openai', base_url: server.url, models: [], ...changes };
}

async function call(
  script: Script,
  { document = documentOf(), request = unary, signal = new AbortController().signal, from = upstreams } = {},
): Promise<ModelAnswer> {
  server.script = script;
  return await from.open(document, connect).call(request, '01CALL', signal);
}

/** Call and read a whole answer. */
async function ask(script: Script, options: Parameters<typeof call>[1] = {}, maxBytes = 1_000_000): Promise<Heard> {
  const heard = new Heard();
  await readWhole(await call(script, options), heard, maxBytes);
  return heard;
}

/** Call and relay a stream. */
async function follow(script: Script, options: Parameters<typeof call>[1] = {}): Promise<string[]> {
  const pieces: string[] = [];
  const upstream = await call(script, { request: streamed, ...options });
  await relay(
    upstream,
    takingAll((piece) => pieces.push(piece)),
    new Heard(),
    {
      wantsUsageChunk: false,
      maxBytes: 1_000_000,
      signal: uncancelled,
    },
  );
  return pieces;
}

describe('a call', () => {
  test("is one POST with the call's id", async () => {
    expect((await ask(answer(200, completion('hi')))).answer).toEqual(completion('hi'));
    const { method, headers, body } = server.last;
    expect([method, body]).toEqual(['POST', { model: 'm', messages: [] }]);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-request-id': '01CALL' });
    expect(headers['user-agent']).toMatch(/^router-mesh\//);
    expect(headers).not.toHaveProperty('authorization');
  });

  test.each([
    ['', '/chat/completions'],
    ['/', '/chat/completions'],
    ['/v1', '/v1/chat/completions'],
    ['/v1/', '/v1/chat/completions'],
    [
      '/openai/deployments/gpt-5?api-version=2024-10-21',
      '/openai/deployments/gpt-5/chat/completions?api-version=2024-10-21',
    ],
    ['/api/v1/?a=b#part', '/api/v1/chat/completions?a=b'],
  ])('below the base URL "%s" goes to %s', async (base, path) => {
    await ask(answer(200, completion('hi')), {
      document: documentOf({ vendor: 'paths', base_url: `http://${server.host}${base}` }),
    });
    expect(server.last.path).toBe(path);
  });
});

describe('the key', () => {
  test('goes to its host', async () => {
    await ask(answer(200, completion('hi')), { document: documentOf({ key: 'test' }) });
    expect(server.last.headers['authorization']).toBe(`Bearer ${secret}`);
  });

  test('is the one that is set now, as is none', async () => {
    const environment = new Map([['test', 'first']]);
    const from = new Upstreams(new Keys({ environment, secrets: undefined, hosts }));
    const sent: unknown[] = [];
    for (const [value, key] of [['first', 'test'], ['second', 'test'], ['second'], ['second', 'test']] as const) {
      environment.set('test', value);
      await ask(answer(200, completion('hi')), { from, document: documentOf(key === undefined ? {} : { key }) });
      sent.push(server.last.headers['authorization']);
    }
    expect(sent).toEqual(['Bearer first', 'Bearer second', undefined, 'Bearer second']);
  });

  test('goes to no other: nothing is sent at all', () => {
    const elsewhere = documentOf({ vendor: 'evil', key: 'test', base_url: 'http://127.0.0.1:1/v1' });
    expect(() => upstreams.open(elsewhere, connect)).toThrow(expect.objectContaining({ class: 'auth' }));
  });

  test('does not follow a redirect, and neither does the request', async () => {
    await using other = await scriptedUpstream(answer(200, completion('caught')));
    const redirect = answer(307, '', { location: `${other.url}/chat/completions` });
    await expect(ask(redirect, { document: documentOf({ key: 'test' }) })).rejects.toMatchObject({
      class: 'server_error',
      status: 307,
    });
    expect(other.received).toEqual([]);
  });

  test.each<[string, Script]>([
    ['an error answer', answer(401, { error: { message: `wrong key ${secret}` } })],
    ['a page', answer(403, `<html>${secret}</html>`)],
    ['an error with a good status', answer(200, { error: { message: `wrong key ${secret}` } })],
  ])('is not in what is told of %s', async (_what, script) => {
    const failure = await ask(script, { document: documentOf({ key: 'test' }) }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ said: expect.stringContaining('[redacted]') as string });
    expect(`${(failure as Error).message} ${(failure as { said: string }).said}`).not.toContain(secret);
  });
});

describe('an answer that is none fails', () => {
  test.each<[string, Script, object]>([
    [
      'an error',
      answer(429, { error: { message: 'slow down' } }),
      { class: 'rate_limited', status: 429, said: 'slow down' },
    ],
    ['an error without a body', answer(500, ''), { class: 'server_error', status: 500, said: undefined }],
    [
      'a page with a good status',
      answer(200, '<html>hello</html>', { 'content-type': 'text/html' }),
      { class: 'server_error', said: undefined },
    ],
    ['nothing', answer(200, ''), { class: 'server_error' }],
    ['no content', answer(204, ''), { class: 'server_error' }],
    ['a list', answer(200, []), { class: 'server_error' }],
    ['a number', answer(200, 5), { class: 'server_error' }],
    ['half an answer', answer(200, '{"choices":['), { class: 'server_error' }],
    ['JSON of something else', answer(200, { status: 'ok' }), { class: 'server_error' }],
    [
      'an error with a good status',
      answer(200, { error: { message: 'Rate limit', code: 429 } }),
      { class: 'rate_limited', said: 'Rate limit' },
    ],
    ['a body that breaks off', stream('{"choices":', cut), { code: 'UND_ERR_SOCKET' }],
    ['a broken connection', (response) => void response.destroy(), { class: 'server_error' }],
  ])('%s', async (_what, script, expected) => {
    await expect(ask(script)).rejects.toMatchObject(expected);
  });

  test.each<[string, string, boolean]>([
    ['a page', '<html>hello</html>', false],
    ['JSON of something else', '{"status":"ok"}', false],
    ['half an answer', '{"choices":[{"mess', true],
  ])('and what was not said by a model is not counted: %s', async (_what, text, counted) => {
    const heard = new Heard();
    await expect(readWhole(await call(answer(200, text)), heard, 1000)).rejects.toMatchObject({
      class: 'server_error',
    });
    expect(heard.saidBytes > 0).toBe(counted);
  });

  test('one that is too large, read no further', async () => {
    const heard = new Heard();
    const upstream = await call(answer(200, completion('x'.repeat(2_000_000))));
    await expect(readWhole(upstream, heard, 1000)).rejects.toMatchObject({
      code: 'too_large',
      details: { limit: 1000 },
    });
    expect(heard.saidBytes).toBeGreaterThan(1000);
    expect(heard.saidBytes).toBeLessThan(1_000_000);
  });

  test('of a status that is known at once, however long its body hangs', async () => {
    const hanging: Script = (response) => void response.writeHead(503).write('loading');
    const started = performance.now();
    await expect(ask(hanging)).rejects.toMatchObject({
      class: 'overloaded',
      status: 503,
      said: 'loading',
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('a connection', () => {
  test('that does not open in time is a timeout that names what sets it, and is worth another try', async () => {
    // It takes the connection and never answers the greeting of TLS.
    await using mute = await listening(() => undefined);
    const document = documentOf({ vendor: 'mute', base_url: `https://${mute.host}/v1` });
    const limit = { ms: 100, setBy: 'ROUTER_CONNECT_TIMEOUT' };
    const calling = upstreams.open(document, limit).call(unary, '01CALL', new AbortController().signal);
    await expect(calling).rejects.toMatchObject({
      class: 'timeout',
      message: 'no connection to the model opened within 100 ms (ROUTER_CONNECT_TIMEOUT)',
      passing: true,
      unreached: true,
    });
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ['of a server that speaks no HTTP', (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'), 'HTTPParserError'],
    ['that is reset', (socket) => void socket.resetAndDestroy(), 'ECONNRESET'],
    ['that is closed without a word', (socket) => void socket.end(), 'UND_ERR_SOCKET'],
  ])('%s has failed, and is worth another try', async (_what, script, code) => {
    await using server = await listening((socket) => {
      socket.once('data', () => script(socket));
    });
    const document = documentOf({ vendor: 'odd', base_url: `http://${server.host}/v1` });
    const calling = new Upstreams(keys).open(document, connect).call(unary, '01CALL', new AbortController().signal);
    await expect(calling).rejects.toMatchObject({ class: 'server_error', passing: true });
    await expect(calling).rejects.toThrow(code);
  });

  test('that is refused, or in TLS to a server that has none, has failed', async () => {
    const closed = await listening(() => undefined);
    await closed[Symbol.asyncDispose]();
    for (const base_url of [`http://${closed.host}/v1`, `https://${server.host}/v1`]) {
      const document = documentOf({ vendor: 'refused', base_url });
      const calling = upstreams.open(document, connect).call(unary, '01CALL', new AbortController().signal);
      await expect(calling).rejects.toMatchObject({ class: 'server_error', passing: true });
    }
  });
});

describe('a signal ends a call with its reason', () => {
  test.each<[string, Script]>([
    ['before the answer', () => undefined],
    ['during an error answer', (response) => void response.writeHead(500).write('{')],
  ])('%s', async (_when, script) => {
    const abort = new AbortController();
    const reason = new Error('the reason');
    const asking = ask(script, { signal: abort.signal });
    await until('the request', () => server.received.length === 1);
    const { left } = server;
    abort.abort(reason);
    await expect(asking).rejects.toBe(reason);
    await until('the upstream to see it', () => server.left > left);
  });

  test('during the answer', async () => {
    const abort = new AbortController();
    const upstream = await call(stream(chunk('a'), hang), { signal: abort.signal, request: streamed });
    const { left } = server;
    const reading = relay(
      upstream,
      takingAll(() => abort.abort(new Error('the reason'))),
      new Heard(),
      {
        wantsUsageChunk: false,
        maxBytes: 1000,
        signal: uncancelled,
      },
    );
    await expect(reading).rejects.toThrow();
    await until('the upstream to see it', () => server.left > left);
  });

  test('before the call nothing is sent', async () => {
    await expect(
      ask(answer(200, completion('hi')), { signal: AbortSignal.abort(new Error('the reason')) }),
    ).rejects.toThrow('the reason');
    expect(server.received).toEqual([]);
  });
});

describe('connections', () => {
  test.each<[string, Script]>([
    ['a stream', stream(chunk('a', 'stop'), usageChunk(1, 1), done)],
    [
      'a stream that says its end before it ends',
      (response) =>
        void response.write(`data: ${JSON.stringify(chunk('a', 'stop'))}\n\n${done}`, () =>
          setImmediate(() => response.end()),
        ),
    ],
  ])('one is used again after %s', async (_what, script) => {
    await using own = await scriptedUpstream(script);
    const document = documentOf({ vendor: 'reuse', base_url: own.url });
    const from = new Upstreams(keys);
    for (let time = 0; time < 5; time += 1) {
      const upstream = await from.open(document, connect).call(streamed, '01CALL', new AbortController().signal);
      await relay(
        upstream,
        takingAll(() => undefined),
        new Heard(),
        { wantsUsageChunk: false, maxBytes: 1000, signal: uncancelled },
      );
      await turn(); // the end may be read in the same turn of the loop
    }
    expect(own.received).toHaveLength(5);
    expect(own.connections).toBeLessThanOrEqual(2); // the end may be read before the pool has its connection back
  });

  test('one is not used again after an answer that was given up', async () => {
    await using own = await scriptedUpstream(stream(chunk('a'), 'data: 5\n\n', hang));
    await expect(
      follow(own.script, { document: documentOf({ vendor: 'given-up', base_url: own.url }) }),
    ).rejects.toThrow();
    await until('the connection to close', () => own.left === 1);
  });

  test('a document that changes its models keeps them, and one that moves does not', async () => {
    await using old = await scriptedUpstream(answer(200, completion('old')));
    await using next = await scriptedUpstream(answer(200, completion('next')));
    const from = new Upstreams(keys);
    const at = (url: string, more: Partial<ProviderDocument> = {}) =>
      from
        .open(documentOf({ base_url: url, ...more }), connect)
        .call(unary, '01CALL', new AbortController().signal)
        .then(({ body }) => readToEnd(body));
    for (let turn = 0; turn < 5; turn += 1) await at(old.url, { models: [{ name: `new-${turn}` }] });
    expect(old.received).toHaveLength(5);
    expect(old.connections).toBeLessThanOrEqual(2);
    await at(next.url);
    expect([old.received.length, next.received.length]).toEqual([5, 1]);
  });

  test('a call that is under way when its document moves goes on', async () => {
    await using old = await scriptedUpstream(stream(chunk('a'), hang));
    const from = new Upstreams(keys);
    const upstream = await from
      .open(documentOf({ base_url: old.url }), connect)
      .call(streamed, '01CALL', new AbortController().signal);
    from.open(documentOf({ base_url: server.url }), connect);
    const pieces: string[] = [];
    const reading = relay(
      upstream,
      takingAll((piece) => pieces.push(piece)),
      new Heard(),
      {
        wantsUsageChunk: false,
        maxBytes: 1000,
        signal: uncancelled,
      },
    );
    await until('the first piece', () => pieces.length === 1);
    old.finish(`data: ${JSON.stringify(chunk('b', 'stop'))}\n\n${done}`);
    await reading;
    expect(pieces).toHaveLength(2);
  });
});

describe('an API that refuses to be asked for usage in streams', () => {
  const mistral: Script = (response, received) => {
    const { stream_options } = received.body as { stream_options?: object };
    const detail = [
      {
        type: 'extra_forbidden',
        loc: ['body', 'stream_options', 'include_usage'],
        msg: 'Extra inputs are not permitted',
      },
    ];
    if (stream_options === undefined)
      return stream({ ...chunk('a', 'stop'), usage: { prompt_tokens: 1, completion_tokens: 2 } }, done)(
        response,
        received,
      );
    return answer(422, { object: 'error', message: { detail }, type: 'invalid_request_error' })(response, received);
  };
  const asked = (): (object | undefined)[] =>
    server.received.map(({ body }) => body['stream_options'] as object | undefined);

  test('is asked once more without, and that way from then on', async () => {
    const from = new Upstreams(keys);
    for (let turn = 0; turn < 3; turn += 1) expect(await follow(mistral, { from })).toHaveLength(1);
    expect(asked()).toEqual([{ include_usage: true }, undefined, undefined, undefined]);
  });

  test('is known by the model: others are asked for usage still', async () => {
    const from = new Upstreams(keys);
    await follow(mistral, { from });
    server.received.length = 0;
    await follow(stream(chunk('a', 'stop'), done), {
      from,
      request: requestOf({ messages: [], stream: true }, 'other'),
    });
    expect(asked()).toEqual([{ include_usage: true }]);
  });

  test('is not believed when it refuses the request either way', async () => {
    const from = new Upstreams(keys);
    const refusing = answer(400, { error: { message: 'Unknown parameter: stream_options.foo' } });
    const request = requestOf({ messages: [], stream: true, stream_options: { foo: 1 } });
    await expect(follow(refusing, { from, request })).rejects.toMatchObject({ class: 'bad_request' });
    server.received.length = 0;
    await follow(stream(chunk('a', 'stop'), done), { from });
    expect(asked()).toEqual([{ include_usage: true }]);
  });
});

async function readToEnd(body: ModelBody): Promise<void> {
  while ((await body.read()) !== undefined);
}
