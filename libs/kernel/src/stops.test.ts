import { header, policy, provider, requestSubject, RouterError, stopSubject } from '@router-mesh/contracts';
import { aPlan, aTravel, natsServer, publishRaw, until, type NatsServer } from '@router-mesh/testing';
import {
  AnswerReader,
  createInbox,
  encodeTravel,
  headers,
  listen,
  type AnswerEvent,
  type Msg,
  type NatsConnection,
  type Travel,
} from '@router-mesh/wire';
import { expect, test } from 'vitest';
import { aLink, type TestLink } from './link.testing.ts';
import type { EntryPassage } from './entry-passage.ts';
import type { StopPassage } from './stop-passage.ts';
import { Stops } from './stops.ts';

interface Served extends TestLink {
  readonly nc: NatsConnection;
  readonly stops: Stops;
}

/** A policy whose entry does as told. */
async function serveEntry(
  nats: NatsServer,
  handle: (passage: EntryPassage) => void | Promise<void>,
  { tenantInbox = false } = {},
): Promise<Served> {
  const nc = await nats.connect('policy');
  const testLink = aLink(nc, 'policy');
  const stops = new Stops(testLink.link, { tenantInbox });
  stops.serveEntry(policy.evaluate, handle);
  await nc.flush();
  return { ...testLink, nc, stops };
}

/** A provider whose stop for a vendor does as told. */
async function serveStop(
  nats: NatsServer,
  handle: (passage: StopPassage) => void | Promise<void>,
  vendor = 'demo',
): Promise<Served> {
  const nc = await nats.connect('provider');
  const testLink = aLink(nc, 'provider');
  const stops = new Stops(testLink.link, { tenantInbox: false });
  stops.serveStop(provider.call, vendor, handle);
  await nc.flush();
  return { ...testLink, nc, stops };
}

/** What comes back at an address, read as a reader reads it. */
function reading(nc: NatsConnection, address = createInbox()) {
  const reader = new AnswerReader();
  const messages: Msg[] = [];
  const events: AnswerEvent[] = [];
  listen(nc, address, (message) => {
    messages.push(message);
    events.push(reader.read(message));
  });
  return { address, messages, events };
}

