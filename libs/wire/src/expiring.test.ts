import { cache } from '@router-mesh/contracts';
import { natsServer, until } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import { getExpiring, putExpiring, removeExpiring } from './expiring.ts';
import { ensureStores } from './streams.ts';

const answer = {
  usage: { input_tokens: 1, output_tokens: 2, estimated: false },
  answer: '{"seed":12345678901234567890}',
};
const inTime = { timeoutMs: 2000 };

test('a key is read as it was written until its time is over, with the rights of its service', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await ensureStores(nc, [cache], { replicas: 1 });
  expect(await getExpiring(nc, cache, 'a', inTime)).toBeUndefined();
  await putExpiring(nc, cache, 'a', answer, { ttlMs: 1000, ...inTime });
  await putExpiring(nc, cache, 'b', answer, { ttlMs: 60_000, ...inTime });
  expect(await getExpiring(nc, cache, 'a', inTime)).toEqual(answer);
  await until('the end of its time', async () => (await getExpiring(nc, cache, 'a', inTime)) === undefined);
  expect(await getExpiring(nc, cache, 'b', inTime)).toEqual(answer);
  removeExpiring(nc, cache, 'b');
  await until('the removal', async () => (await getExpiring(nc, cache, 'b', inTime)) === undefined);
  await nc.close();
});

test('what is not of its form is not there, and a bucket that is not there is away at once', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const away = getExpiring(nc, cache, 'a', { timeoutMs: 20_000 });
  await expect(away).rejects.toMatchObject({ code: 'unavailable', details: { reason: 'store_away' } });
  await ensureStores(nc, [cache], { replicas: 1 });
  nc.publish(`$KV.${cache.name}.a`, 'no JSON');
  nc.publish(`$KV.${cache.name}.b`, '{"answer":1}');
  await nc.flush();
  expect([await getExpiring(nc, cache, 'a', inTime), await getExpiring(nc, cache, 'b', inTime)]).toEqual([
    undefined,
    undefined,
  ]);
  await nc.close();
});

test('a bucket for what may be lost makes room when it is full', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  await ensureStores(nc, [{ ...cache, maxBytes: 10_000 }], { replicas: 1 });
  const large = { ...answer, answer: 'x'.repeat(3000) };
  for (const key of ['a', 'b', 'c', 'd']) await putExpiring(nc, cache, key, large, { ttlMs: 60_000, ...inTime });
  expect(await getExpiring(nc, cache, 'a', inTime)).toBeUndefined();
  expect(await getExpiring(nc, cache, 'd', inTime)).toEqual(large);
  await nc.close();
});
