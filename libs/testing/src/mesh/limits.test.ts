// Limits hold over replicas: never above them, all of them when more is asked for, and the mesh goes on when what is counted with is away.
import { policy, slots, type TenantDocument } from '@router-mesh/contracts';
import { call, type NatsConnection } from '@router-mesh/wire';
import { jetstreamManager } from '@nats-io/jetstream';
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import { demoDocument, metricOf, PlainClient, startMesh, until, type Answer, type Mesh } from '../index.ts';

const long = process.env['MESH_TEST_LONG'] !== undefined;
const minute = 60_000;

/** Write a tenant's document as an operator, and wait until every policy has it. */
async function putTenant(mesh: Mesh, tenant: string, document: TenantDocument): Promise<void> {
  const nc = await mesh.nats.connect('operator');
  const { revision } = await call(nc, policy.tenantPut, tenant, { document });
  await nc.close();
  for (const { http } of mesh.of('policy')) {
    await until('the document to be in force', async () => {
      const { snapshots } = (await (await fetch(`${http}/readyz`)).json()) as { snapshots: Record<string, number> };
      return (snapshots['router_v2_tenants'] ?? 0) >= revision;
    });
  }
}

/** Wait until so much of the minute is left. */
async function freshMinute(leftMs: number): Promise<number> {
  await until('a fresh minute', () => minute - (Date.now() % minute) >= leftMs, minute + 1000);
  return Math.floor(Date.now() / minute);
}

interface Load {
  /** When an answer was admitted, by the minute in which it was asked for. */
  readonly admitted: Map<number, number>;
  readonly refusals: Answer['body'][];
  readonly others: Answer['body'][];
  stop(): Promise<void>;
}

/** So many clients that ask one after the other, each again as soon as it is answered. */
function load(client: PlainClient, clients: number, more: Readonly<Record<string, unknown>> = {}): Load {
  let running = true;
  const admitted = new Map<number, number>();
  const refusals: Answer['body'][] = [];
  const others: Answer['body'][] = [];
  const worker = async (): Promise<void> => {
    while (running) {
      const { body } = await client.chat('hi', more);
      // As policy stamped it: that minute is the one in which it was counted, but for the turn of a minute.
      const at = Math.floor((body.router?.trail[0] as { received?: number } | undefined)?.received ?? 0) / minute;
      if (body.choices !== undefined) admitted.set(Math.floor(at), (admitted.get(Math.floor(at)) ?? 0) + 1);
      else if (body.error?.code === 'rate_limited') refusals.push(body);
      else others.push(body);
      if (body.error !== undefined) await new Promise((resolve) => setTimeout(resolve, 20)); // a client in a hurry
    }
  };
  const workers = Array.from({ length: clients }, worker);
  return {
    admitted,
    refusals,
    others,
    stop: async () => {
      running = false;
      await Promise.all(workers);
    },
  };
}

const sum = (counts: ReadonlyMap<number, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);

describe('requests a minute', () => {
  test('four policies let in exactly 600 when 50 clients ask for more, and each refusal says when to come again', async () => {
    await using mesh = await startMesh({ policies: 4 });
    await putTenant(mesh, 'acme', { limits: { rpm: 600 } });
    await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme.web' });
    const at = await freshMinute(20_000);
    const loaded = load(client, 50);
    await until('refusals', () => loaded.refusals.length > 300);
    await loaded.stop();
    expect(Math.floor(Date.now() / minute)).toBe(at);
    expect(sum(loaded.admitted)).toBe(600);
    expect(loaded.others).toEqual([]);
    expect(loaded.refusals[0]?.error).toMatchObject({
      code: 'rate_limited',
      message: 'tenant "acme" is over its limit of 600 requests a minute',
      retryable: true,
      details: { limit: 'rpm', tenant: 'acme', value: 600 },
    });
    expect(Number(loaded.refusals.at(-1)?.error?.details?.['retry_after_ms'])).toBeLessThanOrEqual(minute + 500);
    // Another tenant is not held up by this one.
    expect((await client.chat('hi', {}, { tenant: 'other' })).body.router).not.toHaveProperty('limits');
    expect(mesh.troubles()).toEqual([]);
  });

  test.runIf(long)(
    'over two minutes they let in within 2 % of the limit, and never more than it',
    async () => {
      await using mesh = await startMesh({ policies: 4 });
      await putTenant(mesh, 'acme', { limits: { rpm: 600 } });
      await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
      await until('the turn of a minute', () => Date.now() % minute < 500, 2 * minute);
      const from = Math.floor(Date.now() / minute);
      const loaded = load(client, 50);
      await until('two minutes', () => Math.floor(Date.now() / minute) >= from + 2, 3 * minute);
      await loaded.stop();
      // Requests that are counted in one minute may be stamped in the other at its turn, by a block at most.
      for (const at of [from, from + 1]) {
        expect(loaded.admitted.get(at)).toBeGreaterThanOrEqual(588);
        expect(loaded.admitted.get(at)).toBeLessThanOrEqual(606);
      }
      expect(loaded.others).toEqual([]);
      expect(mesh.troubles()).toEqual([]);
    },
    300_000,
  );
});

