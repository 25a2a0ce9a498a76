// What a stop does at its cap and above twice of it, over real queue groups.
import { header, policy, policyStop, provider, requestSubject, stopSubject } from '@router-mesh/contracts';
import { aPlan, aTravel, natsServer, until, type NatsServer } from '@router-mesh/testing';
import { createInbox, encodeTravel, headers, listen, type NatsConnection } from '@router-mesh/wire';
import { expect, test } from 'vitest';
import type { CapLimits } from './cap.ts';
import type { EntryPassage } from './entry-passage.ts';
import { aLink, type TestLink } from './link.testing.ts';
import type { StopPassage } from './stop-passage.ts';
import { Stops } from './stops.ts';

const unlimitedBytes = { bytes: 1e9 };
const stage = stopSubject(provider.call, 'demo');

/** A replica whose requests wait until they are let go. */
interface Replica extends TestLink {
  readonly nc: NatsConnection;
  readonly stops: Stops;
  readonly waiting: { readonly passage: EntryPassage | StopPassage; go(): void }[];
  /** Let so many go, the oldest first; all that wait when no number is given. */
  letGo(count?: number): void;
  metric(name: string): Promise<number>;
}

async function replica(nats: NatsServer, name: 'policy' | 'provider', cap: CapLimits): Promise<Replica> {
  const nc = await nats.connect(name);
  const testLink = aLink(nc, name);
  const stops = new Stops(testLink.link, { tenantInbox: false, cap });
  const waiting: Replica['waiting'] = [];
  const wait = (passage: EntryPassage | StopPassage): Promise<void> =>
    new Promise((resolve) => waiting.push({ passage, go: resolve }));
  if (name === 'policy') {
    stops.serveEntry(policy.evaluate, async (passage) => {
      await wait(passage);
      passage.reply({ ok: true });
    });
  } else {
    stops.serveStop(provider.call, 'demo', async (passage) => {
      await wait(passage);
      passage.answer.reply({ ok: true });
      passage.answered();
    });
  }
  await nc.flush();
  return {
    ...testLink,
    nc,
    stops,
    waiting,
    letGo: (count = waiting.length) => waiting.splice(0, count).forEach(({ go }) => go()),
    metric: async (metric) => {
      const text = await testLink.link.counts.registry.metrics();
      const stop = name === 'policy' ? 'policy' : 'provider.demo';
      const line = text.split('\n').find((each) => each.startsWith(`${metric}{stop="${stop}"} `));
      return Number(line?.split(' ')[1] ?? 0);
    },
  };
}

/** Answers as they come in, by what they are: `ok`, or the reason of a refusal. */
function answers(nc: NatsConnection) {
  const address = createInbox();
  const all: string[] = [];
  const details: unknown[] = [];
  const missing = { count: 0 };
  listen(nc, `${address}.*`, (message) => {
    if (message.headers?.code === 503) missing.count += 1;
    if (message.data.length === 0) return;
    const { error } = message.json<{ error?: { code: string; details?: { reason?: string } } }>();
    if (error?.details !== undefined) details.push(error.details);
    all.push(error === undefined ? 'ok' : (error.details?.reason ?? error.code));
  });
  const count = (what: string): number => all.filter((each) => each === what).length;
  return { address, all, details, missing, count };
}

/** Where the sender hears that nobody listens: what comes after a stop has left. */
const control = 'router.v2.control.policy.a.b';

/** Publish to a stage as policy does. */
function sendToStage(sender: NatsConnection, reply: string, body: string | Uint8Array = '{}', more = {}): void {
  const travel = aTravel({ deadline: Date.now() + 60_000, reply, ...more });
  sender.publish(stage, body, { headers: encodeTravel(travel), reply: control });
}

async function parties(nats: NatsServer) {
  const [sender, client] = [await nats.connect('policy'), await nats.connect()];
  const heard = answers(client);
  const missing = { count: 0 };
  listen(sender, control, () => (missing.count += 1));
  await client.flush();
  return { sender, client, heard, missing, close: () => Promise.all([sender.close(), client.close()]) };
}

