// Passages that take their time, and readers that leave: who beats, who is told to stop, and what the reader gets.
import {
  header,
  policy,
  provider,
  requestSubject,
  RouterError,
  stopSubject,
  type AcceptFrame,
} from '@router-mesh/contracts';
import { aPlan, aTravel, natsServer, until, type NatsServer } from '@router-mesh/testing';
import {
  createInbox,
  encodeTravel,
  headers,
  listen,
  type Msg,
  type NatsConnection,
  type Travel,
} from '@router-mesh/wire';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { EntryPassage } from './entry-passage.ts';
import { aLink, type TestLink } from './link.testing.ts';
import type { StopPassage } from './stop-passage.ts';
import { Stops } from './stops.ts';

/** Time runs faster here. */
const times = { firstMs: 20, everyMs: 30, tickMs: 5 };

interface Served extends TestLink {
  readonly nc: NatsConnection;
}

async function serveStop(
  nats: NatsServer,
  handle: (passage: StopPassage) => void | Promise<void>,
  changes: Partial<typeof times> = {},
): Promise<Served> {
  const nc = await nats.connect('provider');
  const testLink = aLink(nc, 'provider', { ...times, ...changes });
  new Stops(testLink.link, { tenantInbox: false }).serveStop(provider.call, 'demo', handle);
  await nc.flush();
  return { ...testLink, nc };
}

async function serveEntry(nats: NatsServer, handle: (passage: EntryPassage) => void | Promise<void>): Promise<Served> {
  const nc = await nats.connect('policy');
  const testLink = aLink(nc, 'policy', times);
  new Stops(testLink.link, { tenantInbox: false }).serveEntry(policy.evaluate, handle);
  await nc.flush();
  return { ...testLink, nc };
}

/** Publish to a stage as policy does, and collect what comes back. */
function send(nc: NatsConnection, changes: Partial<Travel> = {}) {
  const address = createInbox();
  const messages: Msg[] = [];
  const subscription = listen(nc, address, (message) => messages.push(message));
  const travel = aTravel({ deadline: Date.now() + 60_000, reply: address, frames: true, ...changes });
  nc.publish(stopSubject(provider.call, 'demo'), '{}', { headers: encodeTravel(travel) });
  return { messages, leave: () => subscription.unsubscribe() };
}

const frameOf = ({ headers: encoded }: Msg): string => encoded?.get(header.frame) ?? 'eos';
const framesOf = ({ messages }: { readonly messages: readonly Msg[] }): string[] => messages.map(frameOf);
const beatsOf = (answer: { readonly messages: readonly Msg[] }): number =>
  framesOf(answer).filter((kind) => kind === 'beat').length;

/** Work until told to end, as a model's call does. */
async function work(passage: StopPassage): Promise<void> {
  passage.accept({ vendor: 'demo', model: 'echo' });
  await once(passage.signal, 'abort');
  throw passage.signal.reason;
}

test('an entry that takes its time beats, without saying where to answer, to those who asked for frames', async () => {
  await using nats = await natsServer();
  const served = await serveEntry(nats, async (passage) => {
    await until('the framed one to beat', () => framed.length > 1);
    passage.reply({});
  });
  const client = await nats.connect();
  const [framed, plain]: [Msg[], Msg[]] = [[], []];
  for (const [messages, said] of [
    [framed, { 'Router-Frames': '1' }],
    [plain, {}],
  ] as const) {
    const encoded = headers();
    for (const [name, value] of Object.entries(said)) encoded.set(name, value);
    const address = createInbox();
    listen(client, address, (message) => messages.push(message));
    client.publish(requestSubject('chat', 'acme'), '{}', { reply: address, headers: encoded });
  }
  await until('both answers', () => framed.length > 2 && plain.length > 0);
  expect(framed.slice(0, 2).map((message) => [frameOf(message), message.reply ?? '', message.string()])).toEqual([
    ['beat', '', '{"leg":0}'],
    ['beat', '', '{"leg":0}'],
  ]);
  expect(plain.map((message) => message.string())).toEqual(['{}']);
  expect(served.link.beats.size).toBe(0);
  await Promise.all([client.close(), served.nc.close()]);
});

