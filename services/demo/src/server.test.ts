import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startDemo } from './server.ts';
import { ask, chunksOf, contentsOf, post, statsOf, textOf } from './testing.ts';

test('a chat is answered whole, with its length', async () => {
  await using demo = await startDemo();
  const response = await ask(demo, 'grüezi');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('x-request-id')).toMatch(/^req_\w+$/);
  const body = await response.text();
  expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(body)));
  expect(JSON.parse(body)).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: 'grüezi' } }] });
});

test('a chat is streamed in the same words', async () => {
  await using demo = await startDemo();
  const response = await ask(demo, 'grüezi mitenand', { stream: true, stream_options: { include_usage: true } });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const chunks = await chunksOf(response);
  expect(contentsOf(chunks)).toEqual(['grüezi ', 'mitenand']);
  expect(chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 4, completion_tokens: 4, total_tokens: 8 },
  });
});

test('an answer beyond what the socket holds is streamed whole', async () => {
  await using demo = await startDemo();
  const chunks = await chunksOf(await ask(demo, '', { stream: true, demo: { bytes: 5_000_000, chunks: 20 } }));
  expect(contentsOf(chunks).join('')).toHaveLength(5_000_000);
});

test('answers have ids of their own', async () => {
  await using demo = await startDemo();
  const answers = await Promise.all(
    ['a', 'b'].map(async (text) => (await ask(demo, text)).json() as Promise<{ id: string }>),
  );
  expect(new Set(answers.map((answer) => answer.id)).size).toBe(2);
});

test('texts are embedded', async () => {
  await using demo = await startDemo();
  const response = await post(demo, '/v1/embeddings', { model: 'embed', input: ['a', 'b'] });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ object: 'list', data: [{ index: 0 }, { index: 1 }], model: 'embed' });
});

test('the models are listed', async () => {
  await using demo = await startDemo();
  const list = (await (await fetch(`${demo.url}/v1/models`)).json()) as { object: string; data: { id: string }[] };
  expect(list.object).toBe('list');
  expect(list.data.map((model) => model.id)).toEqual(['echo', 'lorem', 'slow', 'flaky', 'tools', 'embed']);
});

test('health is told to GET and HEAD', async () => {
  await using demo = await startDemo();
  expect((await fetch(`${demo.url}/health?deep=1`)).status).toBe(200);
  expect((await fetch(`${demo.url}/health`, { method: 'HEAD' })).status).toBe(200);
});

const hello = { messages: [{ role: 'user', content: 'hi' }] };
test.each([
  ['a body that is no JSON', 'POST', '/v1/chat/completions', '{', 400, null, null],
  ['a body that is no object', 'POST', '/v1/chat/completions', '[]', 400, null, null],
  ['no messages', 'POST', '/v1/chat/completions', { model: 'echo' }, 400, 'messages', 'missing_required_parameter'],
  ['an unknown model', 'POST', '/v1/chat/completions', { ...hello, model: 'x' }, 404, 'model', 'model_not_found'],
  ['a chat with embed', 'POST', '/v1/chat/completions', { ...hello, model: 'embed' }, 404, 'model', 'model_not_found'],
  ['embeddings by echo', 'POST', '/v1/embeddings', { model: 'echo', input: 'a' }, 404, 'model', 'model_not_found'],
  ['an unknown path', 'POST', '/v1/completions', {}, 404, null, 'unknown_url'],
  ['a wrong method', 'PUT', '/v1/chat/completions', {}, 405, null, 'method_not_supported'],
])('%s is answered with an OpenAI error', async (_claim, method, path, body, status, param, code) => {
  await using demo = await startDemo();
  const response = await post(demo, path, body, { method });
  expect(response.status).toBe(status);
  const message: unknown = expect.any(String);
  expect(await response.json()).toEqual({ error: { message, type: 'invalid_request_error', param, code } });
});

test('a body beyond 64 MiB is refused', async () => {
  await using demo = await startDemo();
  expect((await post(demo, '/v1/chat/completions', ' '.repeat(64 * 1024 * 1024 + 1))).status).toBe(413);
});

