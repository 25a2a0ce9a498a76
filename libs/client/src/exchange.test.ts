// Answers as no well-behaved mesh gives them: a script in its place says what it is told, over a real server.
import { AnswerWriter, headers, type Msg, type NatsConnection } from '@router-mesh/wire';
import { natsServer, until, type NatsServer } from '@router-mesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChatRequest, Client } from './index.ts';
import { connect, RouterError } from './index.ts';

let nats: NatsServer;
let mesh: NatsConnection;
let client: Client;
let answer: (message: Msg) => void = () => undefined;
let heard: string[] = [];

beforeAll(async () => {
  nats = await natsServer();
  mesh = await nats.connect('root');
  mesh.subscribe('router.v2.request.>', { callback: (_error, message) => answer(message) });
  for (const subject of ['router.v2.cancel.>', 'router.v2.control.>']) {
    mesh.subscribe(subject, {
      callback: (_error, message) => void heard.push(`${message.subject} ${message.string()}`),
    });
  }
  await mesh.flush();
  client = await connect({ servers: nats.url, tenant: 'acme' });
});

afterAll(async () => {
  await client.close();
  await mesh.close();
  await nats[Symbol.asyncDispose]();
});

const hi: ChatRequest = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] };
const request = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const control = 'router.v2.control.provider.c1.t1';
const accept = { request, instance: 'i', control, route: 'default', provider: 'demo', model: 'demo/echo' };
const report = { request, provider: 'demo', model: 'demo/echo', route: 'r', policy: 'p', attempts: [], trail: [] };
const end = { router: report, usage_stored: true };
const delta = (content: string): string => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });

/** Answer the next request by a script, for one leg or for several. */
function script(write: (leg: (leg: number) => AnswerWriter) => void): void {
  heard = [];
  answer = ({ reply = '' }) => write((leg) => new AnswerWriter(mesh, reply, { framed: true, leg }));
}

async function read(): Promise<{ texts: string[]; error: unknown }> {
  const texts: string[] = [];
  try {
    for await (const chunk of client.stream(hi, { request, timeoutMs: 5000 }))
      texts.push(chunk.choices[0]?.delta.content ?? '');
    return { texts, error: undefined };
  } catch (error) {
    return { texts, error };
  }
}

/** One frame as it stands on the wire. */
function frame(reply: string, kind: string, sequence: string, payload: string): void {
  const encoded = headers();
  encoded.set('Router-Frame', kind);
  if (sequence !== '') encoded.set('Router-Seq', sequence);
  mesh.publish(reply, payload, { headers: encoded });
}

const cancels = [`${control} cancel`, `router.v2.cancel.acme {"request":"${request}"}`];

async function expectCancel(): Promise<void> {
  await until('the mesh is told', () => heard.length === 2);
  expect(heard).toEqual(cancels);
}

