import fc from 'fast-check';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { failureWithin } from './failure.ts';
import { Heard } from './heard.ts';
import { ReadableBody } from './readable-body.testing.ts';
import { packLines, relay, type Deltas } from './relay.ts';
import { chunk, event, takingAll, uncancelled, usageChunk } from './testing.ts';
import type { ModelAnswer } from './upstream.ts';

const end = 'data: [DONE]\n\n';

interface Relayed {
  readonly frames: unknown[][];
  readonly heard: Heard;
  readonly error?: unknown;
}

/** Relay a stream; each part is one read. */
async function relayed(
  parts: readonly string[],
  { wantsUsageChunk = false, maxBytes = 1_000_000, broken = false } = {},
): Promise<Relayed> {
  const heard = new Heard();
  const frames: unknown[][] = [];
  const delta = (payload: string): void =>
    void frames.push(payload.split('\n').map((line) => JSON.parse(line) as unknown));
  try {
    await relay(upstreamOf(parts, broken), takingAll(delta), heard, { wantsUsageChunk, maxBytes, signal: uncancelled });
    return { frames, heard };
  } catch (error) {
    return { frames, heard, error };
  }
}

function upstreamOf(parts: readonly string[], broken: boolean): ModelAnswer {
  async function* reads(): AsyncGenerator<Buffer> {
    yield* parts.map((part) => Buffer.from(part));
    await Promise.resolve();
    if (broken) throw Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  }
  const body = Readable.from(reads(), { objectMode: false });
  return {
    body: new ReadableBody(body),
    contentType: 'text/event-stream',
    failure: (error) => failureWithin(error, 'the-key'),
  };
}

test('one read is one frame', async () => {
  const { frames, heard } = await relayed([event(chunk('a')) + event(chunk('b')), event(chunk('c', 'stop')) + end]);
  expect(frames).toEqual([[chunk('a'), chunk('b')], [chunk('c', 'stop')]]);
  expect(heard.firstAt).toBeTypeOf('number');
});

test('nothing goes out before what is to be waited for, and nothing at all when that throws', async () => {
  const parts = [event(chunk('a')), event(chunk('b', 'stop')) + end];
  const order: string[] = [];
  const settings = { wantsUsageChunk: false, maxBytes: 1000, signal: uncancelled };
  const reader = takingAll(() => order.push('delta'));
  const beforeFirst = async (): Promise<void> => {
    await Promise.resolve();
    order.push('waited');
  };
  await relay(upstreamOf(parts, false), reader, new Heard(), { ...settings, beforeFirst });
  expect(order).toEqual(['waited', 'delta', 'delta']);
  const outrun = new Error('a later attempt runs');
  const relaying = relay(upstreamOf(parts, false), reader, new Heard(), {
    ...settings,
    beforeFirst: () => Promise.reject(outrun),
  });
  await expect(relaying).rejects.toBe(outrun);
  expect(order).toHaveLength(3);
});

test('chunks pass as they were written', async () => {
  const odd = '{"choices": [ ],"x":1.50,"y":"\\u00e9"}';
  const frames: string[] = [];
  await relay(
    upstreamOf([`data: ${odd}\n\n${end}`], false),
    takingAll((payload) => frames.push(payload)),
    new Heard(),
    { wantsUsageChunk: false, maxBytes: 1000, signal: uncancelled },
  );
  expect(frames).toEqual([odd]);
});

describe('the chunk that tells usage', () => {
  const parts = [event(chunk('a', 'stop')), event(usageChunk(3, 4)), end];

  test('goes to those who asked for it', async () => {
    expect((await relayed(parts, { wantsUsageChunk: true })).frames).toEqual([
      [chunk('a', 'stop')],
      [usageChunk(3, 4)],
    ]);
  });

  test('is kept from those who did not, and counts', async () => {
    const { frames, heard } = await relayed(parts);
    expect(frames).toEqual([[chunk('a', 'stop')]]);
    expect(heard.reported).toEqual({ input: 3, output: 4 });
  });
});

describe('a stream that is complete', () => {
  test.each<[string, string[], boolean]>([
    ['needs no [DONE] after a finish reason', [event(chunk('a', 'stop'))], false],
    ['needs no finish reason before [DONE]', [event(chunk('a')), end], false],
    ['may lose its connection after a finish reason', [event(chunk('a', 'stop'))], true],
  ])('%s', async (_claim, parts, broken) => {
    expect(await relayed(parts, { broken })).not.toHaveProperty('error');
  });
});