test('calls are counted by how they ended, and asking for the counts is no call', async () => {
  await using demo = await startDemo();
  await textOf(await ask(demo, 'a', {}, { headers: { authorization: 'Bearer secret', 'x-request-id': 'one' } }));
  await chunksOf(await ask(demo, 'a', { stream: true }, { headers: { 'x-call-id': 'two' } }));
  await (
    await ask(demo, 'a', { model: 'flaky' }, { headers: { 'x-request-id': 'three', 'x-call-id': 'four' } })
  ).text();
  const stats = await statsOf(demo);
  expect(stats).toMatchObject({ served: 2, streamed: 1, failed: 1, closed_by_client: 0, open: 0, authorized: 1 });
  expect(stats.by_model).toEqual({ echo: 2, flaky: 1 });
  expect(stats.requests).toHaveLength(3);
  expect(JSON.stringify(stats)).not.toContain('secret');
  const calls = await (await fetch(`${demo.url}/stats/calls`)).json();
  expect(calls).toEqual({ served: ['one', 'two'], failed: ['three'], closed: [] });
});

test('a reset starts the counts and the keys from zero', async () => {
  await using demo = await startDemo();
  const once = { demo: { fail_first: 1, key: 'k' } };
  expect((await ask(demo, 'a', once)).status).toBe(500);
  expect((await post(demo, '/stats/reset', '')).status).toBe(200);
  expect(await statsOf(demo)).toMatchObject({ failed: 0, requests: [] });
  expect((await ask(demo, 'a', once)).status).toBe(500);
});

test('a stream goes out as it is made, and one that the client leaves is counted so', async () => {
  await using demo = await startDemo();
  const leaving = new AbortController();
  const more = { stream: true, demo: { chunks: 2, delay_ms: 86_400_000 } };
  const response = await ask(demo, 'hello', more, { signal: leaving.signal, headers: { 'x-call-id': 'left' } });
  const text = await readUntil(response, '"content":"he"');
  expect(text).toContain('"role":"assistant"');
  expect((await statsOf(demo)).open).toBe(1);
  leaving.abort();
  await expect.poll(() => statsOf(demo)).toMatchObject({ closed_by_client: 1, open: 0, served: 0 });
  expect(await (await fetch(`${demo.url}/stats/calls`)).json()).toEqual({ served: [], failed: [], closed: ['left'] });
});

test('a client that does not read is waited for, and one that gives up so is counted as gone', async () => {
  await using demo = await startDemo();
  const leaving = new AbortController();
  await ask(demo, '', { stream: true, demo: { bytes: 50_000_000, chunks: 50 } }, { signal: leaving.signal });
  leaving.abort();
  await expect.poll(() => statsOf(demo)).toMatchObject({ closed_by_client: 1, open: 0 });
});

test('a client that leaves before its body is whole is counted as gone', async () => {
  await using demo = await startDemo();
  const socket = connect(Number(new URL(demo.url).port));
  socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: demo\r\ncontent-length: 100\r\n\r\n{');
  await expect.poll(async () => (await statsOf(demo)).open).toBe(1);
  socket.destroy();
  await expect.poll(() => statsOf(demo)).toMatchObject({ closed_by_client: 1, open: 0 });
});

test('pipelined calls are answered in order, streams among them', async () => {
  await using demo = await startDemo();
  const socket = connect(Number(new URL(demo.url).port));
  socket.write(['one', 'two', 'three'].map(rawStream).join(''));
  let text = '';
  for await (const data of socket.setEncoding('utf8')) {
    text += data as string;
    if (text.split('[DONE]').length === 4) break;
  }
  expect(text.match(/"content":"(\w+)"/g)).toEqual(['"content":"one"', '"content":"two"', '"content":"three"']);
});

test('stopping lets an open call finish and takes no new one', async () => {
  await using demo = await startDemo();
  const response = await ask(demo, 'a b c d', { stream: true, demo: { delay_ms: 50 } });
  const stopped = demo.stop();
  expect(contentsOf(await chunksOf(response))).toHaveLength(4);
  await stopped;
  await expect(fetch(`${demo.url}/health`)).rejects.toThrow('fetch failed');
});

test('stopping breaks a call that is open for too long', async () => {
  await using demo = await startDemo();
  const hanging = ask(demo, 'a', { demo: { hang: true } });
  const broken = expect(hanging).rejects.toThrow('fetch failed');
  await expect.poll(async () => (await statsOf(demo)).open).toBe(1);
  await demo.stop(10);
  await broken;
});

async function readUntil(response: Response, wanted: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  // The reader is not released: the test itself ends the stream.
  const reader = response.body?.getReader();
  while (!text.includes(wanted)) {
    const part = await reader?.read();
    if (!part || part.done) throw new Error(`the stream ended without ${wanted}`);
    text += decoder.decode(part.value, { stream: true });
  }
  return text;
}

function rawStream(content: string): string {
  const body = JSON.stringify({ model: 'echo', messages: [{ role: 'user', content }], stream: true });
  return `POST /v1/chat/completions HTTP/1.1\r\nhost: demo\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
