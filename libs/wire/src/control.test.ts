import { isControlSubject } from '@router-mesh/contracts';
import { natsServer, publishRaw, until } from '@router-mesh/testing';
import { headers } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { Control, type ControlMessage } from './control.ts';

test("a control subject is of this connection, cannot be guessed, and is the service's own to hear", async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const control = new Control(nc, 'provider');
  const [one, two] = [control.open(() => undefined), control.open(() => undefined)];
  expect(one.subject).toMatch(/^router\.v2\.control\.provider\.[0-9a-f]{32}\.[0-9a-f]{32}$/);
  expect(two.subject).not.toBe(one.subject);
  await nc.flush(); // its permissions allow the subscription
  await nc.close();
});

test('`cancel` and limits are heard from any client that was told the subject; all else that may be said there is nothing', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const client = await nats.connect();
  const control = new Control(nc, 'provider');
  const heard: ControlMessage[] = [];
  const { subject } = control.open((message) => heard.push(message));
  await nc.flush();

  const strange = [
    'cancel ',
    'limit',
    'limit ',
    'limit -1',
    'limit 1.5',
    'limit 1e3',
    'limit  7',
    'LIMIT 7',
    ' limit 7',
  ];
  const long = ['limit 12345678901', 'x'.repeat(100_000)];
  for (const payload of [...strange, ...long, 'CANCEL', '', new Uint8Array([0xff, 0xfe])])
    client.publish(subject, payload);
  const wordy = headers();
  wordy.set('Router-Request', 'x');
  client.publish(subject, '', { headers: wordy });
  client.publish(`${subject.slice(0, -1)}x`, 'cancel');
  await client.flush();
  await publishRaw(nats, { subject, headers: 'NATS/1.0\r\na name: 1\r\n\r\n' });
  for (const payload of ['limit 0', 'limit 7', 'limit 9999999999', 'cancel']) client.publish(subject, payload);
  await until('the cancel', () => heard.some(({ kind }) => kind === 'cancel'));
  expect(heard).toEqual([
    { kind: 'limit', deltas: 0 },
    { kind: 'limit', deltas: 7 },
    { kind: 'limit', deltas: 9_999_999_999 },
    { kind: 'cancel' },
  ]);
  await Promise.all([nc.close(), client.close()]);
});

test('a 503 comes to the connection that published, for what it published', async () => {
  await using nats = await natsServer();
  const [nc, other] = await Promise.all([nats.connect('policy'), nats.connect('policy')]);
  const heard: string[] = [];
  const control = new Control(nc, 'policy');
  new Control(other, 'policy').open(() => heard.push('other'));
  const missing = control.open(({ kind }) => heard.push(`first ${kind}`));
  control.open(({ kind }) => heard.push(`second ${kind}`));
  nc.publish('router.v2.stage.provider.nobody', 'x', { reply: missing.subject });
  await nc.flush();
  expect(heard).toEqual(['first missing']);
  await Promise.all([nc.close(), other.close()]);
});

test('what is released hears nothing more, and nothing is kept', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const control = new Control(nc, 'provider');
  let heard = 0;
  const subject = control.open(() => (heard += 1));
  expect(control.size).toBe(1);
  subject.release();
  subject.release();
  nc.publish(subject.subject, 'cancel');
  await nc.flush();
  expect([heard, control.size]).toEqual([0, 0]);
  await nc.close();
});

test('a handler that throws is told, and the others go on hearing', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const failures: unknown[] = [];
  const control = new Control(nc, 'provider', (thrown) => failures.push(thrown));
  const broken = control.open(() => {
    throw new Error('a bug');
  });
  let heard = 0;
  const good = control.open(() => (heard += 1));
  nc.publish(broken.subject, 'cancel');
  nc.publish(good.subject, 'cancel');
  await until('the good one', () => heard === 1);
  expect(failures).toEqual([new Error('a bug')]);
  await nc.close();
});

test('numbered subjects hear notices of what was published with them, by number, and nothing else that is said there', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const control = new Control(nc, 'provider');
  const missed: number[] = [];
  const notices = control.openNumbered((number) => missed.push(number));
  control.openNumbered(() => missed.push(-1));
  for (const said of ['cancel', 'limit 3', '']) nc.publish(`${notices}7`, said);
  nc.publish(notices, 'cancel');
  for (const number of [7, 0, 123_456_789]) nc.publish('nobody', 'x', { reply: `${notices}${number}` });
  await nc.flush();
  expect(missed).toEqual([7, 0, 123_456_789]);
  expect(isControlSubject(`${notices}${Number.MAX_SAFE_INTEGER}`)).toBe(true);
  await nc.close();
});