interface Question {
  readonly tenant?: string;
  readonly said?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Ask as a client without credentials; resolves to the first event of the answer. */
async function ask(
  client: NatsConnection,
  { tenant = 'acme', said = {}, body = '{}' }: Question = {},
): Promise<AnswerEvent> {
  const answer = reading(client);
  client.publish(requestSubject('chat', tenant), body, { reply: answer.address, headers: headersOf(said) });
  await until('an answer', () => answer.events.length > 0);
  return answer.events[0] ?? { kind: 'eos' };
}

function headersOf(said: Readonly<Record<string, string>>) {
  const encoded = headers();
  encoded.set('X-Any', 'discarded');
  for (const [name, value] of Object.entries(said)) encoded.set(name, value);
  return encoded;
}

/** Publish to a stage as policy does. */
function sendToStage(nc: NatsConnection, changes: Partial<Travel> = {}, vendor = 'demo', reply?: string): void {
  const travel = aTravel({ deadline: Date.now() + 60_000, ...changes });
  nc.publish(stopSubject(provider.call, vendor), '{"model":"demo/echo"}', {
    headers: encodeTravel(travel),
    ...(reply === undefined ? {} : { reply }),
  });
}

const close = (...all: (NatsConnection | Served)[]): Promise<unknown> =>
  Promise.all(all.map((one) => ('nc' in one ? one.nc : one).close()));

test('a request is what its subject and headers say, and the handler answers it', async () => {
  await using nats = await natsServer();
  const asked: unknown[] = [];
  const served = await serveEntry(nats, (passage) => {
    asked.push([
      passage.verb,
      passage.tenant,
      passage.asked.timeoutMs,
      passage.asked.attempt,
      new TextDecoder().decode(passage.body),
    ]);
    passage.reply({ ok: true });
  });
  const client = await nats.connect();
  await expect(
    ask(client, {
      tenant: 'acme.web',
      said: { 'Router-Timeout': '500', 'Router-Attempt': '2', 'Router-Tenant': 'other' },
      body: '{"a":1}',
    }),
  ).resolves.toEqual({ kind: 'whole', body: { ok: true } });
  expect(asked).toEqual([['chat', 'acme.web', 500, 2, '{"a":1}']]);
  expect(served.link.counts.timings()['policy']).toMatchObject({ requests: 1, errors: 0, in_flight: 0 });
  await close(client, served);
});

const secret = new Error('the secret cause');

test.each<[string, (passage: EntryPassage) => void | Promise<void>]>([
  [
    'throws',
    () => {
      throw secret;
    },
  ],
  ['rejects', () => Promise.reject(secret)],
  [
    'rejects later',
    async () => {
      await new Promise(setImmediate);
      throw secret;
    },
  ],
])(
  'a handler that %s what is no error of ours is answered `internal`, logged once, and its cause stays here',
  async (_, handle) => {
    await using nats = await natsServer();
    const served = await serveEntry(nats, handle);
    const client = await nats.connect();
    const answer = await ask(client, { said: { 'Router-Request': '01HZX3KQ5V9J8M2N4P6R7S8T9W' } });
    expect(answer).toMatchObject({ kind: 'error', error: { code: 'internal' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(served.logged).toEqual([
      expect.objectContaining({
        level: 50,
        msg: 'a stop failed',
        stop: 'policy',
        request: '01HZX3KQ5V9J8M2N4P6R7S8T9W',
        err: expect.objectContaining({ message: 'the secret cause' }),
      }),
    ]);
    expect(served.link.counts.timings()['policy']).toMatchObject({ requests: 1, errors: 1, in_flight: 0 });
    expect(served.link.flight.count).toBe(0);
    await close(client, served);
  },
);

test.each<[string, (passage: EntryPassage) => void | Promise<void>]>([
  ['does nothing', () => undefined],
  ['resolves to nothing', () => Promise.resolve()],
])('a handler that %s is a bug, and the client is answered all the same', async (_, handle) => {
  await using nats = await natsServer();
  const served = await serveEntry(nats, handle);
  const client = await nats.connect();
  await expect(ask(client)).resolves.toMatchObject({ kind: 'error', error: { code: 'internal' } });
  expect(served.logged.map(({ err }) => err?.message)).toEqual([
    'the handler neither answered nor forwarded the request',
  ]);
  await close(client, served);
});

test('an error of the list is the answer, as it is, and is not logged', async () => {
  await using nats = await natsServer();
  const served = await serveEntry(nats, () => {
    throw new RouterError('denied', 'no', { details: { rule: 'r' } });
  });
  const client = await nats.connect();
  await expect(ask(client)).resolves.toMatchObject({
    kind: 'error',
    error: { code: 'denied', message: 'no', details: { rule: 'r' } },
  });
  await expect(ask(client, { said: { 'Router-Frames': '1' } })).resolves.toMatchObject({
    kind: 'error',
    error: { code: 'denied' },
  });
  expect(served.logged).toEqual([]);
  expect(served.link.counts.timings()['policy']).toMatchObject({ requests: 2, errors: 2 });
  await close(client, served);
});

test('an answer that the server would not carry is `too_large` instead of nothing', async () => {
  await using nats = await natsServer();
  const served = await serveEntry(nats, (passage) => passage.reply({ big: 'x'.repeat(9 * 1024 * 1024) }));
  const client = await nats.connect();
  await expect(ask(client)).resolves.toMatchObject({ kind: 'error', error: { code: 'too_large' } });
  await close(client, served);
});

test('a plan that does not fit into its header is `too_large` instead of nothing, and nothing stays in flight', async () => {
  await using nats = await natsServer();
  const served = await serveEntry(nats, (passage) =>
    passage.forward(aPlan({ session: 'x'.repeat(40_000) }), ['provider.demo'], Date.now() + 1000),
  );
  const client = await nats.connect();
  await expect(ask(client)).resolves.toMatchObject({ kind: 'error', error: { code: 'too_large' } });
  expect([served.link.flight.count, served.link.control.size]).toEqual([0, 0]);
  await close(client, served);
});

test.each([
  ['another verb', 'router.v2.request.draw.acme', 'not_found', 'subject'],
  ['a tenant in capitals', 'router.v2.request.chat.Alice', 'invalid_request', 'subject'],
  ['a tenant of five levels', 'router.v2.request.chat.a.b.c.d.e', 'invalid_request', 'subject'],
])('%s is refused as `%s`', async (_, subject, code, param) => {
  await using nats = await natsServer();
  const served = await serveEntry(nats, (passage) => passage.reply({}));
  const client = await nats.connect();
  const answer = reading(client);
  client.publish(subject, '{}', { reply: answer.address });
  await until('an answer', () => answer.events.length > 0);
  expect(answer.events).toEqual([{ kind: 'error', by: 'mesh', error: expect.objectContaining({ code, param }) }]);
  await close(client, served);
});

test.each([
  ['headers that cannot be read', 'NATS/1.0\r\na name: 1\r\n\r\n', 'invalid_request'],
  [
    'three hundred thousand headers',
    `NATS/1.0\r\n${Array.from({ length: 300_000 }, (_, n) => `a${n}:\r\n`).join('')}\r\n`,
    'too_large',
  ],
  ['a line feed in a header', 'NATS/1.0\r\ntraceparent: a\nb\r\n\r\n', 'invalid_request'],
  ['a bad header and frames', 'NATS/1.0\r\nRouter-Frames: 1\r\nRouter-Timeout: soon\r\n\r\n', 'invalid_request'],
])('%s are refused, and the service goes on hearing: no client may switch it off', async (_, block, code) => {
  await using nats = await natsServer();
  const served = await serveEntry(nats, (passage) => passage.reply({ ok: true }));
  const client = await nats.connect();
  const answer = reading(client);
  await client.flush();
  await publishRaw(nats, {
    subject: 'router.v2.request.chat.acme',
    reply: answer.address,
    headers: block,
    payload: '{}',
  });
  await until('a refusal', () => answer.events.length > 0);
  expect(answer.events[0]).toMatchObject({ kind: 'error', error: { code } });
  await expect(ask(client)).resolves.toEqual({ kind: 'whole', body: { ok: true } });
  expect(served.logged).toEqual([]);
  await close(client, served);
});

test('a field name of megabytes does not make its own refusal too large', async () => {
  await using nats = await natsServer();
  const field = 'x'.repeat(4 * 1024 * 1024);
  const served = await serveEntry(nats, () => {
    throw new RouterError('invalid_request', `body: "router.${field}" is not a known field`, {
      param: `router.${field}`,
    });
  });
  const client = await nats.connect();
  await expect(ask(client)).resolves.toMatchObject({ kind: 'error', error: { code: 'invalid_request' } });
  await close(client, served);
});

test('a request with no return address, or one that may not be answered, is dropped and counted', async () => {
  await using nats = await natsServer();
  let handled = 0;
  const served = await serveEntry(nats, (passage) => {
    handled += 1;
    passage.reply({});
  });
  const client = await nats.connect();
  const stray = [
    undefined,
    '$JS.API.STREAM.DELETE.KV_router_v2_tenants',
    '$KV.router_v2_tenants.acme',
    '_SVC.policy.x',
    '_SVC.extension.x',
    'router.v2.event.policy.x.acme',
    'x',
    '_INBOX',
  ];
  for (const reply of stray) client.publish('router.v2.request.chat.acme', '{}', reply === undefined ? {} : { reply });
  await ask(client);
  expect([handled, served.link.counts.totals().refused_addresses]).toEqual([1, stray.length]);
  await close(client, served);
});

test("with tenant inboxes an answer goes only below the inbox of the tenant's organisation", async () => {
  await using nats = await natsServer();
  const served = await serveEntry(nats, (passage) => passage.reply({}), { tenantInbox: true });
  const client = await nats.connect();
  const [foreign, own] = [reading(client, '_INBOX.other.1'), reading(client, '_INBOX.acme.1')];
  for (const { address } of [foreign, own]) client.publish('router.v2.request.chat.acme.web', '{}', { reply: address });
  await until('its own', () => own.events.length > 0);
  expect([foreign.events.length, served.link.counts.totals().refused_addresses]).toEqual([0, 1]);
  await close(client, served);
});

test('a stop gets the passage as policy wrote it', async () => {
  await using nats = await natsServer();
  const seen: unknown[] = [];
  const served = await serveStop(nats, (passage) => {
    seen.push([
      passage.stop,
      passage.member,
      passage.request,
      passage.tenant,
      passage.plan.candidates,
      new TextDecoder().decode(passage.body),
    ]);
    expect(passage.remainingMs()).toBeGreaterThan(50_000);
    passage.answer.reply({ ok: true });
    passage.answered();
  });
  const [sender, client] = [await nats.connect('policy'), await nats.connect()];
  const answer = reading(client);
  await client.flush();
  sendToStage(sender, { reply: answer.address });
  await until('an answer', () => answer.events.length > 0);
  expect(answer.events).toEqual([{ kind: 'whole', body: { ok: true } }]);
  expect(seen).toEqual([
    ['provider.demo', 'demo', aTravel().request, 'acme.web', aPlan().candidates, '{"model":"demo/echo"}'],
  ]);
  await close(sender, client, served);
});

test("stage headers that are not a service's are our bug: answered where an address is known, in frames of the leg where asked for", async () => {
  await using nats = await natsServer();
  const served = await serveStop(nats, (passage) => passage.refuse(new RouterError('denied', 'never reached')));
  const [sender, client] = [await nats.connect('policy'), await nats.connect()];
  const answer = reading(client);
  await client.flush();
  const encoded = encodeTravel(aTravel({ reply: answer.address, frames: true, leg: 3 }));
  encoded.set(header.plan, '{}');
  sender.publish('router.v2.stage.provider.demo', '{}', { headers: encoded });
  encoded.set(header.leg, 'NaN');
  sender.publish('router.v2.stage.provider.demo', '{}', { headers: encoded });
  await until('two answers', () => answer.messages.length === 4);
  expect(answer.messages.map(({ headers: each }) => each?.get(header.seq))).toEqual([
    '3.0',
    undefined,
    '0.0',
    undefined,
  ]);
  expect(answer.events[0]).toMatchObject({ kind: 'error', error: { code: 'internal' } });
  expect(served.logged.map(({ msg }) => msg)).toEqual(['a stop failed', 'a stop failed']);
  expect(served.link.flight.count).toBe(0);
  await close(sender, client, served);
});

test('a stage message with no address that may be answered, or with headers that cannot be read, is dropped and counted', async () => {
  await using nats = await natsServer();
  let handled = 0;
  const served = await serveStop(nats, (passage) => {
    handled += 1;
    passage.answer.reply({});
    passage.answered();
  });
  const sender = await nats.connect('policy');
  sender.publish('router.v2.stage.provider.demo', '{}');
  sender.publish('router.v2.stage.provider.demo', '{}', { headers: headersOf({}) });
  for (const reply of ['$KV.router_v2_providers.demo', '_SVC.policy.x']) sendToStage(sender, { reply });
  await sender.flush();
  await publishRaw(
    nats,
    { subject: 'router.v2.stage.provider.demo', headers: 'NATS/1.0\r\na name: 1\r\n\r\n' },
    'policy',
  );
  sendToStage(sender, { reply: '_SVC.extension.1' });
  await until('the good one', () => handled === 1);
  expect(served.link.counts.totals().refused_addresses).toBe(5);
  expect(served.logged.map(({ msg }) => msg)).toEqual(['the headers of a stage message cannot be read']);
  await close(sender, served);
});

test("a stored message that somebody's consumer delivers to a stage is nobody's request", async () => {
  await using nats = await natsServer();
  let handled = 0;
  const served = await serveStop(nats, (passage) => {
    handled += 1;
    passage.answer.reply({});
    passage.answered();
  });
  const root = await nats.connect('root');
  const [subject, stage] = ['stored.request', 'router.v2.stage.provider.demo'];
  await root.request(
    '$JS.API.STREAM.CREATE.STORED',
    JSON.stringify({ name: 'STORED', subjects: [subject], storage: 'memory' }),
  );
  const config = { durable_name: 'd', deliver_subject: stage, deliver_group: 'provider-demo', ack_policy: 'none' };
  await root.request('$JS.API.CONSUMER.DURABLE.CREATE.STORED.d', JSON.stringify({ stream_name: 'STORED', config }));
  await root.request(subject, '{}', { headers: encodeTravel(aTravel()), timeout: 2000 });
  await until('it is delivered', async () => {
    const info = (await root.request('$JS.API.CONSUMER.INFO.STORED.d')).json<{ delivered: { stream_seq: number } }>();
    return info.delivered.stream_seq === 1;
  });
  sendToStage(root, {});
  await until('the real one', () => handled > 0);
  expect([handled, served.link.counts.timings()['provider.demo']?.requests]).toEqual([1, 1]);
  await close(root, served);
});

test('of two replicas each request comes to one, and the one that leaves loses none of a burst', async () => {
  await using nats = await natsServer();
  const handled = new Map<string, number>();
  const handle =
    (name: string) =>
    (passage: StopPassage): void => {
      handled.set(passage.request, (handled.get(passage.request) ?? 0) + 1);
      if (name === 'first' && handled.size === 200) void first.stops.leave('provider.demo');
      passage.answer.reply({});
      passage.answered();
    };
  const first: Served = await serveStop(nats, (passage) => handle('first')(passage));
  const second = await serveStop(nats, handle('second'));
  const sender = await nats.connect('policy');
  for (let n = 0; n < 3000; n += 1) sendToStage(sender, { request: `r${n}` });
  await until('all of the burst', () => handled.size === 3000);
  expect([...handled.values()].every((times) => times === 1)).toBe(true);
  await first.stops.leave('provider.demo');
  expect(first.stops.names).toEqual([]);
  const counted = first.link.counts.timings()['provider.demo']?.requests;
  for (let n = 0; n < 50; n += 1) sendToStage(sender, { request: `later${n}` });
  await until('the later ones', () => handled.size === 3050);
  expect(first.link.counts.timings()['provider.demo']?.requests).toBe(counted);
  await close(sender, first, second);
});

test('a stop that was left may be served again, and serving it twice is serving it once', async () => {
  await using nats = await natsServer();
  let handled = 0;
  const handle = (passage: StopPassage): void => {
    handled += 1;
    passage.answer.reply({});
    passage.answered();
  };
  const served = await serveStop(nats, handle);
  served.stops.serveStop(provider.call, 'demo', handle);
  const leaving = served.stops.leave('provider.demo');
  served.stops.serveStop(provider.call, 'demo', handle);
  await leaving;
  await served.stops.leave('nobody');
  const sender = await nats.connect('policy');
  sendToStage(sender);
  sendToStage(sender);
  await until('two', () => handled === 2);
  await served.nc.flush();
  expect([handled, served.stops.names]).toEqual([2, ['provider.demo']]);
  await close(sender, served);
});

test('leaving a connection that is closed is no error', async () => {
  await using nats = await natsServer();
  const served = await serveStop(nats, () => undefined);
  await served.nc.close();
  await served.stops.leaveAll();
});

test('what is still under way when nobody can wait any more is answered for its handler, once', async () => {
  await using nats = await natsServer();
  const letGo: (() => void)[] = [];
  const served = await serveStop(nats, async (passage) => {
    if (passage.travel.frames) {
      passage.answer.accept({ request: 'r', instance: 'i', control: 'c', route: 'r', provider: 'p', model: 'm' });
      passage.answer.delta('1');
    }
    await new Promise<void>((resolve) => letGo.push(resolve)); // and does not care for the signal
    passage.refuse(new RouterError('denied', 'too late'));
  });
  const [sender, client] = [await nats.connect('policy'), await nats.connect()];
  const [plain, framed] = [reading(client), reading(client)];
  await client.flush();
  sendToStage(sender, { reply: plain.address });
  sendToStage(sender, { reply: framed.address, frames: true });
  await until('both are under way', () => served.link.flight.count === 2);
  served.stops.abandonAll();
  expect(served.link.flight.count).toBe(0);
  for (const release of letGo) release();
  await until('the answers', () => plain.events.length === 1 && framed.events.length === 4);
  expect(plain.events[0]).toMatchObject({
    kind: 'error',
    error: { code: 'unavailable', details: { reason: 'stopping' } },
  });
  expect(framed.events.map(({ kind }) => kind)).toEqual(['accept', 'delta', 'error', 'eos']);
  expect(framed.events[2]).toMatchObject({ error: { code: 'stream_interrupted', details: { delivered: 1 } } });
  await served.nc.flush();
  expect(served.link.counts.timings()['provider.demo']).toMatchObject({ requests: 2, errors: 2, in_flight: 0 });
  await close(sender, client, served);
});
