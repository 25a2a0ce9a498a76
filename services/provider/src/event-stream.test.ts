import fc from 'fast-check';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readEvents, type Read } from './event-stream.ts';
import { ReadableBody } from './readable-body.testing.ts';

const limit = 10_000;

async function read(parts: Iterable<Uint8Array | string>, maxBytes = limit): Promise<Read[]> {
  const reads: Read[] = [];
  for await (const one of readEvents(
    new ReadableBody(
      Readable.from(
        [...parts].map((part) => Buffer.from(part)),
        { objectMode: false },
      ),
    ),
    maxBytes,
  ))
    reads.push(one);
  return reads;
}

const eventsOf = (reads: readonly Read[]): string[] => reads.flatMap(({ events }) => events);

// A byte order mark, comments, CRLF, LF and CR, fields that are not data, several data lines, no blank, empty data, characters of two to four bytes.
const recorded = Buffer.from(
  '\ufeff: OPENROUTER PROCESSING\r\n\r\n' +
    'event: chunk\r\nid: 1\r\nretry: 10\r\ndata: {"a":"é"}\r\n\r\n' +
    'data: {"b":\ndata: "日本"}\n\n' +
    'data:{"c":"😀"}\r\rwhatever: x\n\ndata\n\ndata:\n\n:\n\n' +
    'data: {"d":"\u2028"}\n\ndata: [DONE]\r\n\r\n',
);
const expected = ['{"a":"é"}', '{"b": "日本"}', '{"c":"😀"}', '{"d":"\u2028"}'];

test('a stream split at any byte is the same events', async () => {
  for (let at = 0; at <= recorded.length; at += 1) {
    const reads = await read([recorded.subarray(0, at), recorded.subarray(at)].filter(({ length }) => length > 0));
    expect([eventsOf(reads), reads.at(-1)?.done]).toEqual([expected, true]);
  }
});

test('a stream split into any pieces is the same events', async () => {
  const cuts = fc
    .uniqueArray(fc.integer({ min: 1, max: recorded.length - 1 }))
    .map((places) => [0, ...places.sort((a, b) => a - b), recorded.length]);
  const law = fc.asyncProperty(cuts, async (places) => {
    const reads = await read(places.slice(1).map((end, index) => recorded.subarray(places[index], end)));
    expect([eventsOf(reads), reads.at(-1)?.done]).toEqual([expected, true]);
  });
  await fc.assert(law);
});

test('what one read brought comes together', async () => {
  const reads = await read(['data: 1\n\ndata: 2\n\ndata: 3', '\n\n', ': nothing\n\n', 'data: 4\n\ndata: [DONE]\n\n']);
  expect(reads).toEqual([
    { events: ['1', '2'], done: false },
    { events: ['3'], done: false },
    { events: ['4'], done: true },
  ]);
});

test('nothing counts after the end was said', async () => {
  expect(await read(['data: 1\n\ndata: [DONE] \n\ndata: 2\n\n', 'data: 3\n\n'])).toEqual([
    { events: ['1'], done: true },
  ]);
});

test('a stream may end without saying so; what it began is left out', async () => {
  expect(await read(['data: 1\n\ndata: 2\n'])).toEqual([{ events: ['1'], done: false }]);
  expect(await read([''])).toEqual([]);
});

test.each([
  ['in one line', 'x'.repeat(limit + 1)],
  ['in many', 'data: x\n'.repeat(limit)],
])('an event that never ends is given up at the limit: %s', async (_how, text) => {
  const body = Readable.from(endless(Buffer.from(`data: ${text}`)), { objectMode: false });
  await expect(drain(readEvents(new ReadableBody(body), limit))).rejects.toMatchObject({
    code: 'too_large',
    details: { limit },
  });
  expect(body.destroyed).toBe(true);
});

test('a long event in small pieces is read in linear time', async () => {
  const text = 'y'.repeat(4_000_000);
  const pieces = Array.from({ length: 4000 }, (_, index) => text.slice(index * 1000, (index + 1) * 1000));
  const reads = await read(['data: ', ...pieces, '\n\n'], 8_000_000);
  expect(eventsOf(reads)).toEqual([text]);
}, 5000);

test('an error of the stream is thrown', async () => {
  const body = new Readable({ read: () => undefined });
  body.push('data: 1\n\n');
  const reading = drain(readEvents(new ReadableBody(body), limit));
  setImmediate(() => body.destroy(new Error('reset')));
  await expect(reading).rejects.toThrow('reset');
});

test('the end does not wait for the connection, which is closed when the upstream leaves it open', async () => {
  const body = new Readable({ read: () => undefined });
  body.push('data: [DONE]\n\n');
  await drain(readEvents(new ReadableBody(body), limit));
  expect(body.destroyed).toBe(false);
  await new Promise((resolve) => body.once('close', resolve));
  expect(body.destroyed).toBe(true);
});

test('a connection that breaks after the end was said is no error', async () => {
  const body = new Readable({ read: () => undefined });
  body.push('data: [DONE]\n\n');
  await drain(readEvents(new ReadableBody(body), limit));
  body.destroy(new Error('reset')); // unheard, it would end the process
  await new Promise((resolve) => body.once('close', resolve));
});

test('whoever stops reading closes the connection', async () => {
  const body = new Readable({ read: () => undefined });
  body.push('data: 1\n\n');
  for await (const { events } of readEvents(new ReadableBody(body), limit)) {
    expect(events).toEqual(['1']);
    break;
  }
  expect(body.destroyed).toBe(true);
});

async function drain(reads: AsyncIterable<Read>): Promise<void> {
  for await (const read of reads) void read;
}

function* endless(piece: Buffer): Generator<Buffer> {
  for (;;) yield piece;
}

test('the clock is told when the upstream is waited for, and never while its reader is busy', async () => {
  const told: string[] = [];
  const clock = {
    began: () => void told.push('began'),
    waiting: () => void told.push('waiting'),
    served: () => void told.push('served'),
  };
  const parts = [': still here\n\n', 'data: 1\n\n', 'data: [DONE]\n\n'].map((part) => Buffer.from(part));
  for await (const { done } of readEvents(
    new ReadableBody(Readable.from(parts, { objectMode: false })),
    limit,
    clock,
  )) {
    told.push(done ? 'read the end' : 'read');
    await new Promise((resolve) => setImmediate(resolve)); // a reader without room
    told.push('read on');
  }
  expect(told).toEqual([
    ...['waiting', 'served'], // a comment is no event
    ...['waiting', 'served', 'began', 'read', 'read on'],
    ...['waiting', 'served', 'began', 'read the end', 'read on'],
  ]);
});
