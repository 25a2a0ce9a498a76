// Services as their own processes: how they start, what they say of themselves, and how they end.
import {
  call,
  connectNats,
  createInbox,
  headers,
  listen,
  AnswerReader,
  putDocument,
  type AnswerEvent,
  type NatsConnection,
} from '@router-mesh/wire';
import { events, policy, provider, providers, rates, slots } from '@router-mesh/contracts';
import { natsServer, poll, TestProcess, until, type NatsServer } from '@router-mesh/testing';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

type Name = 'policy' | 'provider' | 'deaf';
type Environment = Readonly<Record<string, string>>;

/** A test service as its own process. */
class Service extends TestProcess {
  readonly #closed = once(this.child, 'close');

  constructor(name: Name, nats: NatsServer, environment: Environment = {}) {
    const credentials = nats.credentials(name === 'deaf' ? 'provider' : name);
    super(process.execPath, [join(import.meta.dirname, '../test', `${name}.ts`)], {
      NATS_URL: nats.url,
      ROUTER_NATS_CREDENTIALS: credentials,
      ROUTER_STATE: join(nats.folder, 'state', name),
      ...environment,
    });
  }

  static async ready(name: Name, nats: NatsServer, environment?: Environment): Promise<Service> {
    const service = new Service(name, nats, environment);
    await service.said('ready');
    return service;
  }

  /** Resolves when it has logged this. */
  async said(msg: string): Promise<Record<string, unknown>> {
    return JSON.parse(await this.line((line) => line.includes(`"msg":"${msg}"`))) as Record<string, unknown>;
  }

  /** Resolves to how it ended, once all it wrote has been read. */
  async ended(): Promise<number | NodeJS.Signals> {
    await this.#closed;
    return await this.exited;
  }

  override async stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    await super.stop(signal);
    return await this.ended();
  }

  count(msg: string): number {
    return this.lines.filter((line) => line.includes(`"msg":"${msg}"`)).length;
  }

  async get(path: string): Promise<Response> {
    const { http } = await this.said('starting');
    return await fetch(`${String(http)}${path}`);
  }

  async missing(): Promise<string[]> {
    return ((await (await this.get('/readyz')).json()) as { missing: string[] }).missing;
  }

  /** Lines that are neither debug nor info. */
  get troubles(): string[] {
    return this.lines.filter((line) => !/"level":(20|30)\b/.test(line));
  }
}

interface Answer {
  readonly events: AnswerEvent[];
}

function ask(client: NatsConnection, itinerary: readonly string[], { framed = false } = {}): Answer {
  const answer: Answer = { events: [] };
  const [reader, address, said] = [new AnswerReader(), createInbox(), headers()];
  if (framed) said.set('Router-Frames', '1');
  listen(client, address, (message) => answer.events.push(reader.read(message)));
  client.publish('router.v2.request.chat.acme', JSON.stringify({ itinerary }), { reply: address, headers: said });
  return answer;
}

async function answered(answer: Answer): Promise<AnswerEvent | undefined> {
  await until('an answer', () => answer.events.length > 0);
  return answer.events[0];
}

const document = (vendor: string) => ({
  vendor,
  format: 'openai' as const,
  base_url: 'http://127.0.0.1:1/v1',
  models: [],
});

