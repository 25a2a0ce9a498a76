import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { startDemo, type Demo } from './server.ts';
import { ask, chunksOf, contentsOf, parseEvents, post, statsOf, textOf, type Chunk } from './testing.ts';

test('chunks: a stream has that many pieces', async () => {
  await using demo = await startDemo();
  const chunks = await chunksOf(await ask(demo, 'hi', { stream: true, demo: { chunks: 100 } }));
  expect(contentsOf(chunks)).toHaveLength(100);
  expect(contentsOf(chunks).join('')).toBe(await textOf(await ask(demo, 'hi', { demo: { chunks: 100 } })));
});

test.each([[true], [false]])('delay_ms and first_delay_ms: an answer takes its time (stream: %s)', async (stream) => {
  await using demo = await startDemo();
  const started = performance.now();
  await (await ask(demo, 'a b c', { stream, demo: { first_delay_ms: 60, delay_ms: 30 } })).text();
  // Timers may fire a millisecond early by this clock.
  expect(performance.now() - started).toBeGreaterThan(60 + 2 * 30 - 5);
});

test('slow takes its time unless told', async () => {
  await using demo = await startDemo();
  const started = performance.now();
  await (await ask(demo, 'a b', { model: 'slow', demo: { first_delay_ms: 0 } })).text();
  expect(performance.now() - started).toBeGreaterThan(195);
});

test('bytes: an answer has that size', async () => {
  await using demo = await startDemo();
  expect(await textOf(await ask(demo, 'hi', { demo: { bytes: 2_000_000 } }))).toHaveLength(2_000_000);
});

test.each([
  [400, 'invalid_request_error', null],
  [401, 'invalid_request_error', 'invalid_api_key'],
  [429, 'requests', 'rate_limit_exceeded'],
  [503, 'server_error', null],
])('status: a call fails with %i as OpenAI would', async (status, type, code) => {
  await using demo = await startDemo();
  const response = await ask(demo, 'hi', { stream: true, demo: { status } });
  expect(response.status).toBe(status);
  const message = `The demo was told to fail with ${status}.`;
  expect(await response.json()).toEqual({ error: { message, type, param: null, code } });
});

test('code: a failure has that code', async () => {
  await using demo = await startDemo();
  const response = await ask(demo, 'hi', { demo: { status: 400, code: 'context_length_exceeded' } });
  expect(await response.json()).toMatchObject({ error: { code: 'context_length_exceeded' } });
});

test('fail_first and key: the first calls of a key fail, whatever the model, and then none', async () => {
  await using demo = await startDemo();
  const statuses: number[] = [];
  for (const model of ['echo', 'flaky', 'flaky', 'echo']) {
    statuses.push((await ask(demo, 'hi', { model, demo: { fail_first: 2, key: 'k', status: 503 } })).status);
  }
  expect(statuses).toEqual([503, 503, 200, 200]);
  expect((await ask(demo, 'hi', { demo: { fail_first: 1, key: 'other' } })).status).toBe(500);
});

describe('cut_after', () => {
  test.each([
    [0, []],
    [2, ['a ', 'b ']],
    [99, ['a ', 'b ', 'c']],
  ])('%i: a stream breaks after that many pieces, before its end', async (cutAfter, pieces) => {
    await using demo = await startDemo();
    const response = await ask(demo, 'a b c', { stream: true, demo: { cut_after: cutAfter } });
    expect(response.status).toBe(200);
    const { text, broken } = await readBroken(response);
    expect(broken).toBe(true);
    expect(contentsOf(parseEvents(text.split('\n\n').slice(0, -1)))).toEqual(pieces);
    await expectFailed(demo);
  });

  test.each([
    [0, ''],
    [5, '{"id"'],
  ])('%i: a whole answer breaks after that many bytes', async (cutAfter, expected) => {
    await using demo = await startDemo();
    const response = await ask(demo, 'hi', { demo: { cut_after: cutAfter } });
    expect(response.status).toBe(200);
    expect(await readBroken(response)).toEqual({ text: expected, broken: true });
    await expectFailed(demo);
  });

  test('beyond its size a whole answer still breaks', async () => {
    await using demo = await startDemo();
    expect((await readBroken(await ask(demo, 'hi', { demo: { cut_after: 1_000_000 } }))).broken).toBe(true);
  });
});

