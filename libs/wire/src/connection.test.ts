import { policies } from '@router-mesh/contracts';
import { natsServer, until } from '@router-mesh/testing';
import { jetstream } from '@nats-io/jetstream';
import { createInbox } from '@nats-io/nats-core';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectNats, missingFromServer, watchConnection } from './connection.ts';
import { randomToken } from './random.ts';
import { ensureStores } from './streams.ts';

const place = { name: 'test', inboxPrefix: '_INBOX' };

test('credentials come from a JSON file', async () => {
  await using nats = await natsServer();
  const nc = await connectNats({
    servers: [nats.url],
    name: 'test',
    inboxPrefix: '_SVC.policy',
    credentials: nats.credentials('policy'),
  });
  const heard = nc.request('router.v2.stage.provider.nobody', '', { timeout: 1000 });
  await expect(heard).rejects.toThrow(/no responders/); // what `policy` may do and `local` may not
  await nc.close();
});

test('wrong credentials are `unauthenticated`, also when asked to wait for a server', async () => {
  await using nats = await natsServer();
  const credentials = join(nats.folder, 'wrong.json');
  writeFileSync(credentials, JSON.stringify({ user: 'policy', pass: 'guessed' }));
  for (const wait of [false, true]) {
    const connecting = connectNats({ ...place, servers: [nats.url], credentials, wait });
    await expect(connecting).rejects.toMatchObject({ code: 'unauthenticated' });
  }
});

test('no server is `unavailable`, naming where it was looked for', async () => {
  const connecting = connectNats({ ...place, servers: ['127.0.0.1:1'] });
  await expect(connecting).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('127.0.0.1:1'),
  });
});

test.each([
  ['is not JSON', '"user": "policy", "pass": "secret"'],
  ['has no password', '{ "user": "secret" }'],
  ['is empty', ''],
])('a credentials file that %s is named, and nothing of what stands in it', async (_, text) => {
  await using nats = await natsServer();
  const credentials = join(nats.folder, 'broken.json');
  writeFileSync(credentials, text);
  const error: unknown = await connectNats({ ...place, servers: [nats.url], credentials }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining(credentials) });
  expect(String((error as Error).message) + String((error as Error).cause)).not.toContain('secret');
});

test('a credentials file that is not there is named', async () => {
  const connecting = connectNats({ ...place, servers: ['127.0.0.1:1'], credentials: '/nowhere/policy.json' });
  await expect(connecting).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'credentials file "/nowhere/policy.json" cannot be read',
  });
});

/** Connect as policy and note what its listener is told. */
async function watched(nats: Awaited<ReturnType<typeof natsServer>>) {
  const nc = await nats.connect('policy');
  const told: string[] = [];
  void watchConnection(nc, {
    fatal: (reason) => told.push(`fatal ${reason.message}`),
    refusedPublish: (subject) => told.push(`refused ${subject}`),
    disconnected: () => told.push('disconnected'),
    reconnected: () => told.push('reconnected'),
  });
  return { nc, told };
}

test.each([
  ['a publish to an inbox that is not ours to answer is counted', '_SVC.provider.x', 'refused _SVC.provider.x'],
  ['a publish to a subject of ours is counted', 'router.v2.meter.acme', 'refused router.v2.meter.acme'],
  [
    'a publish on $JS. is fatal',
    '$JS.API.STREAM.DELETE.ROUTER_V2_METER',
    'fatal Permissions Violation for Publish to "$JS.API.STREAM.DELETE.ROUTER_V2_METER"',
  ],
  [
    'a publish on $KV. is fatal',
    '$KV.router_v2_providers.demo',
    'fatal Permissions Violation for Publish to "$KV.router_v2_providers.demo"',
  ],
  ['a subject that only looks like $JS. is counted', '$JSX.API', 'refused $JSX.API'],
])('%s', async (_, subject, expected) => {
  await using nats = await natsServer();
  const { nc, told } = await watched(nats);
  nc.publish(subject, 'x');
  await until(expected, () => told.length > 0);
  expect(told).toEqual([expected]);
  await nc.close();
});

test('a watch that the client library makes anew asks to delete its old consumer: refused, no harm done, and the watch goes on', async () => {
  await using nats = await natsServer();
  const { nc, told } = await watched(nats);
  await ensureStores(nc, [policies], { replicas: 1 });
  const { consumers } = jetstream(nc, { checkAPI: false });
  const consumer = await consumers.getPushConsumer('KV_router_v2_policies', {
    filter_subjects: '$KV.router_v2_policies.>',
    deliver_prefix: createInbox('_SVC.policy'),
  });
  const heard: string[] = [];
  const messages = await consumer.consume({ callback: ({ subject }) => void heard.push(subject) });
  (messages as unknown as { reset(): void }).reset(); // as after a gap, or a minute without heartbeats
  nc.publish('$KV.router_v2_policies.a', 'x');
  await until('it is heard', () => heard.length === 1);
  nc.publish('_SVC.provider.x');
  await until('the later refusal', () => told.length > 0);
  expect(told).toEqual(['refused _SVC.provider.x']);
  await nc.close();
});

test('a refused subscription is fatal, in a queue group or not', async () => {
  await using nats = await natsServer();
  const { nc, told } = await watched(nats);
  nc.subscribe('router.v2.stage.provider.demo', { queue: 'provider-demo', callback: () => undefined });
  nc.subscribe('_SVC.provider.>', { callback: () => undefined });
  await until('both', () => told.length === 2);
  expect(told.every((line) => line.startsWith('fatal Permissions Violation for Subscription'))).toBe(true);
  await nc.close();
});

test('a restart of the server is told, and the connection comes back by itself', async () => {
  await using nats = await natsServer();
  const { nc, told } = await watched(nats);
  await nats.restart();
  await until('reconnected', () => told.includes('reconnected'));
  expect(told).toEqual(['disconnected', 'reconnected']);
  await nc.flush();
  await nc.close();
});

test('a server without JetStream is told from one that has it', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  expect(missingFromServer(nc)).toBeUndefined();
  await nc.close();
  expect(missingFromServer(nc)).toMatch(/no INFO/);

  await using without = await natsServer({ jetstream: false });
  const poor = await without.connect('policy');
  expect(missingFromServer(poor)).toBe('JetStream is off: start nats-server with --jetstream');
  await poor.close();
});

test('a random token has 128 bits', () => {
  expect(randomToken()).toMatch(/^[0-9a-f]{32}$/);
  expect(randomToken()).not.toBe(randomToken());
});
