import { operatorInbox, policy, provider, RouterError, type RpcContract } from '@router-mesh/contracts';
import { natsServer, until, type NatsServer } from '@router-mesh/testing';
import { call, createInbox, listen, type NatsConnection } from '@router-mesh/wire';
import { expect, test } from 'vitest';
import { aLink, type TestLink } from './link.testing.ts';
import { Rpcs } from './rpcs.ts';

type Handle = Parameters<Rpcs['serve']>[1];

interface Served extends TestLink {
  readonly nc: NatsConnection;
  readonly operator: NatsConnection;
  readonly rpcs: Rpcs;
  readonly close: () => Promise<unknown>;
}

/** A policy whose rpcs do as told, and an operator. */
async function serve(nats: NatsServer, handlers: readonly (readonly [RpcContract, Handle])[]): Promise<Served> {
  const [nc, operator] = await Promise.all([nats.connect('policy'), nats.connect('operator')]);
  const testLink = aLink(nc, 'policy');
  const stats = (): unknown => ({ timings: testLink.link.counts.timings(), totals: testLink.link.counts.totals() });
  const rpcs = await Rpcs.register(testLink.link, {
    name: 'policy',
    version: '1.2.3',
    summary: 'A test',
    metadata: { instance: 'policy-1' },
    stats,
  });
  for (const [contract, handle] of handlers) rpcs.serve(contract, handle);
  await nc.flush();
  return { ...testLink, nc, operator, rpcs, close: () => Promise.all([nc.close(), operator.close()]) };
}

const report = { name: 'default', builtin: true, of: 'platform', summary: 's' };

/** Ask with a payload as it stands; resolves to the error's code, or `ok`. */
async function ask(nc: NatsConnection, subject: string, payload: string): Promise<string> {
  const reply = await nc.request(subject, payload, { timeout: 5000 });
  return reply.json<{ error?: { code: string } }>().error?.code ?? 'ok';
}

test("an rpc gets a checked request and the tenant it concerns, and its reply is its contract's", async () => {
  await using nats = await natsServer();
  const asked: unknown[] = [];
  const served = await serve(nats, [
    [
      policy.get,
      async (request, about) => {
        asked.push([request, about]);
        await new Promise(setImmediate);
        return { ...report, surplus: 'is not told' };
      },
    ],
  ]);
  await expect(call(served.operator, policy.get, 'acme.web', { name: 'default' })).resolves.toEqual(report);
  expect(asked).toEqual([[{ name: 'default' }, { tenant: 'acme.web' }]]);
  await served.close();
});

test.each([
  ['no body', 'router.v2.policy.get.acme', '', 'invalid_request'],
  ['no JSON', 'router.v2.policy.get.acme', 'x', 'invalid_request'],
  ['another form', 'router.v2.policy.get.acme', '{"name":7}', 'invalid_request'],
  ['a field too many', 'router.v2.policy.get.acme', '{"name":"a","nom":"b"}', 'invalid_request'],
  ['a tenant that is none', 'router.v2.policy.get.ACME', '{"name":"a"}', 'invalid_request'],
  ['more than a megabyte', 'router.v2.policy.get.acme', JSON.stringify('x'.repeat(1024 * 1024)), 'too_large'],
])('%s is refused before the handler is asked', async (_, subject, payload, code) => {
  await using nats = await natsServer();
  let handled = 0;
  const served = await serve(nats, [[policy.get, () => (handled += 1)]]);
  await expect(ask(served.operator, subject, payload)).resolves.toBe(code);
  expect([handled, served.logged, served.link.flight.count]).toEqual([0, [], 0]);
  await served.close();
});

test.each<[string, Handle]>([
  [
    'throws',
    () => {
      throw new Error('the secret cause');
    },
  ],
  ['rejects', () => Promise.reject(new Error('the secret cause'))],
  ['answers in another form', () => ({ secret: 'the secret cause' })],
])('a handler that %s is answered `internal`, logged once, and its cause stays here', async (_, handle) => {
  await using nats = await natsServer();
  const served = await serve(nats, [[policy.get, handle]]);
  const error: unknown = await call(served.operator, policy.get, 'acme', { name: 'x' }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'internal' });
  expect(JSON.stringify(error)).not.toContain('secret');
  expect(served.logged).toEqual([expect.objectContaining({ level: 50, msg: 'an rpc failed', rpc: 'policy.get' })]);
  expect(served.link.counts.timings()['policy.get']).toMatchObject({ requests: 1, errors: 1, in_flight: 0 });
  await served.close();
});