test('error_after: a stream tells an error after that many pieces and ends', async () => {
  await using demo = await startDemo();
  const response = await ask(demo, 'a b c', { stream: true, demo: { error_after: 1, code: 'overloaded' } });
  const chunks = parseEvents((await response.text()).split('\n\n').slice(0, -1));
  const error = chunks.pop() as Chunk & { error?: object };
  expect(contentsOf(chunks)).toEqual(['a ']);
  expect(error).toMatchObject({ error: { type: 'server_error', code: 'overloaded' } });
  await expectFailed(demo);
});

describe('body', () => {
  interface BodyTold {
    readonly body: string;
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  }
  test.each<[BodyTold, number]>([
    [{ body: '<html>' }, 200],
    [{ body: '<html>', status: 502, headers: { 'content-type': 'text/html' } }, 502],
    [{ body: '' }, 200],
    [{ body: '', status: 307, headers: { location: '/elsewhere' } }, 307],
  ])('%j: is what is answered, with that status and those headers', async (told, status) => {
    await using demo = await startDemo();
    for (const stream of [true, false]) {
      const response = await ask(demo, 'hi', { stream, demo: told }, { redirect: 'manual' });
      expect([response.status, await response.text()]).toEqual([status, told.body]);
      for (const [name, value] of Object.entries(told.headers ?? {})) expect(response.headers.get(name)).toBe(value);
    }
  });

  test('with error_after: is what a stream says in place of the error event', async () => {
    await using demo = await startDemo();
    const told = { error_after: 1, body: 'data: {"choi\n\n' };
    const text = await (await ask(demo, 'a b c', { stream: true, demo: told })).text();
    expect(text.endsWith(told.body)).toBe(true);
    expect(contentsOf(parseEvents(text.slice(0, -told.body.length).split('\n\n').slice(0, -1)))).toEqual(['a ']);
    await expectFailed(demo);
  });
});

describe('hang_after', () => {
  test.each([
    [{ hang_after: 2 }, ['a ', 'b '], 0],
    [{ hang_after: 0, comment_ms: 10 }, [], 3],
  ])('%j: a stream stays open after that many pieces', async (told, pieces, comments) => {
    await using demo = await startDemo();
    const leaving = new AbortController();
    const response = await ask(demo, 'a b c', { stream: true, demo: told }, { signal: leaving.signal });
    const decoder = new TextDecoder();
    let text = '';
    const read = (async () => {
      for await (const part of response.body ?? []) text += decoder.decode(part, { stream: true });
    })();
    const parts = (): string[] => text.split('\n\n').slice(0, -1);
    const said = (): string[] => contentsOf(parseEvents(parts().filter((part) => !part.startsWith(':'))));
    const isComment = (part: string): boolean => part.startsWith(':');
    await expect.poll(said).toEqual(pieces);
    await expect.poll(() => parts().filter(isComment).length).toBeGreaterThanOrEqual(comments);
    leaving.abort();
    await expect(read).rejects.toThrow('aborted');
    await expect.poll(() => statsOf(demo)).toMatchObject({ closed_by_client: 1, open: 0 });
  });

  test('a whole answer stays open after that many bytes', async () => {
    await using demo = await startDemo();
    const leaving = new AbortController();
    const response = await ask(demo, 'hi', { demo: { hang_after: 5 } }, { signal: leaving.signal });
    const first = await response.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toBe('{"id"');
    leaving.abort();
    await expect.poll(() => statsOf(demo)).toMatchObject({ closed_by_client: 1, open: 0 });
  });
});