test('at its cap a stop leaves its group and still counts as served; at half of it, it is back', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'provider', { requests: 4, ...unlimitedBytes });
  const { sender, heard, close } = await parties(nats);
  for (let n = 0; n < 4; n += 1) sendToStage(sender, `${heard.address}.${n}`);
  await until('four are under way', () => full.waiting.length === 4);
  await full.nc.flush();
  expect(await full.metric('router_stop_away')).toBe(1);
  expect(full.stops.names).toEqual(['provider.demo']);
  const gone = full.nc.request(stage, '', { timeout: 1000 });
  await expect(gone).rejects.toThrow(/no responders/);

  full.letGo(1);
  await until('one answer', () => heard.count('ok') === 1);
  await full.nc.flush();
  expect(await full.metric('router_stop_away')).toBe(1);
  full.letGo(1);
  await until('two answers', () => heard.count('ok') === 2);
  expect(await full.metric('router_stop_away')).toBe(0);
  await full.nc.flush();
  sendToStage(sender, `${heard.address}.5`);
  await until('one more is under way', () => full.waiting.length === 3);
  expect([await full.metric('router_stop_leaves_total'), await full.metric('router_in_flight_peak')]).toEqual([1, 4]);
  await Promise.all([full.nc.close(), close()]);
});

test('a burst of 3 000 on one replica with cap 50: never more than 100 in flight, and every one is answered, refused or told to be missing', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'provider', { requests: 50, ...unlimitedBytes });
  const { sender, heard, missing, close } = await parties(nats);
  for (let n = 0; n < 3000; n += 1) sendToStage(sender, `${heard.address}.${n}`);
  await until('all have come to something', () => full.waiting.length + heard.all.length + missing.count === 3000);
  const taken = full.waiting.length;
  expect(taken).toBeGreaterThanOrEqual(50);
  expect(taken).toBeLessThanOrEqual(100);
  expect(heard.count('overloaded')).toBe(heard.all.length);
  const totals = full.link.counts.totals();
  expect([totals.handed_back, totals.refused]).toEqual([heard.all.length, heard.all.length]);
  full.letGo();
  await until('all are answered', () => heard.count('ok') === taken);
  expect([await full.metric('router_in_flight_peak'), full.link.flight.count]).toEqual([taken, 0]);
  await until('it is back', async () => (await full.metric('router_stop_away')) === 0);
  await Promise.all([full.nc.close(), close()]);
});

test('what one replica hands back another takes, once, as it was', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'provider', { requests: 1, ...unlimitedBytes });
  const roomy = await replica(nats, 'provider', { requests: 100, ...unlimitedBytes });
  const { sender, heard, close } = await parties(nats);
  for (let n = 0; n < 60; n += 1) {
    sendToStage(sender, `${heard.address}.${n}`, `{"n":${n}}`, {
      request: `r${n}`,
      leg: 2,
      trail: 'policy@p;1;2;3;ok',
    });
  }
  await until('all are under way', () => full.waiting.length + roomy.waiting.length === 60);
  const { handed_back: handedBack, refused } = full.link.counts.totals();
  expect([full.waiting.length, refused]).toEqual([2, 0]);
  expect(handedBack).toBeGreaterThan(0);
  for (const { passage } of roomy.waiting) {
    const n = Number(passage.request.slice(1));
    expect(new TextDecoder().decode(passage.body)).toBe(`{"n":${n}}`);
    expect((passage as StopPassage).travel).toMatchObject({ leg: 2, reply: `${heard.address}.${n}` });
  }
  full.letGo();
  roomy.letGo();
  await until('all are answered', () => heard.count('ok') === 60);
  expect([full, roomy].map(({ link }) => link.flight.count)).toEqual([0, 0]);
  await Promise.all([full.nc.close(), roomy.nc.close(), close()]);
});

test('what was handed back and finds no room is refused, in frames of its leg, and not handed back again', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'provider', { requests: 1, ...unlimitedBytes });
  const { sender, client, heard, close } = await parties(nats);
  const encoded = encodeTravel(
    aTravel({ deadline: Date.now() + 60_000, reply: `${heard.address}.framed`, frames: true, leg: 3 }),
  );
  encoded.set(header.hop, '1');
  const sequences: string[] = [];
  listen(client, `${heard.address}.framed`, (message) => sequences.push(message.headers?.get(header.seq) ?? ''));
  await client.flush();
  for (let n = 0; n < 2; n += 1) sendToStage(sender, `${heard.address}.${n}`);
  sender.publish(stage, '{}', { headers: encoded });
  await until('a refusal', () => heard.count('overloaded') === 1);
  expect(heard.details).toEqual([{ reason: 'overloaded', stop: 'provider.demo', retry_after_ms: expect.any(Number) }]);
  expect(sequences[0]).toBe('3.0');
  expect(full.link.counts.totals()).toMatchObject({ handed_back: 0, refused: 1 });
  await Promise.all([full.nc.close(), close()]);
});

