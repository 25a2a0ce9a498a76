// Usage survives: what a killed provider left open is closed once, what JetStream did not take is stored late, and who is adopted loses nothing.
import { FinishedRecord, meter, type MeterRecord } from '@router-mesh/contracts';
import { connect as connectNode, type NatsConnection } from 'nats';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  PlainClient,
  poll,
  readLedger,
  startMesh,
  until,
  type Mesh,
  type NatsServer,
  type ServiceProcess,
} from '../index.ts';

const quickSweep = { ROUTER_SWEEP_GRACE: '1s', ROUTER_MAX_TIMEOUT: '2s' };
/** The model says nothing for as long as the test lasts. */
const silent = { demo: { first_delay_ms: 60_000 } };

async function asRoot<Result>(nats: NatsServer, work: (nc: NatsConnection) => Promise<Result>): Promise<Result> {
  const nc = await connectNode({ servers: nats.url, user: 'root', pass: 'root' });
  try {
    return await work(nc);
  } finally {
    await nc.close();
  }
}

/** The instance that holds the lease of the sweep. */
async function sweeper(mesh: Mesh): Promise<ServiceProcess> {
  return await poll('a sweeper', async () => {
    const lease = await asRoot(mesh.nats, async (nc) => {
      const kv = await nc.jetstream().views.kv('router_v2_leases');
      return (await kv.get('sweep'))?.json<{ holder: string }>();
    });
    return mesh.of('provider').find((service) => lease !== undefined && instanceOf(service) === lease.holder);
  });
}

function instanceOf(service: ServiceProcess): string {
  return (JSON.parse(service.lines[0] ?? '{}') as { instance: string }).instance;
}

/** Begin requests that no model answers, until so many calls are open. */
async function openCalls(mesh: Mesh, client: PlainClient, calls: number): Promise<void> {
  for (let n = 0; n < calls; n += 1) void client.chat(`silent ${n}`, silent).catch(() => undefined);
  await until(`${calls} open calls`, async () => (await mesh.demo.stats()).open === calls);
}

const swept = (records: readonly MeterRecord[]): FinishedRecord[] =>
  records.filter((record): record is FinishedRecord => record.kind === 'finished' && record.swept === true);

test('a provider that is killed in mid-call leaves its calls open, and each is closed once, also when the sweeper is killed', async () => {
  await using mesh = await startMesh({ providers: 3, environment: quickSweep });
  await using client = await PlainClient.connect(mesh.nats.url);
  await client.chat('an answer');
  const first = await sweeper(mesh);
  await openCalls(mesh, client, 30);
  // The sweeper dies with its own calls open; its heir waits for the lease, and dies while it is at it.
  await first.stop('SIGKILL');
  mesh.services.splice(mesh.services.indexOf(first), 1);
  const heir = await sweeper(mesh);
  await heir.line((line) => line.includes('calls without an end')).catch(() => undefined);
  await heir.stop('SIGKILL');
  mesh.services.splice(mesh.services.indexOf(heir), 1);
  await sweeper(mesh);

  const ledger = await poll(
    'every call has an end',
    async () => {
      const read = await readLedger(mesh.nats, 1);
      return read.open.length === 0 ? read : undefined;
    },
    40_000,
  );
  expect(ledger.started).toHaveLength(31);
  expect(ledger.ended).toHaveLength(31);
  const closed = swept(ledger.all);
  expect(closed.length).toBeGreaterThan(0);
  expect(new Set(closed.map(({ call }) => call)).size).toBe(closed.length);
  for (const record of closed) {
    expect(record).toMatchObject({ outcome: 'interrupted', usage: { estimated: true } });
    expect(record.usage.input_tokens).toBe(record.estimate.input_tokens);
    expect(record.finished_at).toBeGreaterThan(record.deadline + 1000 - 50);
  }
}, 90_000);

/** Let METER hold no more than it does, or as much as it may. */
async function limitMeter(nats: NatsServer, maxBytes: number): Promise<void> {
  await asRoot(nats, async (nc) => {
    const { streams } = await nc.jetstreamManager();
    await streams.update(meter.name, { max_bytes: maxBytes });
  });
}

/** Who looks at a store that is nearly full says so everywhere. */
async function sawTheAlarm(mesh: Mesh): Promise<void> {
  const fresh = await mesh.start('provider');
  const ready = (await (await fetch(`${fresh.http}/readyz`)).json()) as { notes: string[] };
  expect(ready.notes).toEqual([expect.stringMatching(/^store ROUTER_V2_METER: \d+ % of its 1000 bytes are used$/)]);
  const metrics = await (await fetch(`${fresh.http}/metrics`)).text();
  expect(metrics).toMatch(/^router_store_fill_ratio\{store="ROUTER_V2_METER"\} \d+(\.\d+)?$/m);
  const told = await asRoot(mesh.nats, async (nc) => {
    const stream = await nc.jetstream().streams.get('ROUTER_V2_EVENTS');
    return (await stream.getMessage({ last_by_subj: 'router.v2.event.provider.store_filling.platform' })).json();
  });
  expect(told).toMatchObject({ store: 'ROUTER_V2_METER', max_bytes: 1000, instance: instanceOf(fresh) });
}

