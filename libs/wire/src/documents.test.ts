import { providers, type ProviderDocument } from '@router-mesh/contracts';
import { natsServer } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import { getDocument, putDocument } from './documents.ts';
import { removeExpiring } from './expiring.ts';
import { ensureStores } from './streams.ts';

const document: ProviderDocument = { vendor: 'demo', format: 'openai', base_url: 'http://127.0.0.1:1/v1', models: [] };

async function owner(nats: Awaited<ReturnType<typeof natsServer>>) {
  const nc = await nats.connect('provider');
  await ensureStores(nc, [providers], { replicas: 1 });
  return nc;
}

test('a document is written over whatever stands there, or only over the revision named', async () => {
  await using nats = await natsServer();
  const nc = await owner(nats);
  const first = await putDocument(nc, providers, 'demo', document, 0);
  const second = await putDocument(nc, providers, 'demo', document);
  const third = await putDocument(nc, providers, 'demo', document, second);
  expect([second > first, third > second]).toEqual([true, true]);
  await expect(putDocument(nc, providers, 'other', document, 0)).resolves.toBeGreaterThan(third);
  await nc.close();
});

test('another revision is a `conflict`: a newer one, and that there is one at all', async () => {
  await using nats = await natsServer();
  const nc = await owner(nats);
  const first = await putDocument(nc, providers, 'demo', document, 0);
  await putDocument(nc, providers, 'demo', document, first);
  for (const stale of [0, first, 99]) {
    await expect(putDocument(nc, providers, 'demo', document, stale)).rejects.toMatchObject({
      code: 'conflict',
      param: 'revision',
    });
  }
  await nc.close();
});

test('of many who write over one revision at once, one wins', async () => {
  await using nats = await natsServer();
  const nc = await owner(nats);
  const revision = await putDocument(nc, providers, 'demo', document, 0);
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => putDocument(nc, providers, 'demo', document, revision)),
  );
  const lost = results
    .filter((result) => result.status === 'rejected')
    .map(({ reason }) => (reason as { code: string }).code);
  expect(lost).toEqual(Array<string>(19).fill('conflict'));
  await nc.close();
});

test('a bucket that is not there, and a connection that is down, are `unavailable`', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const putting = putDocument(nc, providers, 'demo', document);
  await expect(putting).rejects.toMatchObject({ code: 'unavailable', details: { reason: 'store_away' } });
  await nats.stop();
  await expect(putDocument(nc, providers, 'demo', document)).rejects.toMatchObject({ code: 'unavailable' });
  await nc.close();
});

test('a document is read as its leader has it; one that is not there or was removed is undefined', async () => {
  await using nats = await natsServer();
  await owner(nats);
  const nc = await nats.connect('root');
  expect(await getDocument(nc, providers, 'demo')).toBeUndefined();
  const revision = await putDocument(nc, providers, 'demo', document);
  expect(await getDocument(nc, providers, 'demo')).toEqual({ value: document, revision });
  removeExpiring(nc, providers, 'demo');
  await nc.flush();
  expect(await getDocument(nc, providers, 'demo')).toBeUndefined();
  nc.publish('$KV.router_v2_providers.demo', '{"vendor":1}');
  await nc.flush();
  await expect(getDocument(nc, providers, 'demo')).rejects.toMatchObject({ code: 'internal' });
  await nats.stop();
  await expect(getDocument(nc, providers, 'demo')).rejects.toMatchObject({ code: 'unavailable' });
});