test('an error of the list is the reply, and is not logged', async () => {
  await using nats = await natsServer();
  const served = await serve(nats, [
    [
      policy.get,
      () => {
        throw new RouterError('not_found', 'no policy "x"', { param: 'name' });
      },
    ],
  ]);
  await expect(call(served.operator, policy.get, 'acme', { name: 'x' })).rejects.toMatchObject({
    code: 'not_found',
    param: 'name',
  });
  expect(served.logged).toEqual([]);
  await served.close();
});

test('a reply that the server would not carry is `too_large` instead of nothing', async () => {
  await using nats = await natsServer();
  const served = await serve(nats, [[policy.get, () => ({ ...report, summary: 'x'.repeat(9 * 1024 * 1024) })]]);
  await expect(call(served.operator, policy.get, 'acme', { name: 'x' })).rejects.toMatchObject({ code: 'too_large' });
  await served.close();
});

test('what a handler still works on when the connection closes ends without a word, and without an unhandled rejection', async () => {
  await using nats = await natsServer();
  let letGo = (): void => undefined;
  const served = await serve(nats, [[policy.get, () => new Promise((resolve) => (letGo = () => resolve(report)))]]);
  served.operator.publish('router.v2.policy.get.acme', '{"name":"x"}', { reply: createInbox(operatorInbox) });
  await until('it is under way', () => served.link.flight.count === 1);
  await served.close();
  letGo();
  await until('it has landed', () => served.link.flight.count === 0);
});

/** What services answer to a question of discovery. */
async function discover<Answer>(nc: NatsConnection, verb: string): Promise<Answer> {
  return (await nc.request(`$SRV.${verb}.policy`, '', { timeout: 5000 })).json<Answer>();
}

test('discovery tells who is there, and true numbers: errors that were answered and the whole time of a handler', async () => {
  await using nats = await natsServer();
  const served = await serve(nats, [
    [
      policy.get,
      async ({ name }: { name: string }) => {
        const began = performance.now();
        await until('30 ms have passed', () => performance.now() - began > 30);
        if (name === 'bad') throw new RouterError('not_found', 'no');
        return report;
      },
    ],
  ] as never);
  await Promise.all(
    ['good', 'good', 'bad'].map((name) => call(served.operator, policy.get, 'acme', { name }).catch(() => undefined)),
  );

  const ping = await discover(served.operator, 'PING');
  expect(ping).toMatchObject({
    type: 'io.nats.micro.v1.ping_response',
    name: 'policy',
    version: '1.2.3',
    metadata: { instance: 'policy-1' },
  });
  const info = await discover<{ endpoints: unknown[] }>(served.operator, 'INFO');
  expect(info).toMatchObject({
    description: 'A test',
    endpoints: [{ name: 'get', subject: 'router.v2.policy.get.>', queue_group: 'policy' }],
  });
  const { endpoints } = await discover<{ endpoints: { data: { timings: Record<string, { p50_ms: number }> } }[] }>(
    served.operator,
    'STATS',
  );
  expect(endpoints[0]?.data).toMatchObject({
    timings: { 'policy.get': { requests: 3, errors: 1, in_flight: 0 } },
    totals: { refused_addresses: 0 },
  });
  expect(endpoints[0]?.data.timings['policy.get']?.p50_ms).toBeGreaterThanOrEqual(29);
  await served.close();
});

test('nobody is answered where no answer may go, neither by an rpc nor by discovery', async () => {
  await using nats = await natsServer();
  let handled = 0;
  const served = await serve(nats, [
    [
      policy.get,
      () => {
        handled += 1;
        return report;
      },
    ],
  ]);
  const root = await nats.connect('root');
  const stored: string[] = [];
  listen(root, '$KV.>', ({ subject }) => stored.push(subject));
  listen(root, 'router.v2.event.>', ({ subject }) => stored.push(subject));
  await root.flush();
  const stray = ['$KV.router_v2_tenants.acme', 'router.v2.event.policy.x.acme', '_SVC.policy.x', undefined];
  for (const subject of ['router.v2.policy.get.acme', '$SRV.PING', '$SRV.STATS.policy', '$SRV.INFO']) {
    for (const reply of stray) served.operator.publish(subject, '{"name":"x"}', reply === undefined ? {} : { reply });
  }
  await served.operator.flush();
  await discover(served.operator, 'PING');
  await until('all are counted', () => served.link.counts.totals().refused_addresses === 16);
  await root.flush();
  expect([handled, stored]).toEqual([0, []]);
  await Promise.all([root.close(), served.close()]);
});