test('garbage: the answer is no HTTP', async () => {
  await using demo = await startDemo();
  const cause: unknown = expect.objectContaining({ name: 'HTTPParserError' });
  await expect(ask(demo, 'hi', { demo: { garbage: true } })).rejects.toMatchObject({ cause });
  await expectFailed(demo);
});

test('reset: the connection breaks without an answer', async () => {
  await using demo = await startDemo();
  const cause: unknown = expect.objectContaining({ code: 'ECONNRESET' });
  await expect(ask(demo, 'hi', { demo: { reset: true } })).rejects.toMatchObject({ cause });
  await expectFailed(demo);
});

test('hang: a call is never answered, and is the one that the client left', async () => {
  await using demo = await startDemo();
  const leaving = new AbortController();
  const hanging = expect(ask(demo, 'hi', { demo: { hang: true } }, { signal: leaving.signal })).rejects.toThrow(
    'aborted',
  );
  await expect.poll(async () => (await statsOf(demo)).open).toBe(1);
  leaving.abort();
  await hanging;
  await expect.poll(() => statsOf(demo)).toMatchObject({ closed_by_client: 1, open: 0 });
});

test('no_usage: an answer has no usage, streamed or not', async () => {
  await using demo = await startDemo();
  expect(await (await ask(demo, 'hi', { demo: { no_usage: true } })).json()).not.toHaveProperty('usage');
  const streamed = { stream: true, stream_options: { include_usage: true }, demo: { no_usage: true } };
  for (const chunk of await chunksOf(await ask(demo, 'hi', streamed))) expect(chunk).not.toHaveProperty('usage');
});

test('retry_after: a failure says when to come back, flaky ones too', async () => {
  await using demo = await startDemo();
  const response = await ask(demo, 'hi', { model: 'flaky', demo: { retry_after: 2 } });
  expect([response.status, response.headers.get('retry-after')]).toEqual([500, '2']);
});

test.each([[{}], [{ status: 500 }]])('headers: an answer carries them and may replace ours (%j)', async (more) => {
  await using demo = await startDemo();
  const headers = { 'X-RateLimit-Remaining': '7', 'Content-Type': 'text/html' };
  const response = await ask(demo, 'hi', { demo: { headers, ...more } });
  expect(response.headers.get('x-ratelimit-remaining')).toBe('7');
  expect(response.headers.get('content-type')).toBe('text/html');
});

test('coalesce: a stream in one go says the same', async () => {
  await using demo = await startDemo();
  const chunks = await chunksOf(await ask(demo, 'a b', { stream: true, demo: { coalesce: true } }));
  expect(contentsOf(chunks)).toEqual(['a ', 'b']);
});

test('embeddings are told the same way', async () => {
  await using demo = await startDemo();
  const told = (options: object) => post(demo, '/v1/embeddings', { model: 'embed', input: 'a', demo: options });
  expect((await told({ status: 429 })).status).toBe(429);
  expect((await told({ fail_first: 1, key: 'k' })).status).toBe(500);
  expect((await told({ fail_first: 1, key: 'k' })).status).toBe(200);
  expect(await (await told({ no_usage: true })).json()).not.toHaveProperty('usage');
  expect((await readBroken(await told({ cut_after: 3 }))).text).toBe('{"o');
});

test('an option that the demo does not know is refused', async () => {
  await using demo = await startDemo();
  const response = await ask(demo, 'hi', { demo: { chunk: 3 } });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param: 'demo.chunk', code: 'unknown_parameter' } });
});

/** What came of a body until its connection broke. */
async function readBroken(response: Response): Promise<{ text: string; broken: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const part of response.body ?? []) text += decoder.decode(part, { stream: true });
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}

async function expectFailed(demo: Demo): Promise<void> {
  await expect.poll(() => statsOf(demo)).toMatchObject({ served: 0, failed: 1, closed_by_client: 0, open: 0 });
}
