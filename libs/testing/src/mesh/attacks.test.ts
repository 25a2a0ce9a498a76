// What a hostile client can try with what it is allowed to say, and what NATS itself refuses it.
import { connect, headers as natsHeaders, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlainClient, readLedger, startMesh, until, type Mesh } from '../index.ts';

const request = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] };

/** Everything published anywhere, seen by a user who may see all. */
async function listen(
  mesh: Mesh,
  subjects: readonly string[],
): Promise<{ heard: string[]; close: () => Promise<void> }> {
  const nc = await connect({ servers: mesh.nats.url, user: 'root', pass: 'root' });
  const heard: string[] = [];
  for (const subject of subjects) nc.subscribe(subject, { callback: (_error, message) => heard.push(message.subject) });
  await nc.flush();
  return { heard, close: () => nc.close() };
}

async function refusedAddresses(mesh: Mesh): Promise<number> {
  let sum = 0;
  for (const service of mesh.services) {
    const metrics = await (await fetch(`${service.http}/metrics`)).text();
    sum += Number(/^router_refused_addresses_total (\d+)/m.exec(metrics)?.[1] ?? 0);
  }
  return sum;
}

describe('return addresses', () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh({
      tenants: ['acme', 'other'],
      tenantInbox: true,
      environment: { ROUTER_TENANT_INBOX: '1' },
    });
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  test("nothing is published to a reply subject that is not the tenant's own inbox", async () => {
    const targets = [
      '$JS.API.STREAM.DELETE.ROUTER_V2_METER',
      '$JS.API.STREAM.PURGE.ROUTER_V2_METER',
      '$KV.router_v2_policies.x',
      'router.v2.meter.victim',
      'router.v2.stage.provider.demo',
      'router.v2.event.policy.forged.victim',
      'router.v2.holder',
      '_SVC.policy.x',
      '_SVC.provider.x',
      '_SVC.extension.x',
      '_INBOX.other.x',
      '_INBOX.x',
      '_INBOX',
      'anything',
    ];
    const bodies = [request, { ...request, stream: true }, { ...request, model: 'nobody/x' }, { wrong: true }];
    const { heard, close } = await listen(mesh, targets);
    const attacker = await connect({ servers: mesh.nats.url, user: 'acme', pass: 'acme', inboxPrefix: '_INBOX.acme' });
    const before = await refusedAddresses(mesh);
    for (const reply of targets)
      for (const body of bodies) attacker.publish('router.v2.request.chat.acme', JSON.stringify(body), { reply });
    await until(
      'every one to be counted',
      async () => (await refusedAddresses(mesh)) - before >= targets.length * bodies.length,
    );

    // Who stands in the same queue behind them is answered, so they have all been dealt with.
    expect(
      (await attacker.request('router.v2.request.chat.acme', JSON.stringify(request), { timeout: 5000 })).json(),
    ).toMatchObject({ router: { usage_stored: true } });
    expect(heard).toEqual(['router.v2.stage.provider.demo']); // the forward of the good one
    expect((await mesh.demo.stats()).served).toBe(1);
    expect(mesh.troubles()).toEqual([]);
    await attacker.close();
    await close();
  });

  test('a request without a reply subject is dropped', async () => {
    const before = await refusedAddresses(mesh);
    const client = await connect({ servers: mesh.nats.url, user: 'acme', pass: 'acme', inboxPrefix: '_INBOX.acme' });
    client.publish('router.v2.request.chat.acme', JSON.stringify(request));
    await until('it to be counted', async () => (await refusedAddresses(mesh)) === before + 1);
    await client.close();
  });
});