test('a service starts when everything it needs is there, says what is missing until then, and tells of itself', async () => {
  await using nats = await natsServer();
  await using entrance = new Service('policy', nats);
  await until('it waits for a bucket of another service', async () =>
    (await entrance.missing()).includes('bucket router_v2_providers'),
  );
  expect((await entrance.get('/readyz')).status).toBe(503);
  expect((await entrance.get('/livez')).status).toBe(200);

  await using stop = await Service.ready('provider', nats);
  await entrance.said('ready');
  const ready = await entrance.get('/readyz');
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { ready: true, missing: [], snapshots: { router_v2_providers: 4 }, notes: [] },
  ]);

  const [client, operator] = await Promise.all([nats.connect(), nats.connect('operator')]);
  for (let n = 0; n < 3; n += 1)
    expect(await answered(ask(client, ['experiment?', 'provider.answers']))).toMatchObject({ kind: 'whole' });
  expect(await answered(ask(client, ['provider.nobody']))).toMatchObject({
    kind: 'error',
    error: { code: 'unavailable', details: { stop: 'provider.nobody' } },
  });
  await expect(call(operator, policy.list, 'platform', {})).resolves.toEqual({ policies: [] });

  for (const [name, stops] of [
    ['policy', 'policy'],
    ['provider', 'provider.*'],
  ] as const) {
    const info = (await operator.request(`$SRV.INFO.${name}`, '')).json<{ metadata: unknown }>();
    expect(info.metadata).toEqual({ instance: expect.stringMatching(/^[0-9a-f]{10}$/), stops });
  }
  const stats = (await operator.request('$SRV.STATS.policy', '')).json<{
    endpoints: { data: Record<string, unknown> }[];
  }>();
  expect(stats.endpoints[0]?.data).toMatchObject({
    stops: ['policy'],
    timings: { policy: { requests: 4, errors: 0, in_flight: 0 }, 'policy.list': { requests: 1 } },
    totals: { missing: 4, unsent: 0 },
    missing: [],
    snapshots: { router_v2_providers: 4 },
  });
  const metrics = await (await stop.get('/metrics')).text();
  expect(metrics).toContain('router_stop_seconds_count{stop="provider.answers",code="ok"} 3');
  expect(metrics).toContain('router_snapshot_revision{bucket="router_v2_providers"} 4');
  expect(metrics).toContain('router_unsent_total 0');

  await Promise.all([client.close(), operator.close()]);
  expect(await Promise.all([entrance.stop(), stop.stop('SIGINT')])).toEqual([0, 0]);
  expect([entrance, stop].flatMap(({ troubles }) => troubles)).toEqual([]);
  for (const service of [entrance, stop])
    expect(['starting', 'ready', 'draining', 'stopped'].map((msg) => service.count(msg))).toEqual([1, 1, 1, 1]);
});

test('stops follow the documents, and a key that can be no stop is passed over', async () => {
  await using nats = await natsServer();
  await using entrance = new Service('policy', nats);
  await using stop = await Service.ready('provider', nats);
  await entrance.said('ready');
  const [client, operator, root] = await Promise.all([nats.connect(), nats.connect('operator'), nats.connect('root')]);
  root.publish('$KV.router_v2_providers.Not.A.Token', JSON.stringify(document('x')));
  await call(operator, provider.put, 'platform', { provider: document('more') });
  await until('the new stop', async () => (await answered(ask(client, ['provider.more'])))?.kind === 'whole');
  const deletion = headers();
  deletion.set('KV-Operation', 'DEL');
  root.publish('$KV.router_v2_providers.more', '', { headers: deletion });
  await until('it is gone', async () => (await answered(ask(client, ['provider.more'])))?.kind === 'error');
  expect(await answered(ask(client, ['provider.answers']))).toMatchObject({ kind: 'whole' });
  expect(stop.troubles).toEqual([]);
  await Promise.all([client.close(), operator.close(), root.close()]);
});

test('a service that is told to stop answers what is under way, takes nothing new, and only then ends', async () => {
  await using nats = await natsServer();
  await using entrance = new Service('policy', nats);
  await using first = await Service.ready('provider', nats);
  await entrance.said('ready');
  const [client, root] = await Promise.all([nats.connect(), nats.connect('root')]);
  const waiting = Array.from({ length: 20 }, () => ask(client, ['provider.waits']));
  await until('all are under way', () => first.count('begun') === 20);
  await using second = await Service.ready('provider', nats);

  const stopping = first.stop('SIGTERM');
  await first.said('draining');
  first.child.kill('SIGINT'); // a second signal, as a terminal and a supervisor send them, changes nothing
  await until('it says so', async () => (await first.missing()).includes('stopping'));
  for (let n = 0; n < 20; n += 1)
    expect(await answered(ask(client, ['provider.answers']))).toMatchObject({ kind: 'whole' });
  await until('the other one had them all', () => second.count('begun') === 20);
  expect(first.count('begun')).toBe(20);
  expect(waiting.flatMap(({ events }) => events)).toEqual([]);

  await putDocument(root, providers, 'released', document('released'));
  for (const answer of waiting) expect(await answered(answer)).toMatchObject({ kind: 'whole' });
  expect(await stopping).toBe(0);
  expect([first.count('stopped'), first.troubles]).toEqual([1, []]);
  await Promise.all([client.close(), root.close()]);
});