test('an answer says how the limits stand, unary and streamed; tokens are corrected to what the model used', async () => {
  await using mesh = await startMesh();
  await putTenant(mesh, 'acme', { limits: { rpm: 100, tpm: 50_000, concurrency: 7 } });
  await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
  await using root = await mesh.nats.connect('root');
  await freshMinute(10_000);
  const { body } = await client.chat('hi', { max_tokens: 1000 });
  expect(body.router).toMatchObject({
    limits: {
      rpm: { limit: 100, remaining: 99 },
      tpm: { limit: 50_000, remaining: expect.any(Number) },
      concurrency: { limit: 7, in_use: 1 },
    },
  });
  const frames = await client.stream('hi');
  const end = frames.find(({ kind }) => kind === 'end');
  expect(JSON.parse(end?.text ?? '')).toMatchObject({ router: { limits: { rpm: { limit: 100, remaining: 98 } } } });
  const used = await tokensOf(root);
  expect(used).toBeGreaterThan(0);
  // One token in and one out each: what policy had guessed and not leased for others is gone again.
  await until('the correction', async () => (await tokensOf(root)) < 1000);
  expect(mesh.troubles()).toEqual([]);
});

test('tokens of a request for which no model was called are given back: its key is missing, or another attempt of it runs', async () => {
  await using mesh = await startMesh({
    documents: (url) => [demoDocument(url), demoDocument(url, 'locked', { key: 'nobody_has_it' })],
  });
  await putTenant(mesh, 'acme', { limits: { tpm: 50_000 } });
  await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
  await using root = await mesh.nats.connect('root');
  await freshMinute(10_000);
  const large = { max_tokens: 5000 };
  const { body } = await client.chat('hi', { ...large, model: 'locked/echo' });
  expect(body.error).toMatchObject({ code: 'provider_failed', details: { attempts: [{ class: 'auth' }] } });
  await until('its tokens to be back', async () => (await tokensOf(root)) < 1000);
  const asked = { request: ulid(), more: { ...large, demo: { first_delay_ms: 1000 } } };
  const publish = (attempt: number): Promise<Answer> =>
    client.chat('hi', asked.more, {
      headers: { 'Router-Request': asked.request, 'Router-Attempt': String(attempt) },
      timeoutMs: 3000,
    });
  const first = publish(1);
  await until('the call', async () => (await mesh.demo.stats()).peak > 0);
  const held = publish(2).catch(() => undefined);
  expect((await first).body.choices).toHaveLength(1);
  await until('the tokens of both to be back', async () => (await tokensOf(root)) < 1000);
  expect(await held).toBeUndefined();
  expect(mesh.troubles()).toEqual([expect.stringContaining('may not be sent to')]); // the missing key
});

/** The tokens that stand in the counter of this minute. */
async function tokensOf(root: NatsConnection): Promise<number> {
  const manager = await jetstreamManager(root);
  const at = Math.floor(Date.now() / minute);
  const message = await manager.streams.getMessage('ROUTER_V2_RATE', {
    last_by_subj: `router.v2.rate.tokens.all.${at}.acme`,
  });
  return Number(message?.json<{ val: string }>().val ?? 0);
}

