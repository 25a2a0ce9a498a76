import { startMesh, until, type Mesh } from '@router-mesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import type { ChatChunk, ChatRequest, Client } from './index.ts';
import { connect } from './index.ts';

let mesh: Mesh;
let client: Client;

beforeAll(async () => {
  mesh = await startMesh();
  client = await connect({ servers: mesh.nats.url, tenant: 'acme' });
});

afterAll(async () => {
  await client.close();
  await mesh[Symbol.asyncDispose]();
});

beforeEach(() => mesh.demo.reset());

const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'demo/echo',
  messages: [{ role: 'user', content }],
  ...more,
});

const textOf = (chunks: readonly ChatChunk[]): string =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');

describe('stream', () => {
  test('gives the chunks of the model one by one, then the report', async () => {
    const stream = client.stream(ask('one two three'));
    const chunks = await collect(stream);
    expect(chunks.every(({ object }) => object === 'chat.completion.chunk')).toBe(true);
    expect(textOf(chunks)).toBe('one two three');
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    const { usage, router } = await stream.report;
    const whole = await client.chat(ask('one two three'));
    const { prompt_tokens, completion_tokens } = whole.usage ?? {};
    expect(usage).toEqual({ input_tokens: prompt_tokens, output_tokens: completion_tokens, estimated: false });
    expect(router).toMatchObject({ request: stream.request, provider: 'demo', model: 'demo/echo', usage_stored: true });
  });

  test('the chunk that tells tokens comes when it is asked for', async () => {
    const chunks = await collect(client.stream(ask('a b', { stream_options: { include_usage: true } })));
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 2 } });
  });

  test('chunks are there before the model is done', async () => {
    const stream = client.stream(ask('a b', { demo: { delay_ms: 60_000 } }));
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'a ') break;
    await expect(stream.report).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('the report comes though nobody reads the chunks, which stay to be read', async () => {
    const stream = client.stream(ask('a b c'));
    expect((await stream.report).usage?.output_tokens).toBe(2);
    expect(textOf(await collect(stream))).toBe('a b c');
  });

  test('a second iteration goes on where the first one was', async () => {
    const stream = client.stream(ask('a'));
    expect(textOf(await collect(stream))).toBe('a');
    expect(await collect(stream)).toEqual([]);
  });

  test('a stream that breaks gives what came, then `stream_interrupted`, which says how much that was', async () => {
    const stream = client.stream(ask('a b c', { demo: { cut_after: 2, delay_ms: 20 } }));
    const chunks: ChatChunk[] = [];
    const reading = (async () => {
      for await (const chunk of stream) chunks.push(chunk);
    })();
    const delivered = expect.toBeOneOf([2, 3]) as number; // the first two pieces may come together, as one delta
    await expect(reading).rejects.toMatchObject({ code: 'stream_interrupted', details: { delivered } });
    expect(textOf(chunks)).toBe('a b ');
    await expect(stream.report).rejects.toMatchObject({ code: 'stream_interrupted' });
  });

  test('a failed stream whose report nobody asks for is no unhandled rejection', async () => {
    await expect(collect(client.stream(ask('a', { demo: { status: 500 } })))).rejects.toThrow();
    await new Promise(setImmediate); // vitest fails the file for an unhandled rejection
  });

  test('a hundred long streams at once keep apart, and whole answers come through between them', async () => {
    const chunks = 200;
    const streams = Array.from({ length: 100 }, (_, index) =>
      client.stream(ask(`${index % 10}`.repeat(1000), { demo: { chunks } })),
    );
    const texts = streams.map(async (stream, index) => {
      const heard = await collect(stream);
      expect(heard.length).toBeGreaterThan(chunks);
      expect(textOf(heard)).toMatch(new RegExp(`^${index % 10}+$`));
      expect(textOf(heard)).toHaveLength(1000);
    });
    const whole = Array.from({ length: 100 }, () => client.chat(ask('hi')));
    await Promise.all([...texts, ...whole]);
  });
});

describe('leaving the loop early', () => {
  test.each<[string, (stream: AsyncIterable<ChatChunk>) => Promise<void>]>([
    [
      'by break',
      async (stream) => {
        for await (const chunk of stream) if (chunk) break;
      },
    ],
    [
      'by a throw',
      async (stream) => {
        await expect(
          (async () => {
            for await (const chunk of stream) throw new Error(`enough of ${chunk.id}`);
          })(),
        ).rejects.toThrow('enough of chatcmpl');
      },
    ],
    [
      'by return while the next chunk is waited for',
      async (stream) => {
        const iterator = stream[Symbol.asyncIterator]();
        for (let n = 0; n < 2; n += 1) await iterator.next();
        const next = iterator.next();
        await iterator.return?.();
        expect(await next).toEqual({ done: true, value: undefined });
      },
    ],
  ])('%s closes the connection to the model', async (_name, leave) => {
    const stream = client.stream(ask('a b c', { demo: { delay_ms: 60_000 } }));
    await leave(stream);
    await until('the model is left', async () => (await mesh.demo.stats()).closed_by_client === 1);
    expect(await mesh.demo.stats()).toMatchObject({ open: 0, served: 0 });
    await expect(stream.report).rejects.toMatchObject({ code: 'cancelled' });
    expect(await collect(stream)).toEqual([]);
  });
});
