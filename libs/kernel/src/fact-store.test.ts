import { natsServer, until } from '@router-mesh/testing';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { FactStore } from './fact-store.ts';
import { configure, factBench as bench, numbers, stored, subject } from './facts.testing.ts';
import { Counts } from './metrics.ts';
import { Spool } from './spool.ts';

const put = (facts: FactStore, text: string, messageId = text) =>
  facts.store(subject, text, { messageId, timeoutMs: 2000, late: () => `${text}, late` });

test('what JetStream takes is stored; what it does not waits, and is stored late in its order once it does', async () => {
  await using nats = await natsServer();
  const at = await bench(nats);
  const facts = at.store('aaaaaaaaaa');
  expect(await put(facts, 'before')).toBe('stored');
  await configure(at, { max_bytes: 10 });
  for (const text of numbers(250)) expect(await put(facts, text)).toBe('waiting');
  expect(facts.spool?.records).toBe(250);
  await configure(at, { max_bytes: -1 });
  await until('all are stored', () => facts.spool?.records === 0);
  expect(await stored(at)).toEqual(['before', ...numbers(250, ', late')]);
  expect(at.log.filter((line) => line.includes('they wait on disk'))).toHaveLength(1);
  facts.close();
  await at.nc.close();
});

test('one that is refused for good holds up no other: it goes into the log whole', async () => {
  await using nats = await natsServer();
  const at = await bench(nats);
  const facts = at.store('aaaaaaaaaa');
  await configure(at, { max_msg_size: 1000 });
  expect(await put(facts, 'x'.repeat(2000), 'big')).toBe('waiting');
  await nats.stop();
  for (const text of numbers(3)) expect(await put(facts, text)).toBe('waiting');
  await nats.restart();
  await until('the spool is empty', () => facts.spool?.records === 0);
  expect(await stored(at)).toEqual(numbers(3, ', late'));
  const refused = at.log.filter((line) => line.includes('refused for good'));
  expect(refused).toEqual([expect.stringContaining('x'.repeat(2000))]);
  facts.close();
  await at.nc.close();
});

test('what is being stored when the process has to go waits on disk, and the next instance stores it', async () => {
  await using nats = await natsServer();
  const at = await bench(nats);
  const facts = at.store('aaaaaaaaaa');
  await configure(at, { max_bytes: 10 });
  await put(facts, 'waits');
  void put(facts, 'under way');
  facts.close();
  expect(readdirSync(at.path).sort()).toEqual(['aaaaaaaaaa', 'documents', 'snapshots']);
  await configure(at, { max_bytes: -1 });
  const next = at.store('bbbbbbbbbb');
  await until('the folder of the other is gone', () => !readdirSync(at.path).includes('aaaaaaaaaa'));
  expect(await stored(at)).toEqual(['waits, late', 'under way, late']);
  next.close();
  expect(readdirSync(at.path).sort()).toEqual(['documents', 'snapshots']);
  await at.nc.close();
});

test('what a dead instance left stays where it is for as long as JetStream does not take it', async () => {
  await using nats = await natsServer();
  const at = await bench(nats);
  const left = Spool.open(join(at.path, 'aaaaaaaaaa'));
  for (const text of numbers(3)) left.add({ subject, messageId: text, payload: text });
  left.close();
  await configure(at, { max_bytes: 10 });
  const facts = at.store('bbbbbbbbbb');
  expect(await put(facts, 'own')).toBe('waiting');
  await until('it was tried', () => at.log.length > 0);
  expect(readdirSync(at.path)).toContain('aaaaaaaaaa');
  await configure(at, { max_bytes: -1 });
  await until('it is stored', () => !readdirSync(at.path).includes('aaaaaaaaaa') && facts.spool?.records === 0);
  expect((await stored(at)).sort()).toEqual([...numbers(3), 'own, late']);
  facts.close();
  await at.nc.close();
});

test('without a folder, or a place in it, a fact is lost, and that is said and counted', async () => {
  await using nats = await natsServer();
  const at = await bench(nats);
  await configure(at, { max_bytes: 10 });
  const counts = new Counts();
  const log: string[] = [];
  const facts = new FactStore(at.nc, {
    log: pino({}, { write: (line: string) => void log.push(line) }),
    counts,
    folder: undefined,
  });
  expect(await put(facts, 'gone')).toBe('lost');
  expect(log).toEqual([expect.stringContaining('a fact was not stored')]);
  expect(await counts.registry.metrics()).toContain('router_spool_lost_total 1');
  facts.close();
  await at.nc.close();
});

test('a fact that may not come late never waits', async () => {
  await using nats = await natsServer();
  const at = await bench(nats);
  await configure(at, { max_bytes: 10 });
  const facts = at.store('aaaaaaaaaa');
  expect(await facts.store(subject, 'now or never', { timeoutMs: 2000 })).toBe('lost');
  expect([facts.spool?.records, at.log]).toEqual([0, []]);
  facts.close();
  await at.nc.close();
});

test('a spool that cannot be closed, as on a disk that is gone, does not keep a process from its end', async () => {
  await using nats = await natsServer();
  const { nc, log, store } = await bench(nats);
  const facts = store('00000000aa');
  facts.spool?.close(); // so that closing it fails
  facts.close();
  expect(log.filter((line) => line.includes('could not be closed'))).toHaveLength(1);
  await nc.close();
});
