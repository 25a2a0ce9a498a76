// Writer and reader of answers together, over a real server.
import { header, RouterError, type AcceptFrame, type EndFrame } from '@router-mesh/contracts';
import { natsServer, until } from '@router-mesh/testing';
import { headers, type Msg, type NatsConnection } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { AnswerReader, type AnswerEvent } from './answer-reader.ts';
import { AnswerWriter, errorHeaders } from './answer-writer.ts';
import { listen } from './listen.ts';

const accept: AcceptFrame = {
  request: 'r',
  instance: 'i',
  control: 'router.v2.control.provider.c.t',
  route: 'default',
  provider: 'demo',
  model: 'demo/echo',
};
const router = {
  request: 'r',
  provider: 'demo',
  model: 'demo/echo',
  route: 'default',
  policy: 'default',
  attempts: [],
  trail: [],
};
const end: EndFrame = { router, usage_stored: true };
const address = '_INBOX.reader.1';

/** A connection, and what arrives at an address while `write` is at work, in order. */
async function received(write: (nc: NatsConnection) => void, at = address): Promise<Msg[]> {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const messages: Msg[] = [];
  listen(nc, at, (message) => messages.push(message));
  listen(nc, 'over', () => (over = true));
  let over = false;
  write(nc);
  nc.publish('over');
  await until('all messages', () => over);
  await nc.close();
  return messages;
}

function read(messages: readonly Msg[], reader = new AnswerReader()): AnswerEvent[] {
  return messages.map((message) => reader.read(message));
}

const framed = (nc: NatsConnection, leg = 0): AnswerWriter => new AnswerWriter(nc, address, { framed: true, leg });
const whole = (nc: NatsConnection, at = address): AnswerWriter => new AnswerWriter(nc, at, { framed: false, leg: 0 });
const sequences = (messages: readonly Msg[]): string[] =>
  messages.map(({ headers }) => headers?.get(header.seq) ?? 'eos');

test('a stream is dense from accept to end and closed by an empty message, and reads as it was written', async () => {
  const messages = await received((nc) => {
    const writer = framed(nc);
    writer.accept(accept);
    for (const lines of ['{"a":1}', '{"b":"ü"}\n{"c":3}']) writer.delta(lines);
    writer.delta(new TextEncoder().encode('{"d":4}'));
    writer.end(end);
    expect([writer.ended, writer.deltas]).toEqual([true, 3]);
  });
  expect(sequences(messages)).toEqual(['0.0', '0.1', '0.2', '0.3', '0.4', 'eos']);
  const reader = new AnswerReader();
  expect(read(messages, reader)).toEqual([
    { kind: 'accept', leg: 0, accept, control: accept.control },
    { kind: 'delta', lines: '{"a":1}' },
    { kind: 'delta', lines: '{"b":"ü"}\n{"c":3}' },
    { kind: 'delta', lines: '{"d":4}' },
    { kind: 'end', end },
    { kind: 'eos' },
  ]);
  expect([reader.deltas, reader.unknownFrames]).toEqual([3, 0]);
});

test('nothing follows the end: a frame after it is refused, and takes no number', async () => {
  const messages = await received((nc) => {
    const writer = framed(nc);
    writer.end(end);
    expect(() => writer.delta('{}')).toThrow(/after the end/);
    expect(() => writer.accept(accept)).toThrow(/after the end/);
    expect(() => writer.error(new RouterError('internal', 'late'))).toThrow(/after the end/);
  });
  expect(sequences(messages)).toEqual(['0.0', 'eos']);
});

test('an answer that was not asked for in frames gets none: accept is not sent, a delta is a bug', async () => {
  const messages = await received((nc) => {
    const writer = whole(nc);
    writer.accept(accept);
    expect(() => writer.delta('{}')).toThrow(/not asked for in frames/);
    expect(() => writer.end(end)).toThrow(/not asked for in frames/);
    writer.reply({ object: 'chat.completion' });
    expect(writer.ended).toBe(true);
  });
  expect(read(messages)).toEqual([{ kind: 'whole', body: { object: 'chat.completion' } }]);
});