describe('a stream that is not', () => {
  test.each<[string, string[], object]>([
    ['ends without a finish reason', [event(chunk('a'))], { class: 'server_error' }],
    ['is empty', [], { class: 'server_error' }],
    ['is a page', ['<html><body>\ndata\n</body></html>'], { class: 'server_error' }],
    [
      'has a choice that is not finished',
      [event(chunk('a', 'stop')) + event(chunk('b', null, 1))],
      { class: 'server_error' },
    ],
    ['has a chunk that is not JSON', [event(chunk('a')), 'data: {"b":\n\n'], { class: 'server_error' }],
    ['has a chunk that is no object', ['data: 5\n\n'], { class: 'server_error' }],
    ['has a chunk that is a list', ['data: []\n\n'], { class: 'server_error' }],
    [
      'tells an error',
      [event({ error: { message: 'Overloaded', code: 503 } })],
      { class: 'overloaded', said: 'Overloaded' },
    ],
    [
      'tells an error as vLLM does',
      [event({ object: 'error', message: 'bad', code: 400 }) + end],
      { class: 'bad_request' },
    ],
    ['tells an error that quotes the key', [event({ error: 'no the-key' })], { said: 'no [redacted]' }],
  ])('%s: it failed', async (_claim, parts, expected) => {
    expect((await relayed(parts)).error).toMatchObject(expected);
  });

  test('tells an error in the read that brought its end: its last pieces have not gone out', async () => {
    const { frames, error } = await relayed([event(chunk('a')), event(chunk('b', 'stop')) + event({ error: 'no' })]);
    expect(frames).toEqual([[chunk('a')]]);
    expect(error).toMatchObject({ class: 'server_error' });
  });

  test('loses its connection: what was thrown is thrown', async () => {
    expect((await relayed([event(chunk('a'))], { broken: true })).error).toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  test('tells an error in the read that brought the first pieces: nothing has gone out, another candidate may answer', async () => {
    const { frames, error } = await relayed([event(chunk('a')) + event({ error: { message: 'no' } })]);
    expect([frames, error]).toEqual([[], expect.objectContaining({ class: 'server_error' })]);
  });
});

describe('what the server does not carry', () => {
  test('one read goes in as many frames as it needs', async () => {
    const pieces = Array.from({ length: 40 }, (_, index) => chunk(`${index} ${'é'.repeat(100)}`));
    const { frames } = await relayed([pieces.map(event).join('') + end], { maxBytes: 1000 });
    expect(frames.length).toBeGreaterThan(1);
    expect(frames.flat()).toEqual(pieces);
  });

  test('the last event of a stream is no exception', async () => {
    const { frames, error } = await relayed([event(chunk('é'.repeat(600), 'stop')) + end], { maxBytes: 1000 });
    expect([frames, error]).toEqual([[], expect.objectContaining({ code: 'too_large' })]);
  });

  test('an event that is larger than that is an error', async () => {
    const { frames, error } = await relayed([event(chunk('a')), event(chunk('é'.repeat(600))) + end], {
      maxBytes: 1000,
    });
    expect(frames).toEqual([[chunk('a')]]);
    expect(error).toMatchObject({ code: 'too_large', details: { limit: 1000 } });
  });

  test('lines are packed in order, none lost, none over the limit', () => {
    const law = fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀'), maxLength: 20 }), { minLength: 1 }),
      (lines) => {
        const payloads = packLines(lines, 80);
        expect(payloads.join('\n')).toBe(lines.join('\n'));
        expect(payloads.filter((payload) => Buffer.byteLength(payload) > 80)).toEqual([]);
      },
    );
    fc.assert(law);
  });
});

describe('a reader that takes no more', () => {
  /** A reader who takes so many pieces, and more when it is told to. */
  function taking(most: number) {
    const pieces: string[] = [];
    const waiting: (() => void)[] = [];
    const deltas: Deltas = {
      get full() {
        return pieces.length >= most;
      },
      room: (signal) =>
        new Promise((resolve, reject) => {
          waiting.push(resolve);
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      delta: (piece) => void pieces.push(piece),
    };
    const takeMore = (more: number): void => {
      most += more;
      for (const wake of waiting.splice(0)) wake();
    };
    return { pieces, deltas, takeMore };
  }

  /** An upstream that counts what was read of it. */
  function counted(parts: readonly string[]) {
    const count = { read: 0 };
    function* reads(): Generator<Buffer> {
      for (const part of parts) {
        count.read += 1;
        yield Buffer.from(part);
      }
    }
    const body = Readable.from(reads(), { objectMode: true, highWaterMark: 1 });
    const upstream: ModelAnswer = {
      body: new ReadableBody(body),
      contentType: '',
      failure: (error) => failureWithin(error, undefined),
    };
    return { count, upstream, body };
  }

  const settings = { wantsUsageChunk: false, maxBytes: 1_000_000, signal: uncancelled };
  const many = Array.from({ length: 100 }, (_, index) => event(chunk(`${index}`)));

  test('pauses the model, and gets the rest when it takes more', async () => {
    const { count, upstream } = counted([...many, end]);
    const reader = taking(3);
    const relaying = relay(upstream, reader.deltas, new Heard(), settings);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(reader.pieces).toHaveLength(3);
    expect(count.read).toBeLessThan(8); // what the stream itself buffers
    reader.takeMore(1000);
    await relaying;
    expect(reader.pieces).toHaveLength(100);
  });

  test('gets each of the frames that one read is cut into only when it takes it', async () => {
    const reader = taking(2);
    const relaying = relay(counted([many.join('') + end]).upstream, reader.deltas, new Heard(), {
      ...settings,
      maxBytes: 1000,
    });
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(reader.pieces).toHaveLength(2);
    reader.takeMore(1000);
    await relaying;
    expect(reader.pieces.join('\n').split('\n')).toHaveLength(100);
  });

  test('is not waited for when nothing is left to be sent', async () => {
    const reader = taking(1);
    await relay(
      counted([event(chunk('a', 'stop')), event(usageChunk(1, 2)), end]).upstream,
      reader.deltas,
      new Heard(),
      settings,
    );
    expect(reader.pieces).toHaveLength(1);
  });

  test('is waited for until the call is told to end', async () => {
    const abort = new AbortController();
    const { upstream, body } = counted(many);
    const relaying = relay(upstream, taking(1).deltas, new Heard(), { ...settings, signal: abort.signal });
    for (let turns = 0; turns < 20; turns += 1) await turn();
    abort.abort(new Error('the reason'));
    await expect(relaying).rejects.toThrow('the reason');
    expect(body.destroyed).toBe(true);
  });
});