test('while METER is full answers say so, their records wait on disk, and are stored late once there is room', async () => {
  await using mesh = await startMesh();
  await using client = await PlainClient.connect(mesh.nats.url);
  expect((await client.chat('before')).body.router?.usage_stored).toBe(true);
  await limitMeter(mesh.nats, 1000);
  for (let n = 0; n < 20; n += 1) expect((await client.chat(`full ${n}`)).body.router?.usage_stored).toBe(false);
  const [provider] = mesh.of('provider');
  const metrics = async (): Promise<string> => (await fetch(`${provider?.http}/metrics`)).text();
  expect(await metrics()).toContain('router_spool_records 20');
  expect((await readLedger(mesh.nats, 1)).ended).toHaveLength(1);
  await sawTheAlarm(mesh);

  await limitMeter(mesh.nats, meter.maxBytes);
  const { ended, open } = await readLedger(mesh.nats, 21);
  expect([ended.length, ended.filter(({ late }) => late === true).length, open]).toEqual([21, 20, []]);
  await until('the spool is empty', async () => (await metrics()).includes('router_spool_records 0'));
  expect((await client.chat('after')).body.router?.usage_stored).toBe(true);
  expect(provider?.troubles.filter((line) => line.includes('they wait on disk'))).toHaveLength(1);
}, 60_000);

test('a replica that was killed with records on its disk is adopted by its sibling, which stores them and clears away', async () => {
  await using mesh = await startMesh({ providers: 2 });
  await using client = await PlainClient.connect(mesh.nats.url);
  await client.chat('before');
  await limitMeter(mesh.nats, 1000);
  for (let n = 0; n < 40; n += 1) await client.chat(`full ${n}`);
  const [doomed] = mesh.of('provider');
  await doomed?.stop('SIGKILL');
  await limitMeter(mesh.nats, meter.maxBytes);
  const { ended } = await readLedger(mesh.nats, 41);
  expect(new Set(ended.map(({ call }) => call)).size).toBe(41);
  expect(ended.filter(({ late }) => late === true)).toHaveLength(40);
  expect(new Set(ended.map(({ instance }) => instance)).size).toBe(2);
  await until('the folder of the dead one is gone', () =>
    readdirSync(mesh.stateOf('provider')).every((name) => name !== instanceOf(doomed as ServiceProcess)),
  );
}, 60_000);

test('every call that the model answered while nats-server was away has its record when it is back', async () => {
  await using mesh = await startMesh({ providers: 2 });
  await using client = await PlainClient.connect(mesh.nats.url);
  // Nobody hears these answers.
  for (let n = 0; n < 20; n += 1)
    void client.chat(`slow ${n}`, { demo: { first_delay_ms: 1000 } }).catch(() => undefined);
  await until('all are at work', async () => (await mesh.demo.stats()).open === 20);
  await mesh.nats.stop();
  await until('the model has answered', async () => (await mesh.demo.stats()).served === 20);
  await mesh.nats.restart();
  const { ended } = await readLedger(mesh.nats, 20);
  expect(new Set(ended.map(({ call }) => call))).toEqual(new Set((await mesh.demo.calls()).served));
  expect(ended.every(({ late, outcome }) => late === true && outcome === 'answered')).toBe(true);
}, 60_000);

test('a whole mesh starts from its copies while JetStream is away, answers, and stores its usage when it is back', async () => {
  await using mesh = await startMesh();
  await until('copies of what it acts on', () =>
    (['policy', 'provider'] as const).every((name) => {
      const files = readdirSync(join(mesh.stateOf(name), 'snapshots'));
      return [...(name === 'policy' ? ['salts', 'policies'] : []), 'providers'].every((bucket) =>
        files.includes(`router_v2_${bucket}.json`),
      );
    }),
  );
  for (const service of mesh.services.splice(0)) await service.stop();
  mesh.nats.configure({ jetstream: false });
  await mesh.nats.restart();
  const [policy] = await Promise.all([mesh.start('policy'), mesh.start('provider', { ROUTER_PROVIDERS: mesh.seeds })]);
  await using client = await PlainClient.connect(mesh.nats.url);
  const { body } = await client.chat('without JetStream');
  expect(body).toMatchObject({
    choices: [{ message: { content: 'without JetStream' } }],
    router: { usage_stored: false },
  });
  const ready = await (await fetch(`${policy.http}/readyz`)).json();
  expect(ready).toMatchObject({
    ready: true,
    notes: expect.arrayContaining(['bucket router_v2_providers: from disk, revision 1']),
  });

  mesh.nats.configure({ jetstream: true });
  await mesh.nats.restart();
  const { ended } = await readLedger(mesh.nats, 1);
  expect(ended).toMatchObject([{ late: true, outcome: 'answered' }]);
  await until('it acts on the buckets again', async () => {
    const { notes } = (await (await fetch(`${policy.http}/readyz`)).json()) as { notes: string[] };
    return notes.length === 0;
  });
}, 60_000);