test('a service that is told to stop while NATS is away takes nothing new when NATS is back', async () => {
  await using nats = await natsServer();
  await using entrance = new Service('policy', nats);
  await using first = await Service.ready('provider', nats);
  await entrance.said('ready');
  const [client, root] = await Promise.all([nats.connect(), nats.connect('root')]);
  ask(client, ['provider.waits']);
  await until('it is under way', () => first.count('begun') === 1);
  await using second = await Service.ready('provider', nats);

  await nats.stop();
  await first.said('disconnected from NATS');
  const stopping = first.stop('SIGTERM');
  await first.said('draining');
  await nats.restart();
  await Promise.all([first, second, entrance].map((service) => service.said('reconnected to NATS')));
  const back = await nats.connect(); // what is published before a connection is back is lost
  await until('the mesh answers', async () => (await answered(ask(back, ['provider.answers'])))?.kind === 'whole');
  for (let n = 0; n < 20; n += 1)
    expect(await answered(ask(back, ['provider.answers']))).toMatchObject({ kind: 'whole' });
  expect(first.count('begun')).toBe(1);

  await putDocument(root, providers, 'released', document('released'));
  expect(await stopping).toBe(0);
  await Promise.all([client.close(), back.close(), root.close()]);
});

test('when ROUTER_DRAIN_TIMEOUT has passed, streams end with `stream_interrupted`, and nobody is left without an answer', async () => {
  await using nats = await natsServer();
  await using entrance = new Service('policy', nats);
  await using stop = await Service.ready('provider', nats, { ROUTER_DRAIN_TIMEOUT: '100ms' });
  await entrance.said('ready');
  const client = await nats.connect();
  const [stream, ignored] = [ask(client, ['provider.streams'], { framed: true }), ask(client, ['provider.ignores'])];
  await until('both are under way', () => stop.count('begun') === 2 && stream.events.length === 2);
  const [stopped, started] = [stop.stop('SIGTERM'), performance.now()];
  await until('the end of the stream', () => stream.events.length === 4);
  expect(stream.events.slice(2)).toMatchObject([
    { kind: 'error', error: { code: 'stream_interrupted', details: { delivered: 1 } } },
    { kind: 'eos' },
  ]);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(await answered(ignored)).toMatchObject({
    kind: 'error',
    error: { code: 'unavailable', details: { reason: 'stopping' } },
  });
  expect(await stopped).toBe(0);
  await client.close();
});

test('after a restart of the server streams of memory are there again, buckets are watched on, and requests are answered', async () => {
  await using nats = await natsServer();
  await using entrance = new Service('policy', nats);
  await using stop = await Service.ready('provider', nats);
  await entrance.said('ready');
  await nats.stop();
  await Promise.all([entrance, stop].map((service) => service.said('disconnected from NATS')));
  expect(await entrance.missing()).toContain('nats');
  await nats.restart();
  await until('both are ready', async () =>
    (await Promise.all([entrance, stop].map((service) => service.get('/readyz')))).every(({ ok }) => ok),
  );

  const [client, operator, root] = await Promise.all([nats.connect(), nats.connect('operator'), nats.connect('root')]);
  for (const stream of [rates.name, `KV_${slots.name}`, events.name]) {
    const info = (await root.request(`$JS.API.STREAM.INFO.${stream}`, '')).json<{ error?: unknown }>();
    expect(info.error).toBeUndefined();
  }
  await call(operator, provider.put, 'platform', { provider: document('later') });
  await until('the put is seen', async () => (await answered(ask(client, ['provider.later'])))?.kind === 'whole');
  await Promise.all([client.close(), operator.close(), root.close()]);
  expect(await Promise.all([entrance.stop(), stop.stop()])).toEqual([0, 0]);
});

test.each(['provider', 'policy'] as const)(
  'a %s that is told to stop while NATS is away ends all the same',
  async (name) => {
    await using nats = await natsServer();
    await using provider = await Service.ready('provider', nats);
    await using stop = name === 'provider' ? provider : await Service.ready(name, nats);
    await nats.stop();
    await stop.said('disconnected from NATS');
    expect(await stop.stop('SIGTERM')).toBe(0);
    expect(stop.count('stopped')).toBe(1);
  },
);

test('a service that is told to stop before it serves ends at once, whatever it waits for', async () => {
  await using nats = await natsServer();
  await using waiting = new Service('policy', nats);
  await until('it waits for a bucket', async () => (await waiting.missing()).includes('bucket router_v2_providers'));
  expect(await waiting.stop('SIGTERM')).toBe(0);

  await using lost = new Service('policy', nats, { NATS_URL: 'nats://127.0.0.1:1' });
  expect(await lost.missing()).toEqual(['nats']);
  expect(await lost.stop('SIGTERM')).toBe(0);
});

