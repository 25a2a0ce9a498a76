import { events, leases, meter, policies, providers, rates, slots, stream } from '@router-mesh/contracts';
import { natsServer, type NatsServer } from '@router-mesh/testing';
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { ensureStores } from './streams.ts';

/** What the server has, read as somebody who may. */
async function configOf(nats: NatsServer, name: string): Promise<StreamConfig> {
  const nc = await nats.connect('root');
  const { config } = await (await jetstreamManager(nc)).streams.info(name);
  await nc.close();
  return config;
}

test('a provider ensures what it owns, with its own rights and nothing more', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await ensureStores(nc, [providers, leases, slots, meter], { replicas: 1 });
  expect(await configOf(nats, 'ROUTER_V2_METER')).toMatchObject({
    subjects: ['router.v2.meter.>'],
    storage: 'file',
    discard: 'new',
    max_age: 40 * 86_400 * 1e9,
    duplicate_window: 300 * 1e9,
    max_bytes: meter.maxBytes,
    allow_direct: true,
    metadata: { 'router-config': String(meter.config) },
  });
  expect(await configOf(nats, 'KV_router_v2_providers')).toMatchObject({
    subjects: ['$KV.router_v2_providers.>'],
    storage: 'file',
    max_msgs_per_subject: 16,
    deny_delete: true,
    allow_direct: true,
    allow_rollup_hdrs: true,
    max_bytes: providers.maxBytes,
  });
  expect(await configOf(nats, 'KV_router_v2_slots')).toMatchObject({
    storage: 'memory',
    max_bytes: slots.maxBytes,
    allow_msg_ttl: true,
  });
  await nc.close();
});

test('a policy ensures its counters and events', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  await ensureStores(nc, [rates, events, policies], { replicas: 1 });
  expect(await configOf(nats, 'ROUTER_V2_RATE')).toMatchObject({
    storage: 'memory',
    allow_msg_counter: true,
    max_age: 300e9,
    duplicate_window: 120e9,
  });
  expect(await configOf(nats, 'ROUTER_V2_EVENTS')).toMatchObject({ compression: 's2', discard: 'old' });
  await nc.close();
});

const facts = stream({
  name: 'FACTS',
  subjects: ['facts.>'],
  owner: 'policy',
  from: ['policy'],
  maxAgeSeconds: 60,
  summary: 'one',
});

test('ensuring again changes nothing, also when two do it at once', async () => {
  await using nats = await natsServer();
  const [one, two] = await Promise.all([nats.connect('root'), nats.connect('root')]);
  await Promise.all([one, two, one].map((nc) => ensureStores(nc, [facts, policies], { replicas: 1 })));
  one.publish('facts.a', 'kept');
  const before = await configOf(nats, 'FACTS');
  await ensureStores(two, [facts, policies], { replicas: 1 });
  expect(await configOf(nats, 'FACTS')).toEqual(before);
  const { state } = await (await jetstreamManager(one)).streams.info('FACTS');
  expect(state.messages).toBe(1);
  await Promise.all([one.close(), two.close()]);
});

test('a newer version raises the configuration, an older one never lowers it', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const older = { ...facts, maxAgeSeconds: 60, config: 1 };
  const newer = { ...facts, maxAgeSeconds: 120, config: 2 };
  await ensureStores(nc, [older], { replicas: 1 });
  await ensureStores(nc, [newer], { replicas: 1 });
  expect(await configOf(nats, 'FACTS')).toMatchObject({ max_age: 120e9, metadata: { 'router-config': '2' } });
  await ensureStores(nc, [older], { replicas: 1 });
  expect(await configOf(nats, 'FACTS')).toMatchObject({ max_age: 120e9, metadata: { 'router-config': '2' } });
  await nc.close();
});

test('what was changed by hand under the same number stays, and so does metadata of others', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await ensureStores(nc, [facts], { replicas: 1 });
  const manager = await jetstreamManager(nc);
  await manager.streams.update('FACTS', { max_bytes: 4096, metadata: { 'router-config': '1', team: 'ops' } });
  await ensureStores(nc, [facts], { replicas: 1 });
  expect(await configOf(nats, 'FACTS')).toMatchObject({ max_bytes: 4096, metadata: { team: 'ops' } });
  await ensureStores(nc, [{ ...facts, config: 2 }], { replicas: 1 });
  expect(await configOf(nats, 'FACTS')).toMatchObject({
    max_bytes: facts.maxBytes,
    metadata: { team: 'ops', 'router-config': '2' },
  });
  await nc.close();
});

test('a change of replicas is made under the same number: one server refuses three, and says why', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await ensureStores(nc, [facts], { replicas: 1 });
  await expect(ensureStores(nc, [facts], { replicas: 3 })).rejects.toThrow(/replicas/);
  await nc.close();
});

test('a stream of memory that a restart took is there again when it is ensured again', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  await ensureStores(nc, [rates], { replicas: 1 });
  await nc.close();
  await nats.restart();
  await expect(configOf(nats, 'ROUTER_V2_RATE')).rejects.toThrow(/stream not found/);
  const again = await nats.connect('policy');
  await ensureStores(again, [rates], { replicas: 1 });
  expect(await configOf(nats, 'ROUTER_V2_RATE')).toMatchObject({ storage: 'memory' });
  await again.close();
});

test('without JetStream it throws, for the caller to try again', async () => {
  await using nats = await natsServer({ jetstream: false });
  const nc = await nats.connect('policy');
  await expect(ensureStores(nc, [rates], { replicas: 1 })).rejects.toThrow();
  await ensureStores(nc, [], { replicas: 1 });
  await nc.close();
});