test('a service that stopped is neither found nor asked', async () => {
  await using nats = await natsServer();
  const served = await serve(nats, [[policy.get, () => report]]);
  await served.rpcs.stop();
  await expect(call(served.operator, policy.get, 'acme', { name: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
  await expect(discover(served.operator, 'PING')).rejects.toThrow(/no responders/);
  await served.close();
});

test('a signal comes to every instance with its tenant; what is none is nothing; what fails is logged and the next one is heard', async () => {
  await using nats = await natsServer();
  const [one, two, client] = await Promise.all([nats.connect('provider'), nats.connect('provider'), nats.connect()]);
  const heard: unknown[] = [];
  const [good, bad] = ['01JD0000000000000000000001', '01JD0000000000000000000BAD'];
  const links = await Promise.all(
    [one, two].map(async (nc) => {
      const testLink = aLink(nc, 'provider');
      const rpcs = await Rpcs.register(testLink.link, {
        name: 'provider',
        version: '1.2.3',
        summary: 's',
        metadata: {},
        stats: () => ({}),
      });
      rpcs.listen(provider.cancel, (body, about) => {
        heard.push([body, about]);
        if ((body as { request: string }).request === bad) throw new Error('a bug');
      });
      await nc.flush();
      return testLink;
    }),
  );
  for (const [tenant, payload] of [
    ['acme', 'x'],
    ['acme', ''],
    ['acme', '{}'],
    ['acme', '{"request":"no ULID"}'],
    ['ACME', JSON.stringify({ request: good })],
    ['acme', JSON.stringify({ request: bad })],
    ['acme.web', JSON.stringify({ request: good })],
  ]) {
    client.publish(`router.v2.cancel.${tenant}`, payload);
  }
  await until('both heard both', () => heard.length === 4);
  const expected = JSON.stringify([{ request: good }, { tenant: 'acme.web' }]);
  expect(heard.filter((each) => JSON.stringify(each) === expected)).toHaveLength(2);
  expect(links.map(({ logged }) => logged.map(({ msg }) => msg))).toEqual([['a signal failed'], ['a signal failed']]);
  await Promise.all([one.close(), two.close(), client.close()]);
});

test('a signal that concerns no tenant is heard, and answered at an inbox of its own kind alone', async () => {
  await using nats = await natsServer();
  const [nc, root] = await Promise.all([nats.connect('provider'), nats.connect('root')]);
  const { link } = aLink(nc, 'provider');
  const discovery = { name: 'provider', version: '1.2.3', summary: 's', metadata: {}, stats: () => ({}) };
  const rpcs = await Rpcs.register(link, discovery);
  const heard: unknown[] = [];
  rpcs.listen(provider.holder, (body, { tenant, answer }) => {
    heard.push([body, tenant]);
    answer('held');
  });
  const answered: string[] = [];
  for (const subject of ['_INBOX.>', '_SVC.>', '$KV.>'])
    listen(root, subject, (message) => answered.push(`${message.subject} ${message.string()}`));
  await Promise.all([nc.flush(), root.flush()]);
  const said = {
    ask: true,
    tenant: 'acme',
    request: '01JD0000000000000000000001',
    attempt: 2,
    deadline: 1,
    instance: 'i',
  };
  for (const reply of ['_INBOX.a', '$KV.router_v2_tenants.acme', '_SVC.policy.a', '_SVC.provider.a', undefined])
    root.publish('router.v2.holder', JSON.stringify(said), reply === undefined ? {} : { reply });
  await until('all were heard', () => heard.length === 5);
  await until('the answer', () => answered.length > 0);
  await Promise.all([nc.flush(), root.flush()]);
  expect(heard[0]).toEqual([said, undefined]);
  expect(answered).toEqual(['_SVC.provider.a held']);
  expect(link.counts.totals().refused_addresses).toBe(3);
  await Promise.all([nc.close(), root.close()]);
});
