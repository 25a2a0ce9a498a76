import { meter, meterSubject, type StreamContract } from '@router-mesh/contracts';
import { natsServer, until, type NatsServer } from '@router-mesh/testing';
import type { NatsConnection } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { storeFact } from './facts.ts';
import { readFacts, type ReadingSettings } from './read-facts.ts';
import { streamState } from './stream-state.ts';
import { ensureStores } from './streams.ts';

async function filled(nats: NatsServer, facts: number, stream: StreamContract = meter): Promise<NatsConnection> {
  const nc = await nats.connect('provider');
  await ensureStores(nc, [stream], { replicas: 1 });
  await Promise.all(
    Array.from({ length: facts }, (_, n) => storeFact(nc, meterSubject(`t${n % 3}`), String(n), { timeoutMs: 5000 })),
  );
  return nc;
}

async function collect(nc: NatsConnection, settings: Partial<ReadingSettings>): Promise<string[]> {
  const read: string[] = [];
  for await (const { text } of readFacts(nc, meter, { inboxPrefix: '_SVC.provider', toEnd: true, ...settings }))
    read.push(text);
  return read;
}

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => String(from + n));

test('all facts in their order, from the first or from a sequence on, by provider and by an operator', async () => {
  await using nats = await natsServer();
  const nc = await filled(nats, 2500);
  expect(await collect(nc, {})).toEqual(numbers(0, 2500));
  expect(await collect(nc, { from: { sequence: 2001 } })).toEqual(numbers(2000, 2500));
  expect(await collect(nc, { from: { at: Date.now() - 60_000 } })).toHaveLength(2500);
  expect(await collect(nc, { from: { at: Date.now() + 60_000 } })).toEqual([]);
  const operator = await nats.connect('operator');
  expect(await collect(operator, { inboxPrefix: '_INBOX.OPERATOR' })).toHaveLength(2500);
  await Promise.all([nc.close(), operator.close()]);
});

test('only facts of the subjects that are asked for', async () => {
  await using nats = await natsServer();
  const nc = await filled(nats, 30);
  expect(await collect(nc, { filter: meterSubject('t1') })).toEqual(
    numbers(0, 30).filter((number) => Number(number) % 3 === 1),
  );
  await nc.close();
});

test('an empty stream has ended at once', async () => {
  await using nats = await natsServer();
  const nc = await filled(nats, 0);
  expect(await collect(nc, {})).toEqual([]);
  await nc.close();
});

test('without an end it waits for what comes, until the signal', async () => {
  await using nats = await natsServer();
  const nc = await filled(nats, 1);
  const stop = new AbortController();
  const read: string[] = [];
  const reading = (async () => {
    for await (const { text } of readFacts(nc, meter, { inboxPrefix: '_SVC.provider', signal: stop.signal }))
      read.push(text);
  })();
  await storeFact(nc, meterSubject('acme'), 'new', { timeoutMs: 2000 });
  await until('what came', () => read.length === 2);
  stop.abort();
  await reading;
  expect(read).toEqual(['0', 'new']);
  await nc.close();
});

test('a connection that goes down ends it with an error, so that nobody takes silence for the end', async () => {
  await using nats = await natsServer();
  const nc = await filled(nats, 1);
  const reading = (async () => {
    const facts = readFacts(nc, meter, { inboxPrefix: '_SVC.provider' });
    await facts.next();
    await nats.stop();
    await facts.next();
  })();
  await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
  await nc.close();
});

test('its owner is told how full it is and how far it has come', async () => {
  await using nats = await natsServer();
  const nc = await filled(nats, 10, { ...meter, maxBytes: 100_000 });
  const state = await streamState(nc, meter);
  expect(state).toEqual({ bytes: expect.any(Number), max_bytes: 100_000, messages: 10, last: 10 });
  expect(state.bytes).toBeGreaterThan(300);
  await nc.close();
});