test('a stop that takes its time beats with the control subject; no beat follows the end', async () => {
  await using nats = await natsServer();
  let letGo = (): void => undefined;
  const served = await serveStop(nats, async (passage) => {
    await new Promise<void>((resolve) => (letGo = resolve));
    passage.accept({ vendor: 'demo', model: 'echo' });
    passage.answer.end({ usage_stored: true, router: {} as never });
    passage.answered();
  });
  const root = await nats.connect('root');
  const answer = send(root);
  await until('beats', () => beatsOf(answer) === 2);
  letGo();
  await until('the end', () => framesOf(answer).includes('eos'));
  expect(framesOf(answer).slice(-4)).toEqual(['beat', 'accept', 'end', 'eos']);
  const accept = answer.messages.find((message) => frameOf(message) === 'accept');
  const { control } = accept?.json<AcceptFrame>() ?? {};
  expect(accept?.reply).toBe(control);
  expect(answer.messages.filter((message) => frameOf(message) === 'beat').map(({ reply }) => reply)).toContain(control);
  await until('the control subject to be released', () => served.link.control.size === 0);
  expect(served.link.beats.size).toBe(0);
  await Promise.all([root.close(), served.nc.close()]);
});

test('a plain reader gets no beat, however long it takes', async () => {
  await using nats = await natsServer();
  const served = await serveStop(nats, async (passage) => {
    if (passage.travel.frames) return await work(passage);
    await until('the other one to beat', () => beatsOf(framed) > 3);
    passage.answer.reply({});
    passage.answered();
  });
  const root = await nats.connect('root');
  const framed = send(root);
  const plain = send(root, { frames: false });
  await until('the answer', () => plain.messages.length > 0);
  expect(plain.messages.map((message) => message.string())).toEqual(['{}']);
  await Promise.all([root.close(), served.nc.close()]);
});

/** Where all that a connection says goes through. */
interface Commands {
  sendCommand(command: Uint8Array | string, ...rest: Uint8Array[]): void;
}

const frameLine = new RegExp(`^${header.frame}: (\\w+)\r$`, 'm');

/** The frames that a connection publishes from now on. */
function watchFrames(nc: NatsConnection): string[] {
  const frames: string[] = [];
  const { protocol } = nc as NatsConnection & { readonly protocol: Commands };
  const sendCommand = protocol.sendCommand.bind(protocol);
  protocol.sendCommand = (command, ...rest) => {
    const said = command.toString();
    if (/^H?PUB _INBOX\./.test(said)) frames.push(frameLine.exec(said)?.[1] ?? 'eos');
    sendCommand(command, ...rest);
  };
  return frames;
}

test.each([
  ['before its first frame, is noticed by `accept`', 0],
  ['in the middle of it, is noticed by a beat', 2],
])('a reader that leaves %s: the work is told to end, and nothing more is said', async (_, beatsBefore) => {
  await using nats = await natsServer();
  const reasons: unknown[] = [];
  const served = await serveStop(nats, async (passage) => {
    passage.signal.addEventListener('abort', () => reasons.push(passage.signal.reason));
    await work(passage);
  });
  const root = await nats.connect('root');
  const frames = watchFrames(served.nc);
  const answer = send(root);
  if (beatsBefore === 0) answer.leave();
  await until('the beats', () => beatsOf(answer) >= beatsBefore);
  answer.leave();
  await until('the work to end', () => reasons.length === 1 && served.link.flight.count === 0);
  expect(reasons[0]).toMatchObject({ code: 'cancelled', details: { reason: 'reader_gone' } });
  expect(frames.filter((kind) => kind !== 'beat')).toEqual(['accept']);
  expect(served.link.counts.timings()['provider.demo']).toMatchObject({ requests: 1, errors: 1 });
  expect(served.link.control.size).toBe(0);
  await Promise.all([root.close(), served.nc.close()]);
});

test('a reader with credit that answers no beat is gone after eight, and is told so in case it is not', async () => {
  await using nats = await natsServer();
  const served = await serveStop(nats, work);
  const root = await nats.connect('root');
  const answer = send(root, { credit: 5 });
  await until('the end', () => framesOf(answer).includes('eos'));
  expect(framesOf(answer)).toEqual(['accept', ...Array.from({ length: 8 }, () => 'beat'), 'error', 'eos']);
  expect(answer.messages.at(-2)?.json()).toMatchObject({
    error: { code: 'cancelled', details: { reason: 'reader_gone' } },
  });
  await Promise.all([root.close(), served.nc.close()]);
});