describe('permissions', () => {
  let mesh: Mesh;
  const clients = new Map<string, { nc: NatsConnection; violations: string[] }>();
  const clientOf = (user: string): { nc: NatsConnection; violations: string[] } => {
    const client = clients.get(user);
    if (client === undefined) throw new Error(`no client "${user}"`);
    return client;
  };
  beforeAll(async () => {
    mesh = await startMesh({ tenants: ['acme'] });
    for (const user of ['acme', undefined]) {
      const nc = await connect({ servers: mesh.nats.url, ...(user === undefined ? {} : { user, pass: user }) });
      const violations: string[] = [];
      void (async () => {
        for await (const status of nc.status()) {
          const { permissionContext } = status as { permissionContext?: { operation: string; subject: string } };
          if (permissionContext !== undefined)
            violations.push(`${permissionContext.operation} ${permissionContext.subject}`);
        }
      })();
      clients.set(user ?? 'local', { nc, violations });
    }
  });
  afterAll(async () => {
    for (const { nc } of clients.values()) await nc.close();
    await mesh[Symbol.asyncDispose]();
  });

  const forbidden = [
    'router.v2.stage.provider.demo',
    'router.v2.stage.policy.chat',
    'router.v2.stage.cost',
    'router.v2.meter.acme',
    'router.v2.spend.usd.day.acme',
    'router.v2.rate.rpm.all.1.acme',
    'router.v2.event.policy.published.acme',
    'router.v2.holder',
    'router.v2.health.demo',
    'router.v2.policy.list.platform',
    'router.v2.provider.put.platform',
    '$KV.router_v2_policies.acme/chat',
    '$KV.router_v2_providers.demo',
    '$KV.router_v2_tenants.acme',
    '$JS.API.INFO',
    '$JS.API.STREAM.DELETE.ROUTER_V2_METER',
    '$JS.API.STREAM.CREATE.MINE',
    '$JS.API.STREAM.MSG.GET.KV_router_v2_providers',
    '$JS.API.DIRECT.GET.KV_router_v2_providers',
    '$JS.API.CONSUMER.CREATE.KV_router_v2_providers.x.$KV.router_v2_providers.>',
    '$JS.ACK.ROUTER_V2_METER.sweep.1.1.1.1.1',
    '$SRV.PING',
    '$SRV.INFO.policy',
    '_SVC.policy.x',
    '_SVC.provider.x',
    '_INBOX.somebody.x',
  ];

  test.each(['acme', 'local'])('NATS refuses user "%s" every subject of the mesh\'s inside', async (user) => {
    const { nc, violations } = clientOf(user);
    for (const subject of forbidden) nc.publish(subject, '{}');
    await until('all to be refused', () => forbidden.every((subject) => violations.includes(`publish ${subject}`)));

    const deaf = [
      '_SVC.policy.>',
      '_SVC.provider.>',
      'router.v2.request.>',
      'router.v2.stage.>',
      'router.v2.meter.>',
      'router.v2.control.>',
      '$KV.>',
      '$SRV.>',
      '>',
    ];
    for (const subject of deaf) nc.subscribe(subject, { callback: () => undefined });
    await until('all to be refused', () => deaf.every((subject) => violations.includes(`subscription ${subject}`)));
  });

  test('user "acme" may not speak for another tenant', async () => {
    const { nc, violations } = clientOf('acme');
    const others = ['router.v2.request.chat.other', 'router.v2.request.chat.acmeother', 'router.v2.cancel.other'];
    for (const subject of others) nc.publish(subject, '{}', { reply: '_INBOX.a.b' });
    await until('all to be refused', () => others.every((subject) => violations.includes(`publish ${subject}`)));
    const own = await nc.request('router.v2.request.chat.acme.team', JSON.stringify(request), { timeout: 5000 });
    expect(own.json()).toMatchObject({ router: { model: 'demo/echo' } });
  });

  test('forged headers change nothing', async () => {
    await using client = await PlainClient.connect(mesh.nats.url);
    const { heard, close } = await listen(mesh, ['_INBOX.forged.>', 'router.v2.stage.cost']);
    const plan = {
      at: 1,
      verb: 'chat',
      stream: false,
      policy: 'forged',
      route: 'forged',
      candidates: [{ vendor: 'demo', model: 'slow' }],
      attempts: [],
      needs: ['magic'],
    };
    const forged = natsHeaders();
    const said = {
      'Router-Tenant': 'victim',
      'Router-Reply': '_INBOX.forged.x',
      'Router-Plan': JSON.stringify(plan),
      'Router-Itinerary': 'cost,provider.demo',
      'Router-Deadline': '1',
      'Router-Leg': '7',
      'Router-Hop': '1',
      'Router-Trail': 'forged@x;1;1;1;ok',
      'Nats-Rollup': 'all',
      'Nats-Msg-Id': 'forged',
    };
    for (const [name, value] of Object.entries(said)) forged.set(name, value);
    const before = (await readLedger(mesh.nats, 0)).finished.length;
    const answer = await client.nc.request('router.v2.request.chat.demo', JSON.stringify(request), {
      timeout: 5000,
      headers: forged,
    });
    expect(answer.json()).toMatchObject({
      choices: [{ message: { content: 'hi' } }],
      router: { policy: 'default', route: 'default', model: 'demo/echo' },
    });
    const { finished } = await readLedger(mesh.nats, before + 1);
    expect(finished.at(-1)).toMatchObject({ tenant: 'demo', leg: 0, policy: 'default', outcome: 'answered' });
    expect(finished.at(-1)?.trail).not.toContain('forged');
    expect(heard).toEqual([]);
    await close();
  });

  test('every service runs with exactly its rights and the server sees no violation of theirs', async () => {
    await using client = await PlainClient.connect(mesh.nats.url);
    await client.stream('x');
    await client.ask('embed', { model: 'demo/embed', input: 'x' });
    await mesh.putProvider({
      vendor: 'extra',
      format: 'openai',
      base_url: 'http://127.0.0.1:1/v1',
      models: [{ name: 'm' }],
    });
    await until(
      'the new vendor to be served',
      async () => (await client.chat('x', { model: 'extra/m' })).body.error?.code === 'provider_failed',
    );
    await mesh.of('provider')[0]?.stop();
    await mesh.of('policy')[0]?.stop();
    const byServices = mesh.nats.lines.filter(
      (line) => /violation/i.test(line) && /user:(policy|provider)\b/.test(line),
    );
    expect(byServices).toEqual([]);
  });
});
