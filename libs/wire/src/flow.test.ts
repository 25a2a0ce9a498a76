// A writer and its reader's credit: what goes out, what waits, and who is heard of.
import { header } from '@router-mesh/contracts';
import { natsServer, until, type NatsServer } from '@router-mesh/testing';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AnswerWriter } from './answer-writer.ts';
import { listen } from './listen.ts';

const accept = {
  request: 'r',
  instance: 'i',
  control: 'router.v2.control.p.c.t',
  route: 'r',
  provider: 'p',
  model: 'm',
};
const control = accept.control;
const never = new AbortController().signal;

let nats: NatsServer;
let nc: NatsConnection;
beforeAll(async () => {
  nats = await natsServer();
  nc = await nats.connect('root');
});
afterAll(async () => {
  await nc.close();
  await nats[Symbol.asyncDispose]();
});

let addresses = 0;
function nextAddress(prefix = '_INBOX'): string {
  addresses += 1;
  return `${prefix}.flow.${addresses}`;
}

function writerTo(address: string, credit?: number, leg = 0): AnswerWriter {
  return new AnswerWriter(nc, address, { framed: true, leg, credit });
}

/** What a reader gets of what is written. */
async function received(address: string, write: () => void): Promise<Msg[]> {
  const messages: Msg[] = [];
  const subscription = listen(nc, address, (message) => messages.push(message));
  write();
  await nc.flush();
  subscription.unsubscribe();
  return messages;
}

/** Whether a promise has settled after everything that is due now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const settle = (): void => void (done = true);
  promise.then(settle, settle);
  await new Promise(setImmediate);
  return done;
}

test('deltas up to the credit go, the next one waits for a limit above them', async () => {
  const writer = writerTo(nextAddress(), 2);
  writer.delta('1');
  expect(writer.full).toBe(false);
  writer.delta('2');
  expect(writer.full).toBe(true);
  expect(() => writer.delta('3')).toThrow('delta 3, where the reader takes 2');
  const room = writer.room(never);
  writer.limit(2);
  writer.limit(1);
  expect(await settled(room)).toBe(false);
  writer.limit(3);
  await room;
  writer.delta('3');
  expect([writer.full, writer.deltas]).toEqual([true, 3]);
});

test('a limit that is late or said again lowers nothing', async () => {
  const writer = writerTo(nextAddress(), 1);
  for (const limit of [5, 2, 5, 0]) writer.limit(limit);
  for (const piece of ['1', '2', '3', '4', '5']) writer.delta(piece);
  expect(writer.full).toBe(true);
  await expect(writer.room(AbortSignal.abort(new Error('the reason')))).rejects.toThrow('the reason');
});

test('who waits for room is let go by the signal, and a later limit wakes nobody', async () => {
  const writer = writerTo(nextAddress(), 1);
  writer.delta('1');
  const abort = new AbortController();
  const room = writer.room(abort.signal);
  abort.abort(new Error('the reason'));
  await expect(room).rejects.toThrow('the reason');
  writer.limit(9);
  await writer.room(abort.signal); // there is room: nothing to wait for
});

test('accept, beats, end and error go at any limit', async () => {
  const address = nextAddress();
  const messages = await received(address, () => {
    const writer = writerTo(address, 1);
    writer.accept(accept);
    writer.delta('1');
    writer.beat(control);
    writer.end({ usage_stored: true, router: {} as never });
  });
  expect(messages.map(({ headers }) => headers?.get(header.frame))).toEqual([
    'accept',
    'delta',
    'beat',
    'end',
    undefined,
  ]);
});

test('without credit there is no limit, whatever a stranger says', () => {
  const writer = writerTo(nextAddress());
  writer.limit(1);
  for (let piece = 0; piece < 100; piece += 1) writer.delta('x');
  writer.beat(control);
  expect([writer.full, writer.unanswered]).toEqual([false, 0]);
});

test('only accept and beat say where to answer, and a beat takes no number', async () => {
  const address = nextAddress();
  const messages = await received(address, () => {
    const writer = writerTo(address, 9, 2);
    writer.beat();
    writer.beat(control);
    writer.accept(accept);
    writer.beat(control);
    writer.delta('1');
    writer.end({ usage_stored: true, router: {} as never });
  });
  expect(
    messages.map(({ headers, reply }) => [
      headers?.get(header.frame) ?? 'eos',
      headers?.get(header.seq) ?? '',
      reply ?? '',
    ]),
  ).toEqual([
    ['beat', '', ''],
    ['beat', '', control],
    ['accept', '2.0', control],
    ['beat', '', control],
    ['delta', '2.1', ''],
    ['end', '2.2', ''],
    ['eos', '', ''],
  ]);
  expect(messages[0]?.json()).toEqual({ leg: 2 });
});

test('no frame to an address that crossed an account says where to answer', async () => {
  const address = nextAddress('_R_');
  const messages = await received(address, () => {
    const writer = writerTo(address, 9);
    writer.beat(control);
    writer.accept(accept);
    writer.beat(control);
  });
  expect(messages.map(({ reply }) => reply || undefined)).toEqual([undefined, undefined, undefined]);
});

test('beats that a reader with credit leaves unanswered are counted once it knows where to answer; any limit is an answer', () => {
  const near = writerTo(nextAddress(), 9);
  near.beat();
  expect(near.unanswered).toBe(0);
  near.beat(control);
  near.beat(control);
  expect(near.unanswered).toBe(2);
  near.limit(0);
  expect(near.unanswered).toBe(0);

  const far = writerTo(nextAddress('_R_'), 9);
  far.beat(control);
  expect(far.unanswered).toBe(0);
  far.accept(accept);
  far.beat(control);
  expect(far.unanswered).toBe(1);
});

test('no beat where no frames were asked for, after the end, or while NATS is away', async () => {
  const address = nextAddress();
  const messages = await received(address, () => {
    new AnswerWriter(nc, address, { framed: false, leg: 0, credit: 9 }).beat(control);
    const writer = writerTo(address);
    writer.end({ usage_stored: true, router: {} as never });
    writer.beat(control);
  });
  expect(messages.map(({ headers }) => headers?.get(header.frame))).toEqual(['end', undefined]);

  await using cut = await natsServer();
  const lost = await cut.connect('root');
  const writer = new AnswerWriter(lost, address, { framed: true, leg: 0, credit: 9 });
  writer.accept(accept);
  await cut.stop();
  await until('the loss to be noticed', () => {
    const before = writer.unanswered;
    writer.beat(control);
    return writer.unanswered === before;
  });
  await lost.close();
});