test('a reader that answers with the same limit each time is there, and so is one without credit that says nothing', async () => {
  await using nats = await natsServer();
  const served = await serveStop(nats, work, { everyMs: 100 }); // time for an answer on a busy machine
  const root = await nats.connect('root');
  const silent = send(root);
  const address = createInbox();
  const messages: Msg[] = [];
  listen(root, address, (message) => {
    messages.push(message);
    if (message.reply) root.publish(message.reply, 'limit 5');
  });
  const answering = { messages };
  root.publish(stopSubject(provider.call, 'demo'), '{}', {
    headers: encodeTravel(aTravel({ deadline: Date.now() + 60_000, reply: address, frames: true, credit: 5 })),
  });
  await until('many beats', () => beatsOf(answering) > 10 && beatsOf(silent) > 10);
  expect(new Set([...framesOf(answering), ...framesOf(silent)])).toEqual(new Set(['accept', 'beat']));
  await Promise.all([root.close(), served.nc.close()]);
});

test('a limit on the control subject lets the next deltas go', async () => {
  await using nats = await natsServer();
  const served = await serveStop(nats, async (passage) => {
    passage.accept({ vendor: 'demo', model: 'echo' });
    for (let piece = 0; piece < 5; piece += 1) {
      if (passage.answer.full) await passage.answer.room(passage.signal);
      passage.answer.delta(`${piece}`);
    }
    passage.answer.end({ usage_stored: true, router: {} as never });
    passage.answered();
  });
  const root = await nats.connect('root');
  const answer = send(root, { credit: 2 });
  const deltas = (): string[] => framesOf(answer).filter((kind) => kind === 'delta');
  await until('a stalled stream to beat', () => beatsOf(answer) > 0);
  expect(deltas()).toHaveLength(2);
  const control = answer.messages[0]?.reply ?? '';
  root.publish(control, 'limit 3');
  await until('one more', () => deltas().length === 3);
  root.publish(control, 'limit 100');
  await until('the end', () => framesOf(answer).at(-1) === 'eos');
  expect(deltas()).toHaveLength(5);
  await Promise.all([root.close(), served.nc.close()]);
});

test('the next candidate here begins a leg of its own: numbered from 0, with all of the credit', async () => {
  await using nats = await natsServer();
  const served = await serveStop(nats, async (passage) => {
    passage.accept({ vendor: 'demo', model: 'one' });
    passage.fallBack({ model: 'demo/one', class: 'server_error' }, Promise.resolve());
    passage.accept({ vendor: 'demo', model: 'two' });
    for (let piece = 0; piece < 3; piece += 1) {
      if (passage.answer.full) await passage.answer.room(passage.signal);
      passage.answer.delta('x');
    }
    passage.answer.end({ usage_stored: true, router: {} as never });
    passage.answered();
  });
  const root = await nats.connect('root');
  const candidates = ['one', 'two'].map((model) => ({ vendor: 'demo', model }));
  const answer = send(root, { credit: 2, plan: aPlan({ candidates }) });
  await until('a beat of the second leg', () => beatsOf(answer) > 0);
  const seq = ({ headers: encoded }: Msg): string => encoded?.get(header.seq) ?? '';
  expect(answer.messages.slice(0, 4).map(seq)).toEqual(['0.0', '1.0', '1.1', '1.2']);
  expect(answer.messages.find((message) => frameOf(message) === 'beat')?.json()).toEqual({ leg: 1 });
  expect(answer.messages[1]?.reply).toBe(answer.messages[0]?.reply);
  root.publish(answer.messages[1]?.reply ?? '', 'limit 3');
  await until('the end', () => framesOf(answer).at(-1) === 'eos');
  expect(served.link.control.size).toBe(0);
  await Promise.all([root.close(), served.nc.close()]);
});

test('a passage that is dropped or abandoned ends without a word, and is over', async () => {
  await using nats = await natsServer();
  const served = await serveStop(nats, async (passage) => {
    if (passage.travel.attempt === 2) return passage.drop('held');
    const working = work(passage);
    passage.abandon(new RouterError('cancelled', 'another one runs'));
    await working;
  });
  const root = await nats.connect('root');
  const frames = watchFrames(served.nc);
  send(root, { attempt: 2 });
  send(root, { attempt: 1 });
  await until('both ends', () => served.link.counts.timings()['provider.demo']?.requests === 2);
  expect(frames).toEqual(['accept']);
  expect([served.link.flight.count, served.link.beats.size, served.logged]).toEqual([0, 0, []]);
  await Promise.all([root.close(), served.nc.close()]);
});
