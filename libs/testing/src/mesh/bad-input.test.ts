// Whatever a client sends is answered by name, and everything still serves.
import { gzipSync } from 'node:zlib';
import { connect as connectSocket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlainClient, startMesh, until, type Mesh } from '../index.ts';

const mebibyte = 1024 * 1024;
const good = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] };

describe('bad input', () => {
  let mesh: Mesh;
  let client: PlainClient;
  beforeAll(async () => {
    mesh = await startMesh();
    client = await PlainClient.connect(mesh.nats.url);
  });
  afterAll(async () => {
    expect((await client.chat('still here')).body.choices?.[0]?.message.content).toBe('still here');
    expect(mesh.troubles()).toEqual([]);
    await client[Symbol.asyncDispose]();
    await mesh[Symbol.asyncDispose]();
  });

  test.each([
    ['no model', 'chat', { messages: good.messages }, 'model'],
    ['a model that is a number', 'chat', { ...good, model: 1 }, 'model'],
    ['no messages', 'chat', { model: 'demo/echo' }, 'messages'],
    ['an empty list of messages', 'chat', { ...good, messages: [] }, 'messages'],
    ['a message without a role', 'chat', { ...good, messages: [{ content: 'x' }] }, 'messages.0.role'],
    ['content of the wrong type', 'chat', { ...good, messages: [{ role: 'user', content: 7 }] }, 'messages.0.content'],
    [
      'a content part without a type',
      'chat',
      { ...good, messages: [{ role: 'user', content: [{ text: 'x' }] }] },
      'messages.0.content.0.type',
    ],
    ['a temperature in words', 'chat', { ...good, temperature: 'hot' }, 'temperature'],
    ['stream as a word', 'chat', { ...good, stream: 'yes' }, 'stream'],
    ['no tokens at all', 'chat', { ...good, max_tokens: 0 }, 'max_tokens'],
    ['an unknown router option', 'chat', { ...good, router: { sesion: 'x' } }, 'router.sesion'],
    ['a tag that is a number', 'chat', { ...good, router: { tags: { a: 1 } } }, 'router.tags.a'],
    ['an embedding without input', 'embed', { model: 'demo/embed' }, 'input'],
    ['a chat model for embeddings', 'embed', { model: 'demo/echo', input: 'x' }, 'model'],
    ['an array', 'chat', [], 'body'],
    ['not JSON', 'chat', '{"model":', 'body'],
    ['an empty body', 'chat', '', 'body'],
    ['wrong UTF-8', 'chat', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 'body'],
    ['a compressed body', 'chat', gzipSync(JSON.stringify(good)), 'body'],
    ['JSON nested 50 000 deep', 'chat', '['.repeat(50_000) + ']'.repeat(50_000), 'body'],
    [
      'a nested field',
      'chat',
      `{"model":"demo/echo","messages":[{"role":"user","content":"x"}],"deep":${'['.repeat(200)}${']'.repeat(200)}}`,
      'body',
    ],
  ])('%s is invalid_request and names the field', async (_name, verb, body, param) => {
    const { body: answer, headers } = await client.ask(verb, body);
    expect(answer.error).toMatchObject({ code: 'invalid_request', param, retryable: false });
    expect(headers['Nats-Service-Error-Code']).toBe('400');
    expect(headers['Nats-Service-Error']).toContain(param === 'body' ? 'body' : param);
  });

  test.each([
    ['Router-Timeout', 'soon'],
    ['Router-Timeout', '0'],
    ['Router-Attempt', '-1'],
    ['Router-Frames', 'yes'],
    ['Content-Encoding', 'gzip'],
    ['Content-Type', 'text/plain'],
  ])('header %s: %s is invalid_request and names the header', async (name, value) => {
    const { body } = await client.ask('chat', good, { headers: { [name]: value } });
    expect(body.error).toMatchObject({ code: 'invalid_request', param: name });
  });

  test('an error of a stream is a frame, closed by EOS', async () => {
    const frames = await client.stream('x', { temperature: 'hot' });
    expect(frames.map(({ kind }) => kind)).toEqual(['error', 'eos']);
  });

  test('tenants and verbs that are not of their form are refused', async () => {
    for (const tenant of ['Demo', 'a.b.c.d.e', `${'x'.repeat(64)}`, 'a%20b']) {
      expect((await client.ask('chat', good, { tenant })).body.error).toMatchObject({
        code: 'invalid_request',
        param: 'subject',
      });
    }
    expect((await client.ask('sing', good)).body.error).toMatchObject({ code: 'not_found' });
  });

  test('2 MiB is answered', async () => {
    const { body } = await client.chat('x'.repeat(2 * mebibyte));
    expect(body.choices?.[0]?.message.content.length).toBe(2 * mebibyte);
  });

  test('over ROUTER_MAX_BODY is too_large, with limit and size', async () => {
    const { body } = await client.chat('x'.repeat(4 * mebibyte));
    expect(body.error).toMatchObject({ code: 'too_large', param: 'body', details: { limit: 4 * mebibyte } });
  });

  test('20 MiB by a raw socket closes that connection and no other', async () => {
    const socket = connectSocket(mesh.nats.port, '127.0.0.1');
    socket.resume();
    socket.on('error', () => undefined); // the server hangs up on us: that is the point
    await once(socket, 'connect');
    socket.write('CONNECT {"verbose":false,"headers":true}\r\n');
    socket.write(`PUB router.v2.request.chat.demo _INBOX.raw.1 ${20 * mebibyte}\r\n`);
    socket.write('x'.repeat(20 * mebibyte));
    await until('the server to hang up', () => socket.closed);
    await until('its reason in its log', () => mesh.nats.lines.some((line) => /maximum payload/i.test(line)));
    expect((await client.chat('and we go on')).body.choices?.[0]?.message.content).toBe('and we go on');
  });

  test('a Router-Timeout that passes is deadline_exceeded naming the stop', async () => {
    const slow = { model: 'demo/slow', messages: good.messages };
    const { body } = await client.ask('chat', slow, { headers: { 'Router-Timeout': '200' } });
    expect(body.error).toMatchObject({ code: 'deadline_exceeded', details: { stop: 'provider.demo' } });
    const frames = await client.stream('x', { model: 'demo/slow' }, { headers: { 'Router-Timeout': '200' } });
    expect(frames.at(-2)).toMatchObject({ kind: 'error' });
    expect(frames.at(-2)?.text).toContain('deadline_exceeded');
  });
});