test.each([
  ['a unary answer', (writer: AnswerWriter) => writer.reply({ ok: true }), 'whole'],
  ['an error', (writer: AnswerWriter) => writer.error(new RouterError('denied', 'no')), 'error'],
])('%s to an address that crossed an account is closed by an empty message, and only there', async (_, write, kind) => {
  const crossed = await received((nc) => write(whole(nc, '_R_.abc')), '_R_.abc');
  expect(read(crossed).map((event) => event.kind)).toEqual([kind, 'eos']);
  const plain = await received((nc) => write(whole(nc)));
  expect(read(plain).map((event) => event.kind)).toEqual([kind]);
});

test("an error has the headers of ADR-32 and the frame's name, and arrives as it was", async () => {
  const error = new RouterError('rate_limited', 'tenant "größe" is over its limit', {
    param: 'model',
    details: { retry_after_ms: 50 },
  });
  for (const write of [
    (nc: NatsConnection) => framed(nc).error(error),
    (nc: NatsConnection) => whole(nc).error(error),
  ]) {
    const [message, ...rest] = await received(write);
    expect(message?.headers?.get(header.errorCode)).toBe('429');
    expect(message?.headers?.get(header.error)).toBe('tenant "gr??e" is over its limit');
    expect(message?.headers?.get(header.frame)).toBe('error');
    const [event] = read([message, ...rest].filter((each) => each !== undefined));
    expect(event).toMatchObject({
      kind: 'error',
      error: { code: 'rate_limited', message: error.message, param: 'model', details: { retry_after_ms: 50 } },
      by: 'mesh',
    });
  }
});

test("an error's message cannot write headers of its own", () => {
  const encoded = errorHeaders(new RouterError('invalid_request', 'bad\r\nNats-Rollup: all\r\n\r\n\u0000'));
  expect([...encoded].map(([name]) => name)).toEqual([header.error, header.errorCode, header.frame]);
  expect(encoded.get(header.error)).toBe('bad??Nats-Rollup: all?????');
});

test('an error that quotes megabytes of the client is cut, and so arrives', async () => {
  const field = 'x'.repeat(4 * 1024 * 1024);
  const [message] = await received((nc) =>
    whole(nc).error(
      new RouterError('invalid_request', `body: "${field}" is not known`, { param: field, details: { at: 1 } }),
    ),
  );
  const { error } =
    message?.json<{ error: { code: string; message: string; param: string; details: unknown } }>() ?? {};
  expect(error).toMatchObject({ code: 'invalid_request', details: { at: 1 } });
  expect([error?.message.length, error?.param.length]).toEqual([1000, 1000]);
});

test('what the server would not carry is `too_large`, and leaves no gap before the error that says so', async () => {
  const big = 'x'.repeat(8 * 1024 * 1024);
  const messages = await received((nc) => {
    const writer = framed(nc);
    writer.accept(accept);
    expect(() => writer.delta(big)).toThrow(expect.objectContaining({ code: 'too_large' }));
    expect(() => writer.delta(new TextEncoder().encode(big))).toThrow(expect.objectContaining({ code: 'too_large' }));
    expect(() => writer.end({ ...end, answer: { big } })).toThrow(
      expect.objectContaining({
        code: 'too_large',
        details: { limit: 8 * 1024 * 1024 - 128 * 1024, size: expect.any(Number) },
      }),
    );
    expect([writer.ended, writer.deltas]).toEqual([false, 0]);
    writer.error(new RouterError('too_large', 'so it is'));
  });
  expect(sequences(messages)).toEqual(['0.0', '0.1', 'eos']);
  expect(read(messages).map(({ kind }) => kind)).toEqual(['accept', 'error', 'eos']);
});

test('three bytes a character are counted as three', async () => {
  await received((nc) => {
    const limit = 8 * 1024 * 1024 - 128 * 1024;
    expect(() => whole(nc).reply('€'.repeat(limit / 3 + 1))).toThrow(expect.objectContaining({ code: 'too_large' }));
    whole(nc).reply('e'.repeat(limit - 2));
  });
});