test('bytes of bodies have a cap of their own', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'provider', { requests: 1000, bytes: 100 });
  const { sender, heard, missing, close } = await parties(nats);
  for (let n = 0; n < 10; n += 1) sendToStage(sender, `${heard.address}.${n}`, new Uint8Array(60));
  await until('each has come to something', () => full.waiting.length + heard.all.length + missing.count === 10);
  const taken = full.waiting.length;
  expect(taken).toBeGreaterThanOrEqual(2);
  expect(taken).toBeLessThanOrEqual(3);
  expect(heard.count('overloaded')).toBe(heard.all.length);
  full.letGo();
  await until('all are answered', () => heard.count('ok') === taken);
  await until('it is back', async () => (await full.metric('router_stop_away')) === 0);
  sendToStage(sender, `${heard.address}.big`, new Uint8Array(10_000));
  await until('a body larger than the cap', () => full.waiting.length === 1);
  expect(await full.metric('router_in_flight_bytes_peak')).toBe(10_000);
  await Promise.all([full.nc.close(), close()]);
});

test('a stop that is left for good while it is away does not come back, and one that is served again still counts what it has', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'provider', { requests: 2, ...unlimitedBytes });
  const { sender, heard, close } = await parties(nats);
  for (let n = 0; n < 2; n += 1) sendToStage(sender, `${heard.address}.${n}`);
  await until('it is away', async () => (await full.metric('router_stop_away')) === 1);
  await full.stops.leave('provider.demo');
  expect(full.stops.names).toEqual([]);
  full.stops.serveStop(provider.call, 'demo', () => undefined);
  expect(await full.metric('router_stop_away')).toBe(1);
  await full.stops.leave('provider.demo');
  full.letGo();
  await until('both are answered', () => heard.count('ok') === 2);
  await full.nc.flush();
  await expect(full.nc.request(stage, '', { timeout: 1000 })).rejects.toThrow(/no responders/);
  await Promise.all([full.nc.close(), close()]);
});

test('an entry at its cap stays where clients find it, and hands back to the stage of policy', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'policy', { requests: 1, ...unlimitedBytes });
  const { client, heard, close } = await parties(nats);
  const ask = (n: number | string): void =>
    client.publish(requestSubject('chat', 'acme.web'), `{"n":"${n}"}`, {
      reply: `${heard.address}.${n}`,
      headers: said({
        'Router-Request': '01HZX3KQ5V9J8M2N4P6R7S8T9W',
        'Router-Timeout': '5000',
        'Router-Attempt': '2',
      }),
    });
  for (let n = 0; n < 2; n += 1) ask(n);
  await until('two are under way', () => full.waiting.length === 2);
  ask('alone');
  await until('nobody else has room', () => heard.count('overloaded') === 1);
  expect(heard.missing.count).toBe(0);

  const other = await replica(nats, 'policy', { requests: 100, ...unlimitedBytes });
  for (let n = 0; n < 40; n += 1) ask(`more${n}`);
  await until('the other one has them all', () => other.waiting.length === 40);
  expect(full.link.counts.totals().handed_back).toBeGreaterThan(1);
  for (const { passage } of other.waiting) {
    const { verb, tenant, asked } = passage as EntryPassage;
    expect([verb, tenant, asked]).toEqual([
      'chat',
      'acme.web',
      { request: '01HZX3KQ5V9J8M2N4P6R7S8T9W', attempt: 2, frames: false, timeoutMs: 5000 },
    ]);
  }
  other.letGo();
  await until('the clients are answered', () => heard.count('ok') === 40);
  expect(heard.missing.count).toBe(0);
  await Promise.all([full.nc.close(), other.nc.close(), close()]);
});

function said(entries: Readonly<Record<string, string>>) {
  const encoded = headers();
  for (const [name, value] of Object.entries(entries)) encoded.set(name, value);
  return encoded;
}

