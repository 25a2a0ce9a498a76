import { slots } from '@router-mesh/contracts';
import { natsServer, until } from '@router-mesh/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { putExpiring, removeExpiring } from './expiring.ts';
import { Mirror, type MirrorListener } from './mirror.ts';
import { ensureStores } from './streams.ts';

interface Slot {
  readonly deadline: number;
}

/** What a mirror has told. */
class Told implements MirrorListener<Slot> {
  readonly keys = new Map<string, number>();
  readonly order: string[] = [];
  beginnings = 0;

  began(): void {
    this.beginnings += 1;
    this.keys.clear();
  }

  put(key: string, _value: Slot, revision: number): void {
    this.keys.set(key, revision);
    this.order.push(key);
  }

  removed(key: string): void {
    this.keys.delete(key);
  }
}

const lasting = { ttlMs: 60_000, timeoutMs: 2000 };

test('a mirror tells of what stands in a bucket and of every change, in the order of revisions, with the rights of its service', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const told = new Told();
  new Mirror(nc, slots, '_SVC.provider', told); // the bucket may come later
  await ensureStores(nc, [slots], { replicas: 1 });
  const revisions = [];
  for (const key of ['all.a.acme', 'all.b.acme.web', 'all.a.acme'])
    revisions.push(await putExpiring(nc, slots, key, { deadline: 1 }, lasting));
  expect(revisions).toEqual([1, 2, 3]);
  await until('what was written', () => told.keys.get('all.a.acme') === 3);
  expect([...told.keys]).toEqual(expect.arrayContaining([['all.b.acme.web', 2]]));
  removeExpiring(nc, slots, 'all.b.acme.web');
  await until('the removal', () => !told.keys.has('all.b.acme.web'));

  const late = new Told();
  new Mirror(nc, slots, '_SVC.provider', late);
  await until('what stands there', () => late.keys.get('all.a.acme') === 3);
  expect(late.keys.has('all.b.acme.web')).toBe(false);
  await nc.close();
});

test('a key vanishes after its time, and a removed one leaves nothing for ever', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const root = await nats.connect('root');
  await ensureStores(nc, [slots], { replicas: 1 });
  const told = new Told();
  new Mirror(nc, slots, '_SVC.provider', told);
  await until('the first reading', () => told.beginnings === 1);
  await putExpiring(nc, slots, 'all.short.acme', { deadline: 1 }, { ttlMs: 1, timeoutMs: 2000 });
  await putExpiring(nc, slots, 'all.left.acme', { deadline: 1 }, lasting);
  removeExpiring(nc, slots, 'all.left.acme');
  await until('both to have come', () => told.order.length === 2);
  await until('both to be gone', () => told.keys.size === 0);
  const manager = await jetstreamManager(root);
  const left = await manager.streams.getMessage('KV_router_v2_slots', {
    last_by_subj: '$KV.router_v2_slots.all.left.acme',
  });
  expect(left?.header.get('Nats-TTL')).toBe('10s');
  await Promise.all([nc.close(), root.close()]);
});

test('a bucket that was made anew is read anew: after a restart of the server, and when that is asked for', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const root = await nats.connect('root');
  await ensureStores(nc, [slots], { replicas: 1 });
  const told = new Told();
  const mirror = new Mirror(nc, slots, '_SVC.provider', told);
  await putExpiring(nc, slots, 'all.a.acme', { deadline: 1 }, lasting);
  await until('the first', () => told.keys.has('all.a.acme'));

  await nats.restart();
  await until('the bucket', () =>
    ensureStores(nc, [slots], { replicas: 1 }).then(
      () => true,
      () => false,
    ),
  );
  await putExpiring(nc, slots, 'all.b.acme', { deadline: 1 }, lasting);
  await until('the second', () => told.keys.has('all.b.acme'));
  expect([...told.keys.keys()]).toEqual(['all.b.acme']);

  const manager = await jetstreamManager(root);
  await until('root to be back', () => manager.streams.delete('KV_router_v2_slots').catch(() => false));
  await ensureStores(nc, [slots], { replicas: 1 });
  await putExpiring(nc, slots, 'all.c.acme', { deadline: 1 }, lasting);
  mirror.restart();
  await until('the third', () => told.keys.has('all.c.acme'));
  await Promise.all([nc.close(), root.close()]);
});

test('a bucket that is not there does not take a key, and says so', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await expect(putExpiring(nc, slots, 'all.a.acme', { deadline: 1 }, lasting)).rejects.toMatchObject({
    code: 'unavailable',
    details: { reason: 'store_away' },
  });
  await nc.close();
});
