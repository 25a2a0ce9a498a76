import { events, eventSubject, meter, meterSubject, policyDocumentRefused } from '@router-mesh/contracts';
import { natsServer, tcpProxy, until, type NatsServer } from '@router-mesh/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { connectNats } from './connection.ts';
import { publishEvent, storeFact } from './facts.ts';
import { ensureStores } from './streams.ts';

const subject = meterSubject('acme.web');

async function stored(nats: NatsServer, name: string): Promise<string[]> {
  const nc = await nats.connect('root');
  const { streams } = await jetstreamManager(nc);
  const { state } = await streams.info(name);
  const messages = Array.from({ length: state.messages }, (_, index) =>
    streams.getMessage(name, { seq: state.first_seq + index }),
  );
  const texts = (await Promise.all(messages)).map((message) => message?.string() ?? '');
  await nc.close();
  return texts;
}

test('a fact is stored when it resolves, with an id or without', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await ensureStores(nc, [meter], { replicas: 1 });
  await storeFact(nc, subject, 'one', { timeoutMs: 2000 });
  await storeFact(nc, subject, 'two', { messageId: 'id', timeoutMs: 2000 });
  expect(await stored(nats, meter.name)).toEqual(['one', 'two']);
  await nc.close();
});

test('a second try under the same id resolves and stores nothing', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await ensureStores(nc, [meter], { replicas: 1 });
  for (let n = 0; n < 3; n += 1) await storeFact(nc, subject, 'one', { messageId: 'id', timeoutMs: 2000 });
  expect(await stored(nats, meter.name)).toEqual(['one']);
  await nc.close();
});

test('what the stream refuses throws and says why: full with `discard: new` is an alarm, no silent loss', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await ensureStores(nc, [{ ...meter, maxBytes: 2000 }], { replicas: 1 });
  const filling = async (): Promise<void> => {
    for (let n = 0; n < 10; n += 1) await storeFact(nc, subject, 'x'.repeat(500), { timeoutMs: 2000 });
  };
  await expect(filling()).rejects.toThrow(/was not stored: maximum bytes exceeded/);
  await expect(filling()).rejects.toMatchObject({ name: 'FactRefused', final: false });
  await nc.close();
});

test('a fact that is too large for the stream, or for the server, is refused for good', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await ensureStores(nc, [meter], { replicas: 1 });
  const { streams } = await jetstreamManager(nc);
  await streams.update(meter.name, { max_msg_size: 1000 });
  for (const bytes of [2000, 9 * 1024 * 1024]) {
    const refused = storeFact(nc, subject, 'x'.repeat(bytes), { timeoutMs: 2000 });
    await expect(refused).rejects.toMatchObject({ name: 'FactRefused', final: true });
  }
  await nc.close();
});

test('without a stream, without a right and without a connection it throws', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await expect(storeFact(nc, subject, 'x', { timeoutMs: 2000 })).rejects.toThrow();
  const policy = await nats.connect('policy');
  await expect(storeFact(policy, subject, 'x', { timeoutMs: 2000 })).rejects.toThrow(/Permissions Violation/);
  await nats.stop();
  const started = performance.now();
  await expect(storeFact(nc, subject, 'x', { timeoutMs: 60_000 })).rejects.toThrow(/connection to NATS is down/);
  expect(performance.now() - started).toBeLessThan(5000);
  await Promise.all([nc.close(), policy.close()]);
});

test('many under way at a time get each its own answer, and go on getting them after a reconnect', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await ensureStores(nc, [meter], { replicas: 1 });
  const store = (from: number): Promise<string>[] =>
    Array.from({ length: 200 }, async (_, n) => {
      // Of this subject there is no stream.
      const to = n % 10 === 0 ? 'router.v2.holder' : subject;
      const storing = storeFact(nc, to, `fact ${from + n}`, { messageId: `id ${from + n}`, timeoutMs: 5000 });
      return await storing.then(
        () => 'stored',
        (error: Error) => error.message,
      );
    });
  const expected = Array.from({ length: 200 }, (_, n) =>
    n % 10 === 0 ? 'nobody takes what is published to "router.v2.holder"' : 'stored',
  );
  expect(await Promise.all(store(0))).toEqual(expected);
  await nats.restart();
  await until('it is connected again', async () => (await Promise.all(store(200))).includes('stored'));
  expect(await Promise.all(store(400))).toEqual(expected);
  const facts = await stored(nats, meter.name);
  expect(new Set(facts).size).toBe(facts.length);
  await nc.close();
});

test('what is not acknowledged in time throws, at its own time, and its late acknowledgement disturbs nobody', async () => {
  await using nats = await natsServer();
  await using proxy = await tcpProxy(nats.url);
  const credentials = nats.credentials('provider');
  const nc = await connectNats({ servers: [proxy.url], name: 'test', inboxPrefix: '_SVC.provider', credentials });
  await ensureStores(nc, [meter], { replicas: 1 });
  proxy.partition();
  const patient = storeFact(nc, subject, 'patient', { timeoutMs: 20_000 });
  await expect(storeFact(nc, subject, 'impatient', { timeoutMs: 200 })).rejects.toThrow(/not acknowledged in time/);
  proxy.heal();
  await patient;
  await storeFact(nc, subject, 'the next', { timeoutMs: 20_000 });
  expect(await stored(nats, meter.name)).toEqual(['patient', 'impatient', 'the next']);
  await nc.close();
});

test("an event is told without waiting, in its contract's form", async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  await ensureStores(nc, [events], { replicas: 1 });
  const body = { bucket: 'b', key: 'k', revision: 7, message: 'm', instance: 'i' };
  publishEvent(nc, policyDocumentRefused, 'platform', body);
  await until('the event', async () => (await stored(nats, events.name)).length === 1);
  expect(JSON.parse((await stored(nats, events.name))[0] ?? '')).toEqual(body);
  expect(eventSubject(policyDocumentRefused, 'platform')).toBe('router.v2.event.policy.document_refused.platform');
  expect(() => publishEvent(nc, policyDocumentRefused, 'platform', { ...body, revision: 'seven' } as never)).toThrow();
  await nc.close();
});
