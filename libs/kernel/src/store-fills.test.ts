import { cache, meter, meterSubject, slots } from '@router-mesh/contracts';
import { natsServer, until } from '@router-mesh/testing';
import { ensureStores, putExpiring, storeFact } from '@router-mesh/wire';
import { expect, test } from 'vitest';
import { StoreFills } from './store-fills.ts';

test('stores are looked at now and then; one that comes to be four fifths full is told once, and stays noted while it is', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const small = { ...meter, maxBytes: 10_000 };
  await ensureStores(nc, [small, slots], { replicas: 1 });
  const told: string[] = [];
  const fills = new StoreFills(nc, [small, slots], {
    filling: (store) => void told.push(store),
    missing: () => undefined,
    everyMs: 50,
  });
  await until('a first look', () => Object.keys(fills.fills).length === 2);
  expect(fills.fills[meter.name]).toEqual({ bytes: 0, max_bytes: 10_000, messages: 0 });
  for (let n = 0; n < 8; n += 1) await storeFact(nc, meterSubject('acme'), 'x'.repeat(1000), { timeoutMs: 2000 });
  await until('the alarm', () => told.length > 0);
  await fills.look();
  await fills.look();
  expect(told).toEqual([meter.name]);
  expect(fills.notes).toEqual([expect.stringMatching(/^store ROUTER_V2_METER: 8\d % of its 10000 bytes are used$/)]);
  expect(fills.fills[slots.name]).toMatchObject({ messages: 0 });
  fills.stop();
  await nc.close();
});

test('a bucket that makes room for itself may be full without a word', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const small = { ...cache, maxBytes: 10_000 };
  await ensureStores(nc, [small], { replicas: 1 });
  const told: string[] = [];
  const fills = new StoreFills(nc, [small], { filling: (store) => void told.push(store), missing: () => undefined });
  const usage = { input_tokens: 0, output_tokens: 0, estimated: true };
  await putExpiring(nc, cache, 'a', { usage, answer: 'x'.repeat(9000) }, { ttlMs: 60_000, timeoutMs: 2000 });
  await fills.look();
  expect(fills.fills[small.name]?.bytes).toBeGreaterThan(9000);
  expect([told, fills.notes]).toEqual([[], []]);
  fills.stop();
  await nc.close();
});

test('a store that is not there any more is told, and one that is made anew is looked at again', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await ensureStores(nc, [meter, slots], { replicas: 1 });
  const told: (readonly string[])[] = [];
  const fills = new StoreFills(nc, [meter, slots], {
    filling: () => undefined,
    missing: (stores) => void told.push(stores),
  });
  await fills.look();
  expect(told).toEqual([]);
  await nc.request(`$JS.API.STREAM.DELETE.KV_${slots.name}`);
  await fills.look();
  expect(told).toEqual([[slots.name]]);
  await ensureStores(nc, [slots], { replicas: 1 });
  await fills.look();
  expect(told).toHaveLength(1);
  fills.stop();
  await nc.close();
});

test('a store that cannot be asked keeps its numbers, and is not taken to be lost', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await ensureStores(nc, [meter], { replicas: 1 });
  const lost: (readonly string[])[] = [];
  const fills = new StoreFills(nc, [meter], { filling: () => undefined, missing: (stores) => void lost.push(stores) });
  await fills.look();
  const before = fills.fills;
  await nats.stop();
  await fills.look();
  expect(fills.fills).toEqual(before);
  expect(lost).toEqual([]);
  fills.stop();
  await nc.close();
});