test('a gap within a leg cuts the stream and says how much was delivered', async () => {
  const messages = await received((nc) => {
    const writer = framed(nc);
    writer.accept(accept);
    for (const lines of ['1', '2', '3']) writer.delta(lines);
  });
  const events = read(messages.toSpliced(2, 1));
  expect(events.at(-1)).toMatchObject({
    kind: 'error',
    error: { code: 'stream_interrupted', message: 'frame 2 of leg 0 is missing, 3 came', details: { delivered: 1 } },
    by: 'reader',
  });
});

test('a stream whose first frames were lost is a gap too', async () => {
  const messages = await received((nc) => {
    const writer = framed(nc);
    writer.accept(accept);
    writer.delta('1');
  });
  expect(read(messages.slice(1))[0]).toMatchObject({
    kind: 'error',
    error: { code: 'stream_interrupted', details: { delivered: 0 } },
    by: 'reader',
  });
});

/** What two producers write, each in its own order: the one of leg 0, which failed before any delta, and `second` of leg 1. */
async function overtaking(second: (writer: AnswerWriter) => void): Promise<{ first: Msg[]; later: Msg[] }> {
  const messages = await received((nc) => {
    framed(nc, 0).accept(accept);
    second(framed(nc, 1));
  });
  return { first: messages.slice(0, 1), later: messages.slice(1) };
}

test('a higher leg starts anew, and frames of the lower one that come later are dropped', async () => {
  const { first, later } = await overtaking((writer) => {
    writer.accept({ ...accept, provider: 'other' });
    writer.delta('fresh');
    writer.end(end);
  });
  const kinds = (messages: readonly Msg[]): string[] => read(messages).map(({ kind }) => kind);
  expect(kinds([...first, ...later])).toEqual(['accept', 'accept', 'delta', 'end', 'eos']);
  expect(kinds([...later, ...first])).toEqual(['accept', 'delta', 'end', 'eos', 'skip']);
  expect(kinds([...later.slice(0, 1), ...first, ...later.slice(1)])).toEqual(['accept', 'skip', 'delta', 'end', 'eos']);
});

test('after a delta a higher leg is never begun: who got the start of one answer must not get another', async () => {
  const [, delta, ...second] = await received((nc) => {
    const begun = framed(nc, 0);
    begun.accept(accept);
    begun.delta('begun');
    const other = framed(nc, 1);
    other.accept(accept);
    other.delta('mixed');
    beat(nc, '{"leg":1}');
  });
  for (const frame of second) {
    const reader = new AnswerReader();
    const begun = await received((nc) => framed(nc).accept(accept));
    read([...begun, ...(delta === undefined ? [] : [delta])], reader);
    expect(reader.read(frame)).toMatchObject({
      kind: 'error',
      error: {
        code: 'stream_interrupted',
        message: 'a frame of leg 1 came after a delta of leg 0',
        details: { delivered: 1 },
      },
      by: 'reader',
    });
  }
});

test('a higher leg may begin with its error', async () => {
  const { first, later } = await overtaking((writer) => writer.error(new RouterError('provider_failed', 'all failed')));
  const reader = new AnswerReader();
  expect(read([...later, ...first], reader).map(({ kind }) => kind)).toEqual(['error', 'eos', 'skip']);
  expect(reader.deltas).toBe(0);
});

/** A message of an answer as nobody here writes it. */
async function strange(frames: Readonly<Record<string, string>>, payload: string): Promise<Msg[]> {
  return await received((nc) => {
    const encoded = headers();
    for (const [name, value] of Object.entries(frames)) encoded.set(name, value);
    nc.publish(address, payload, { headers: encoded });
  });
}

/** A beat as stops send it: without a number, with the control subject to be answered on. */
function beat(nc: NatsConnection, payload: string, control = ''): void {
  const encoded = headers();
  encoded.set(header.frame, 'beat');
  nc.publish(address, payload, { headers: encoded, ...(control === '' ? {} : { reply: control }) });
}