describe('a stream', () => {
  test('starts anew with a higher leg, drops what is late of a lower one, and skips kinds it does not know', async () => {
    script((leg) => {
      const [first, second] = [leg(0), leg(1)];
      first.accept(accept);
      second.accept({ ...accept, control: `${control}x` });
      first.delta(delta('late'));
      second.delta([delta('a'), delta('b')].join('\n'));
      second.delta(delta('c'));
      second.end(end);
    });
    const { texts, error } = await read();
    expect([texts, error]).toEqual([['a', 'b', 'c'], undefined]);
    answer = ({ reply = '' }) => {
      frame(reply, 'beat', '', '{"leg":0}');
      frame(reply, 'accept', '0.0', JSON.stringify(accept));
      frame(reply, 'news', '0.1', 'nobody knows it');
      frame(reply, 'delta', '0.2', delta('d'));
      frame(reply, 'end', '0.3', JSON.stringify(end));
    };
    expect(await read()).toEqual({ texts: ['d'], error: undefined });
    expect(heard).toEqual([]);
  });

  test('with a frame missing is `stream_interrupted`, and its producer is told', async () => {
    heard = [];
    answer = ({ reply = '' }) => {
      frame(reply, 'accept', '0.0', JSON.stringify(accept));
      frame(reply, 'delta', '0.1', delta('a'));
      frame(reply, 'delta', '0.3', delta('c'));
    };
    const { texts, error } = await read();
    expect(texts).toEqual(['a']);
    expect(error).toMatchObject({ code: 'stream_interrupted', details: { delivered: 1 } });
    await expectCancel();
  });

  test('that the mesh interrupts is not cancelled, for nobody is at it any more', async () => {
    script((leg) => {
      const frames = leg(0);
      frames.accept(accept);
      frames.error(new RouterError('stream_interrupted', 'cut', { details: { delivered: 7 } }));
    });
    expect((await read()).error).toMatchObject({ code: 'stream_interrupted', details: { delivered: 7 } });
    await client.cancel('01ARZ3NDEKTSV4RRFFQ69G5FAX'); // what is published before it has come before it
    await until('that cancel', () => heard.length > 0);
    expect(heard).toHaveLength(1);
  });

  test.each<[string, (reply: string) => void]>([
    ['a chunk that is not JSON', (reply) => frame(reply, 'delta', '0.1', '{"choices":')],
    ['an end that is not of its form', (reply) => frame(reply, 'end', '0.1', '{}')],
    ['nothing where the end should be', (reply) => mesh.publish(reply)],
  ])('with %s fails as `internal`, and its producer is told', async (_name, spoil) => {
    heard = [];
    answer = ({ reply = '' }) => {
      frame(reply, 'accept', '0.0', JSON.stringify(accept));
      spoil(reply);
    };
    expect((await read()).error).toMatchObject({ code: 'internal' });
    await expectCancel();
  });
});

test('a whole answer that is not JSON fails as `internal`', async () => {
  answer = (message) => message.respond('<html>');
  await expect(client.chat(hi)).rejects.toMatchObject({ code: 'internal' });
});

test('an error that is not of its form fails as `internal`', async () => {
  answer = ({ reply = '' }) => frame(reply, 'error', '', '{"error":"oh"}');
  await expect(client.chat(hi)).rejects.toMatchObject({ code: 'internal' });
});

test('what the client says of a request: its id, its time, that it reads frames, and how many it takes; `decide` is one message', async () => {
  const said: string[][] = [];
  answer = (message) => {
    const names = [...(message.headers?.keys() ?? [])].sort();
    said.push([message.subject, ...names, (message.json<{ stream?: boolean }>().stream ?? 'whole').toString()]);
    message.respond('{}');
  };
  await client.chat(hi);
  await client.embed({ model: 'demo/embed', input: 'hi' });
  await client.decide(hi);
  const { error } = await read();
  expect(error).toMatchObject({ code: 'internal' }); // a stream that is answered whole is none
  const framed = ['Router-Credit', 'Router-Frames'];
  expect(said).toEqual([
    ['router.v2.request.chat.acme', ...framed, 'Router-Request', 'Router-Timeout', 'whole'],
    ['router.v2.request.embed.acme', ...framed, 'Router-Request', 'Router-Timeout', 'whole'],
    ['router.v2.request.decide.acme', 'Router-Request', 'Router-Timeout', 'whole'],
    ['router.v2.request.chat.acme', ...framed, 'Router-Request', 'Router-Timeout', 'true'],
  ]);
});

test('each request listens on an inbox of its own, and not any longer than it runs', async () => {
  const inboxes: string[] = [];
  answer = (message) => {
    inboxes.push(message.reply ?? '');
    message.respond('{}');
  };
  await Promise.all([client.chat(hi), client.chat(hi)]);
  expect(new Set(inboxes).size).toBe(2);
  const isHeard = (inbox: string): Promise<boolean> =>
    mesh.request(inbox, '', { timeout: 100 }).then(
      () => true,
      (error: Error) => !error.message.includes('no responders'),
    );
  for (const inbox of inboxes) await until('nobody listens there', async () => !(await isHeard(inbox)));
});
