import { meter, meterSubject } from '@router-mesh/contracts';
import { natsCluster, natsServer, poll, type NatsServer } from '@router-mesh/testing';
import type { NatsConnection } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { storeFact } from './facts.ts';
import { readBatch, type Batch } from './read-batch.ts';
import { ensureStores } from './streams.ts';

const inboxPrefix = '_SVC.provider';

async function filled(nats: NatsServer, facts: readonly string[]): Promise<NatsConnection> {
  const nc = await nats.connect('provider');
  await ensureStores(nc, [meter], { replicas: 1 });
  for (const [n, fact] of facts.entries()) await storeFact(nc, meterSubject(`t${n % 3}`), fact, { timeoutMs: 5000 });
  return nc;
}

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => String(from + n));
const texts = ({ facts }: Batch): string[] => facts.map(({ text }) => text);

test('batch after batch brings all facts of all tenants in their order, and says how many are left', async () => {
  await using nats = await natsServer();
  const nc = await filled(nats, numbers(0, 1200));
  const read: string[] = [];
  const left: number[] = [];
  let from = 1;
  for (let pending = 1; pending > 0;) {
    const batch = await readBatch(nc, meter, { from, inboxPrefix });
    expect(batch.facts.map(({ sequence }) => sequence)).toEqual(batch.facts.map((_, n) => from + n));
    read.push(...texts(batch));
    from += batch.facts.length;
    pending = batch.pending;
    left.push(pending);
  }
  expect(read).toEqual(numbers(0, 1200));
  expect(left).toEqual([700, 200, 0]);
  expect(await readBatch(nc, meter, { from, inboxPrefix })).toEqual({ facts: [], pending: 0 });
  await storeFact(nc, meterSubject('t0'), 'new', { timeoutMs: 5000 });
  expect(await readBatch(nc, meter, { from, inboxPrefix })).toEqual({
    facts: [{ sequence: 1201, text: 'new' }],
    pending: 0,
  });
  await nc.close();
});

test('an empty stream has nothing; facts that are gone are passed over, and large ones come in smaller batches', async () => {
  await using nats = await natsServer();
  const large = ['a', 'b', 'c'].map((letter) => letter.repeat(700_000));
  const nc = await filled(nats, []);
  expect(await readBatch(nc, meter, { from: 1, inboxPrefix })).toEqual({ facts: [], pending: 0 });
  for (const fact of large) await storeFact(nc, meterSubject('t0'), fact, { timeoutMs: 5000 });
  const root = await nats.connect('root');
  await root.request(`$JS.API.STREAM.MSG.DELETE.${meter.name}`, JSON.stringify({ seq: 1 }));
  const first = await readBatch(nc, meter, { from: 1, inboxPrefix });
  expect(first.facts.map(({ sequence }) => sequence)[0]).toBe(2);
  const second = first.pending === 0 ? undefined : await readBatch(nc, meter, { from: 3, inboxPrefix });
  expect([...texts(first), ...(second === undefined ? [] : texts(second))]).toEqual(large.slice(1));
  await Promise.all([nc.close(), root.close()]);
});

test('a stream that is not there, or a server that is gone, is told', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await expect(readBatch(nc, meter, { from: 1, inboxPrefix })).rejects.toThrow(/503/);
  const asked = readBatch(nc, meter, { from: 1, inboxPrefix });
  await Promise.all([expect(asked).rejects.toThrow(), nats.stop('SIGKILL')]);
  await nc.close();
});

test('each server of a cluster answers, once it has what the leader has', async () => {
  await using nats = await natsCluster();
  const nc = await nats.connect('provider');
  await ensureStores(nc, [meter], { replicas: 3 });
  for (const fact of numbers(0, 50)) await storeFact(nc, meterSubject('t0'), fact, { timeoutMs: 5000 });
  for (let times = 0; times < 10; times += 1) {
    const all = await poll('all of them', async () => {
      const batch = await readBatch(nc, meter, { from: 1, inboxPrefix });
      expect(texts(batch)).toEqual(numbers(0, batch.facts.length));
      return batch.facts.length === 50 ? batch : undefined;
    });
    expect(texts(all)).toEqual(numbers(0, 50));
  }
  await nc.close();
});