test('what is handed back to policy is judged as at the entry: no other verb, no other address, no unread header', async () => {
  await using nats = await natsServer();
  const served = await replica(nats, 'policy', { requests: 10, ...unlimitedBytes });
  const { sender, heard, close } = await parties(nats);
  const good = { 'Router-Tenant': 'acme', 'Router-Reply': `${heard.address}.1`, 'Router-Hop': '1' };
  const hand = (verb: string, entries: Readonly<Record<string, string>>): void =>
    sender.publish(stopSubject(policyStop, verb), '{}', { headers: said(entries) });
  hand('draw', good);
  hand('chat', { ...good, 'Router-Reply': '$KV.router_v2_tenants.acme' });
  hand('chat', { ...good, 'Router-Reply': '_SVC.extension.1' });
  hand('chat', { ...good, 'Router-Tenant': 'Alice' });
  hand('chat', { ...good, 'Router-Timeout': 'soon' });
  hand('chat', good);
  await until('the good one', () => served.waiting.length === 1);
  await until('two refusals', () => heard.all.length === 2);
  expect(heard.all).toEqual(['invalid_request', 'invalid_request']);
  expect(served.link.counts.totals().refused_addresses).toBe(2);
  expect(served.logged).toEqual([]);
  await Promise.all([served.nc.close(), close()]);
});

test('a request that is not of its form is refused for that, also by an entry with no room', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'policy', { requests: 1, ...unlimitedBytes });
  const { client, heard, close } = await parties(nats);
  for (let n = 0; n < 2; n += 1)
    client.publish(requestSubject('chat', 'acme'), '{}', { reply: `${heard.address}.${n}` });
  await until('it is full', () => full.waiting.length === 2);
  client.publish('router.v2.request.draw.acme', '{}', { reply: `${heard.address}.verb` });
  await until('a refusal', () => heard.all.length === 1);
  expect(heard.all).toEqual(['not_found']);
  await Promise.all([full.nc.close(), close()]);
});

test('a body that leaves no room for the headers of a hand-back is refused: nothing of ours is wrong', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'policy', { requests: 1, ...unlimitedBytes });
  const { client, heard, close } = await parties(nats);
  const ask = (n: number, body: Uint8Array): void =>
    client.publish(requestSubject('chat', 'acme'), body, { reply: `${heard.address}.${n}` });
  for (let n = 0; n < 2; n += 1) ask(n, new Uint8Array(2));
  await until('it is full', () => full.waiting.length === 2);
  ask(2, new Uint8Array(client.info?.max_payload ?? 0));
  await until('a refusal', () => heard.all.length === 1);
  expect(heard.all).toEqual(['overloaded']);
  expect(full.logged.filter(({ level }) => level > 40)).toEqual([]);
  await Promise.all([full.nc.close(), close()]);
});

test('a body counts until it is certain that the next stop has it', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  const { link } = aLink(nc, 'policy');
  const bytes = async (): Promise<string | undefined> =>
    (await link.counts.registry.metrics()).split('\n').find((line) => line.startsWith('router_in_flight_bytes{'));
  const stops = new Stops(link, { tenantInbox: false, cap: { requests: 10, bytes: 1000 } });
  let handled: Promise<string | undefined> | undefined;
  stops.serveEntry(policy.evaluate, (passage) => {
    passage.forward(aPlan(), ['provider.nobody'], Date.now() + 60_000);
    handled = Promise.resolve().then(bytes); // when the handler has ended, and no timer has fired yet
  });
  await nc.flush();
  const { client, heard, close } = await parties(nats);
  client.publish(requestSubject('chat', 'acme'), new Uint8Array(700), { reply: `${heard.address}.1` });
  await until('the answer', () => heard.count('not_running') === 1);
  await until('it is settled', () => link.flight.count === 0);
  expect([await handled, await bytes()]).toEqual([
    'router_in_flight_bytes{stop="policy"} 700',
    'router_in_flight_bytes{stop="policy"} 0',
  ]);
  await Promise.all([nc.close(), close()]);
});

test('a request that a drain finds on its way back is waited for', async () => {
  await using nats = await natsServer();
  const full = await replica(nats, 'provider', { requests: 1, ...unlimitedBytes });
  const { sender, heard, missing, close } = await parties(nats);
  for (let n = 0; n < 10; n += 1) sendToStage(sender, `${heard.address}.${n}`);
  await until('one is under way', () => full.waiting.length > 0);
  await full.stops.leaveAll();
  full.letGo();
  expect(await full.link.flight.landed(10_000)).toBe(true);
  await full.nc.flush();
  await full.nc.close();
  await until('all have come to something', () => heard.all.length + missing.count === 10);
  expect(heard.count('ok')).toBeGreaterThan(0);
  expect(heard.count('ok') + heard.count('overloaded')).toBe(heard.all.length);
  await close();
});
