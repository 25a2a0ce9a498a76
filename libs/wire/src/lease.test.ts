import { leases } from '@router-mesh/contracts';
import { natsServer, until, type NatsServer } from '@router-mesh/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { putDocument } from './documents.ts';
import { Lease, type Tenure } from './lease.ts';
import { ensureStores } from './streams.ts';

const quick = { inboxPrefix: '_SVC.provider', renewMs: 100, patienceMs: 200, expireMs: 600 };

/** An instance that wants the lease, and when it held it. */
class Candidate {
  readonly tenures: Tenure[] = [];
  readonly #stop = new AbortController();
  readonly done: Promise<void>;
  readonly lease: Lease;

  constructor(nc: NatsConnection, holder: string, settings = quick) {
    this.lease = new Lease(nc, leases, 'sweep', { holder, ...settings });
    this.done = this.lease.lead(async (tenure) => {
      this.tenures.push(tenure);
      await new Promise<void>((resolve) => tenure.signal.addEventListener('abort', () => resolve(), { once: true }));
    }, this.#stop.signal);
  }

  get leads(): boolean {
    return this.tenures.some(({ signal }) => !signal.aborted);
  }

  async resign(): Promise<void> {
    this.#stop.abort();
    await this.done;
  }
}

async function bucketOf(nats: NatsServer): Promise<NatsConnection> {
  const nc = await nats.connect('provider');
  await ensureStores(nc, [leases], { replicas: 1 });
  return nc;
}

test('one of several leads; when it gives back, another one follows at once and goes on where it was', async () => {
  await using nats = await natsServer();
  const nc = await bucketOf(nats);
  const candidates = ['a', 'b', 'c'].map((name) => new Candidate(nc, name, { ...quick, expireMs: 60_000 }));
  await until('a leader', () => candidates.some(({ leads }) => leads));
  expect(candidates.filter(({ leads }) => leads)).toHaveLength(1);
  const first = candidates.find(({ leads }) => leads);
  expect(first?.tenures[0]?.checkpoint).toBeUndefined();
  first?.tenures[0]?.reached(42);
  await first?.resign();
  await until('the next', () => candidates.some((candidate) => candidate !== first && candidate.leads));
  const next = candidates.filter(({ leads }) => leads);
  expect(next).toHaveLength(1);
  expect(next[0]?.tenures[0]?.checkpoint).toBe(42);
  await Promise.all(candidates.map((candidate) => candidate.resign()));
  await nc.close();
});

test('a leader that is gone is followed once nobody has heard of it for a while, and not before', async () => {
  await using nats = await natsServer();
  const [nc, doomed] = [await bucketOf(nats), await nats.connect('provider')];
  const first = new Candidate(doomed, 'first');
  await until('the first leads', () => first.leads);
  first.tenures[0]?.reached(7);
  const second = new Candidate(nc, 'second');
  await until('the checkpoint is stored', async () => (await lastCheckpoint(nats)) === 7);
  const died = performance.now();
  await doomed.close();
  await until('the second leads', () => second.leads);
  expect(performance.now() - died).toBeGreaterThan(quick.expireMs - quick.renewMs - 50);
  expect(second.tenures[0]?.checkpoint).toBe(7);
  await second.resign();
  await nc.close();
});

test('a leader whose lease is written by somebody else gives up with its next write, and cannot move the checkpoint', async () => {
  await using nats = await natsServer();
  const nc = await bucketOf(nats);
  const leader = new Candidate(nc, 'leader', { ...quick, expireMs: 60_000 });
  await until('it leads', () => leader.leads);
  await putDocument(nc, leases, 'sweep', { holder: 'usurper', checkpoint: 9 });
  leader.tenures[0]?.reached(1);
  await until('it gives up', () => !leader.leads);
  await leader.resign();
  expect(await lastCheckpoint(nats)).toBe(9);
  await nc.close();
});

test('a leader that JetStream does not answer gives up before anybody may follow', async () => {
  await using nats = await natsServer();
  const nc = await bucketOf(nats);
  const leader = new Candidate(nc, 'leader');
  await until('it leads', () => leader.leads);
  const stopped = performance.now();
  await nats.stop();
  await until('it gives up', () => !leader.leads);
  expect(performance.now() - stopped).toBeLessThan(quick.expireMs);
  await nats.restart();
  leader.lease.restart();
  await until('it leads again', () => leader.leads);
  await leader.resign();
  await nc.close();
});

async function lastCheckpoint(nats: NatsServer): Promise<number | undefined> {
  const nc = await nats.connect('root');
  const { streams } = await jetstreamManager(nc);
  const message = await streams.getMessage('KV_router_v2_leases', { last_by_subj: '$KV.router_v2_leases.sweep' });
  await nc.close();
  return message?.json<{ checkpoint?: number }>().checkpoint;
}