test('a bad document shows on /readyz, in a metric, in the log and as an event, and the last good one serves', async () => {
  await using nats = await natsServer();
  await using entrance = new Service('policy', nats);
  await using stop = await Service.ready('provider', nats);
  await entrance.said('ready');
  const [client, root] = await Promise.all([nats.connect(), nats.connect('root')]);
  root.publish('$KV.router_v2_providers.answers', '{"vendor":"answers"}');
  const notes = await poll('the note', async () => {
    const ready = (await (await stop.get('/readyz')).json()) as { ready: boolean; notes: string[] };
    return ready.notes.length > 0 ? ready : undefined;
  });
  expect(notes).toMatchObject({
    ready: true,
    notes: ['bucket router_v2_providers: document "answers" (revision 5) is not of its form'],
  });
  expect(await (await stop.get('/metrics')).text()).toContain('router_bad_documents{bucket="router_v2_providers"} 1');
  await until('the line in the log', () => stop.troubles.length > 0);
  expect(stop.troubles.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ level: 50, bucket: providers.name, key: 'answers', revision: 5 }),
  ]);
  expect(await answered(ask(client, ['provider.answers']))).toMatchObject({ kind: 'whole' });

  const told = async (service: string): Promise<unknown> => {
    const subject = `router.v2.event.${service}.document_refused.platform`;
    const stored = (
      await root.request(`$JS.API.STREAM.MSG.GET.${events.name}`, JSON.stringify({ last_by_subj: subject }))
    ).json<{ message?: { data: string } }>();
    return stored.message && (JSON.parse(Buffer.from(stored.message.data, 'base64').toString()) as unknown);
  };
  for (const service of ['policy', 'provider']) {
    const event = await poll(`the event of ${service}`, () => told(service));
    expect(event).toMatchObject({ bucket: providers.name, key: 'answers', revision: 5, instance: expect.any(String) });
  }
  await putDocument(root, providers, 'answers', document('answers'));
  await until(
    'it is well again',
    async () => ((await (await stop.get('/readyz')).json()) as { notes: string[] }).notes.length === 0,
  );
  await Promise.all([client.close(), root.close()]);
});

/** Restart a server with another configuration. */
async function reconfigured(nats: NatsServer, from: string, to: string): Promise<Environment> {
  const file = join(nats.folder, 'nats.conf');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(from, () => to),
  );
  await nats.restart();
  return {};
}

test.each<[string, Name, (nats: NatsServer) => Environment | Promise<Environment>, string]>([
  ['a subscription that it may not have', 'deaf', () => ({}), 'Permissions Violation for Subscription'],
  [
    'a bucket that it may not ensure',
    'provider',
    (nats) => reconfigured(nats, '"$JS.API.STREAM.INFO.KV_router_v2_slots"', ''),
    'Permissions Violation for Publish to',
  ],
  [
    'credentials that nobody has',
    'policy',
    (nats) => {
      const file = join(nats.folder, 'stranger.json');
      writeFileSync(file, '{"user":"policy","pass":"guessed"}');
      return { ROUTER_NATS_CREDENTIALS: file };
    },
    'refused the credentials',
  ],
  ['a setting that nobody knows', 'policy', () => ({ ROUTER_DRAIN_TIMEOT: '1s' }), 'did you mean ROUTER_DRAIN_TIMEOUT'],
])('%s is fatal: one line, and exit 1', async (_, name, environment, message) => {
  await using nats = await natsServer();
  await using service = new Service(name, nats, await environment(nats));
  expect(await service.ended()).toBe(1);
  const fatal = service.lines.filter((line) => line.includes('"level":60'));
  expect(fatal).toEqual([expect.stringContaining(message)]);
});

test('a server that lacks what is needed is named, and fatal', async () => {
  await using nats = await natsServer({ jetstream: false });
  await using service = new Service('policy', nats);
  expect(await service.ended()).toBe(1);
  expect(service.lines.at(-1)).toContain('JetStream is off');
});

test('a connection that is closed for good is fatal: credentials were rotated under a service at work', async () => {
  await using nats = await natsServer();
  await using stop = await Service.ready('provider', nats);
  await reconfigured(nats, 'user: "provider", password: "provider"', 'user: "provider", password: "rotated"');
  expect(await stop.ended()).toBe(1);
  expect(stop.count('cannot go on')).toBe(1);
  await expect(
    connectNats({ servers: [nats.url], name: 'old', inboxPrefix: '_INBOX', credentials: nats.credentials('provider') }),
  ).rejects.toMatchObject({ code: 'unauthenticated' });
});