describe('requests at one time', () => {
  const holding = { demo: { first_delay_ms: 60 } };

  test('60 clients over three providers never have more than 20 calls under way, and all 20 are had', async () => {
    await using mesh = await startMesh({ providers: 3 });
    await putTenant(mesh, 'acme', { limits: { concurrency: 20 } });
    await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
    const loaded = load(client, 60, holding);
    await until('a load', () => sum(loaded.admitted) > 400 && loaded.refusals.length > 100);
    await loaded.stop();
    const { peak } = await mesh.demo.stats();
    expect(peak).toBeLessThanOrEqual(20);
    expect(peak).toBeGreaterThanOrEqual(15);
    expect(loaded.others).toEqual([]);
    expect(loaded.refusals[0]?.error).toMatchObject({
      message: 'tenant "acme" has 20 requests under way, which is its limit',
      details: { limit: 'concurrency', tenant: 'acme', value: 20, retry_after_ms: expect.any(Number) },
    });
    // Everything was given back: 20 at once find room.
    const together = await Promise.all(Array.from({ length: 20 }, () => client.chat('hi', holding)));
    expect(together.map(({ body }) => body.error)).toEqual(together.map(() => undefined));
    expect(mesh.troubles()).toEqual([]);
  });

  test('a request that falls back to another vendor takes its slot with it: one at a time is enough for it', async () => {
    const price = (input: string) => ({ input, output: '1' });
    const vendor = (url: string, name: string, input: string) =>
      demoDocument(url, name, { models: [{ name: 'echo', aliases: ['any'], price: price(input) }] });
    await using mesh = await startMesh({
      providers: 2,
      environment: { ROUTER_RETRIES: '0', ROUTER_BREAKER_CALLS: '0' }, // every request tries the first one, once
      documents: (url) => [vendor('http://127.0.0.1:1', 'gone', '1'), vendor(url, 'here', '2')],
    });
    await putTenant(mesh, 'acme', { limits: { concurrency: 1 } });
    await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
    for (let n = 0; n < 20; n += 1) {
      const { body } = await client.chat('hi', { model: 'any' });
      expect(body.router).toMatchObject({ model: 'here/echo', attempts: [{ model: 'gone/echo' }] });
    }
  });

  test('the slots of a provider that was killed are free again at the deadline of its requests', async () => {
    const deadlineMs = 6000;
    await using mesh = await startMesh({ providers: 2 });
    await putTenant(mesh, 'acme', { max_timeout_ms: deadlineMs, limits: { concurrency: 4 } });
    await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
    const asked = Date.now();
    const hung = Array.from({ length: 4 }, () =>
      client.chat('hi', { demo: { hang: true } }, { timeoutMs: deadlineMs }).catch(() => undefined),
    );
    await until('four calls', async () => (await mesh.demo.stats()).open === 4);
    const killed = mesh.of('provider');
    await mesh.start('provider');
    await Promise.all(killed.map((provider) => provider.stop('SIGKILL')));
    await until('the model to see it', async () => (await mesh.demo.stats()).open === 0);
    const ask = () => client.chat('hi', {}, { timeoutMs: 1000 }).catch(() => undefined);
    expect((await ask())?.body.error).toMatchObject({ code: 'rate_limited', details: { limit: 'concurrency' } });
    await until('a free slot', async () => (await ask())?.body.choices !== undefined);
    const took = Date.now() - asked;
    expect(took).toBeGreaterThan(deadlineMs - 500);
    expect(took).toBeLessThan(deadlineMs + 1000 + 2500);
    await Promise.all(hung);
  });

  test('while the bucket is away each instance goes by what it runs itself, tells so once, and comes back', async () => {
    await using mesh = await startMesh();
    await putTenant(mesh, 'acme', { limits: { concurrency: 3 } });
    await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
    await using root = await mesh.nats.connect('root');
    const events: string[] = [];
    root.subscribe('router.v2.event.>', { callback: (_error, { subject }) => void events.push(subject) });
    await root.flush();
    const manager = await jetstreamManager(root);
    const { config } = await manager.streams.info(`KV_${slots.name}`);
    await manager.streams.delete(`KV_${slots.name}`);
    const asked = await Promise.all(Array.from({ length: 9 }, () => client.chat('hi', holding)));
    expect(asked.filter(({ body }) => body.choices !== undefined)).toHaveLength(3);
    expect(asked.filter(({ body }) => body.error?.code === 'rate_limited')).toHaveLength(6);
    expect(events).toEqual(['router.v2.event.provider.slots_away.platform']);
    await manager.streams.add(config);
    await mesh.of('provider')[0]?.line((line) => line.includes('concurrency slots are back'));
    expect((await client.chat('hi')).body.choices).toBeDefined();
  });
});