test('a beat says of which leg it is and where to answer; it takes no number and starts no leg', async () => {
  const messages = await received((nc) => {
    beat(nc, '{"leg":1}', 'router.v2.control.policy.c.t');
    const writer = framed(nc, 0);
    writer.accept(accept);
    beat(nc, '{"leg":0}');
    writer.delta('1');
  });
  expect(read(messages)).toEqual([
    { kind: 'beat', leg: 1, control: 'router.v2.control.policy.c.t' },
    { kind: 'accept', leg: 0, accept, control: accept.control },
    { kind: 'beat', leg: 0, control: undefined },
    { kind: 'delta', lines: '1' },
  ]);
});

test('a beat of a lower leg than the one being read is nothing', async () => {
  const messages = await received((nc) => {
    framed(nc, 1).accept(accept);
    beat(nc, '{"leg":0}', 'router.v2.control.policy.c.t');
  });
  expect(read(messages).map(({ kind }) => kind)).toEqual(['accept', 'skip']);
});

test.each([
  ['the accept names it', 'router.v2.control.provider.c.t', '', 'router.v2.control.provider.c.t'],
  ['its reply subject does', 'nothing', 'router.v2.control.provider.c.t', 'router.v2.control.provider.c.t'],
  ['neither does', 'router.v2.cancel.acme', '$JS.API.STREAM.DELETE.X', undefined],
])('the control subject is where %s, and never anything else', async (_, named, reply, control) => {
  const messages = await received((nc) => {
    const encoded = headers();
    encoded.set(header.frame, 'accept');
    encoded.set(header.seq, '0.0');
    nc.publish(address, JSON.stringify({ ...accept, control: named }), {
      headers: encoded,
      ...(reply === '' ? {} : { reply }),
    });
  });
  expect(read(messages)).toMatchObject([{ kind: 'accept', control }]);
});

test('frames of unknown kinds are counted and skipped, with a number or without; beats are known', async () => {
  const numbered = await strange({ [header.frame]: 'sparkle', [header.seq]: '0.0' }, 'x');
  const unnumbered = await strange({ [header.frame]: 'sparkle' }, 'x');
  const beat = await strange({ [header.frame]: 'beat' }, '{"leg":0}');
  const [next] = (
    await received((nc) => {
      const writer = framed(nc);
      writer.accept(accept);
      writer.delta('1');
    })
  ).slice(1);
  const reader = new AnswerReader();
  const events = read([...numbered, ...unnumbered, ...beat, ...(next === undefined ? [] : [next])], reader);
  expect(events.map(({ kind }) => kind)).toEqual(['skip', 'skip', 'beat', 'delta']);
  expect(reader.unknownFrames).toBe(2);
});

test.each([
  ['an accept that is not JSON', { [header.frame]: 'accept', [header.seq]: '0.0' }, 'x'],
  ['an accept of another form', { [header.frame]: 'accept', [header.seq]: '0.0' }, '{}'],
  ['a beat of another form', { [header.frame]: 'beat' }, '{}'],
  ['an end of another form', { [header.frame]: 'end', [header.seq]: '0.0' }, '[]'],
  ['an error that is not JSON', { [header.frame]: 'error', [header.seq]: '0.0' }, 'x'],
  ['an error of another form', { [header.frame]: 'error', [header.seq]: '0.0' }, '{}'],
  ['a whole answer that is not JSON', { 'X-Any': '1' }, 'x'],
  ['an empty message with headers', { 'X-Any': '1' }, ''],
])('%s is an error of the answer, not of the reader', async (_, frame, payload) => {
  expect(read(await strange(frame, payload))).toEqual([
    { kind: 'error', error: expect.objectContaining({ code: 'internal' }), by: expect.any(String) },
  ]);
});

test('a 503 says that policy is not running', async () => {
  const messages = await received((nc) => nc.publish('nobody.listens', 'x', { reply: address }));
  expect(read(messages)).toEqual([
    {
      kind: 'error',
      error: expect.objectContaining({ code: 'unavailable', details: { reason: 'not_running', stop: 'policy' } }),
      by: 'server',
    },
  ]);
});