test('while the rate counters are away the mesh goes on by each share, tells so once, and counts again when they are back', async () => {
  await using mesh = await startMesh({ policies: 2 });
  await putTenant(mesh, 'acme', { limits: { rpm: 40 } });
  await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
  await using root = await mesh.nats.connect('root');
  const events: string[] = [];
  root.subscribe('router.v2.event.>', { callback: (_error, { subject }) => void events.push(subject) });
  await root.flush();
  const manager = await jetstreamManager(root);
  const { config } = await manager.streams.info('ROUTER_V2_RATE');
  await manager.streams.delete('ROUTER_V2_RATE');
  await freshMinute(15_000);
  const asked = await Promise.all(Array.from({ length: 200 }, () => client.chat('hi')));
  const admitted = asked.filter(({ body }) => body.choices !== undefined).length;
  // Neither of the two has ever heard of the other: each goes by the whole.
  expect(admitted).toBe(80);
  expect(asked.filter(({ body }) => body.error?.code === 'rate_limited')).toHaveLength(120);
  expect(new Set(events)).toEqual(new Set(['router.v2.event.policy.rate_away.platform']));
  expect(events).toHaveLength(2);
  const [first] = mesh.of('policy');
  expect(await (await fetch(`${first?.http}/metrics`)).text()).toContain('router_rate_counters_away 1');
  await manager.streams.add(config);
  await Promise.all(mesh.of('policy').map((one) => one.line((line) => line.includes('the rate counters are back'))));
  await putTenant(mesh, 'acme', { limits: { rpm: 100 } });
  expect((await client.chat('hi')).body.choices).toBeDefined();
});

test.runIf(long)(
  'counters and slots that are deleted while everything runs are made anew by their owners, and count again',
  async () => {
    await using mesh = await startMesh({ policies: 2, providers: 2 });
    await putTenant(mesh, 'acme', { limits: { rpm: 600, concurrency: 3 } });
    await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
    await using root = await mesh.nats.connect('root');
    const manager = await jetstreamManager(root);
    for (const name of ['ROUTER_V2_RATE', `KV_${slots.name}`]) await manager.streams.delete(name);
    // Whoever looks first finds them gone.
    for (const name of ['policy', 'provider'] as const)
      await Promise.race(mesh.of(name).map((one) => one.line((line) => line.includes('making them anew'))));
    await client.chat('hi');
    for (const service of mesh.services) {
      const gauge = service.name === 'policy' ? 'router_rate_counters_away' : 'router_slots_away';
      await until(gauge, async () => (await metricOf(service, gauge)) === 0);
    }
    const asked = Array.from({ length: 9 }, () => client.chat('hi', { demo: { first_delay_ms: 300 } }));
    const answers = await Promise.all(asked);
    expect(answers.filter(({ body }) => body.choices !== undefined)).toHaveLength(3);
  },
  90_000,
);

test('a nats-server that was restarted counts anew, and nobody has to be restarted for it', async () => {
  await using mesh = await startMesh({ policies: 2, providers: 2 });
  await putTenant(mesh, 'acme', { limits: { rpm: 30, concurrency: 5 } });
  await mesh.nats.restart();
  await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme' });
  await until('the mesh to be whole', async () =>
    (await Promise.all(mesh.services.map(({ http }) => fetch(`${http}/readyz`)))).every(({ ok }) => ok),
  );
  await until('an answer', async () => (await client.chat('hi')).body.choices !== undefined);
  await until('the counters', async () => {
    await using root = await mesh.nats.connect('root');
    const { state } = await (await jetstreamManager(root)).streams.info('ROUTER_V2_RATE');
    if (state.messages === 0) await client.chat('hi');
    return state.messages > 0;
  });
});
