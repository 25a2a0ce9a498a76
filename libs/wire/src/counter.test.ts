import { rates } from '@router-mesh/contracts';
import { natsServer } from '@router-mesh/testing';
import { headers } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { addToCounter, addToCounterSoon } from './counter.ts';
import { ensureStores } from './streams.ts';

const subject = 'router.v2.rate.requests.all.28333333.acme';

test('a counter tells its sum, goes down too, and is exact beyond what a number can hold', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  await ensureStores(nc, [rates], { replicas: 1 });
  const sums = [];
  for (const amount of [1n, 41n, -2n, 0n, 2n ** 60n]) sums.push(await addToCounter(nc, subject, amount));
  expect(sums).toEqual([1n, 42n, 40n, 40n, 40n + 2n ** 60n]);
  await expect(addToCounter(nc, `${subject}.web`, 5n)).resolves.toBe(5n);
  await nc.close();
});

test('who need not know the sum does not wait for it', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('provider');
  const owner = await nats.connect('policy');
  await ensureStores(owner, [rates], { replicas: 1 });
  addToCounterSoon(nc, subject, 7n);
  addToCounterSoon(nc, subject, -2n);
  await nc.flush();
  await expect(addToCounter(owner, subject, 0n)).resolves.toBe(5n);
  await Promise.all([nc.close(), owner.close()]);
});

test('a hundred at once are all counted', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  await ensureStores(nc, [rates], { replicas: 1 });
  const sums = await Promise.all(Array.from({ length: 100 }, () => addToCounter(nc, subject, 1n)));
  expect(new Set(sums).size).toBe(100);
  expect(sums).toContain(100n);
  await nc.close();
});

test('a duplicate has no value: counters are told without message ids', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  await ensureStores(nc, [rates], { replicas: 1 });
  const encoded = headers();
  encoded.set('Nats-Incr', '+1');
  encoded.set('Nats-Msg-Id', 'once');
  const answers = [];
  for (let n = 0; n < 2; n += 1)
    answers.push((await nc.request(subject, '', { headers: encoded, timeout: 2000 })).json());
  expect(answers).toEqual([
    expect.objectContaining({ val: '1' }),
    expect.not.objectContaining({ val: expect.anything() }),
  ]);
  await expect(addToCounter(nc, subject, 1n)).resolves.toBe(2n);
  await expect(addToCounter(nc, subject, 1n)).resolves.toBe(3n);
  await nc.close();
});

test('a counter whose stream is away is `unavailable`', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  await expect(addToCounter(nc, subject, 1n)).rejects.toMatchObject({
    code: 'unavailable',
    details: { reason: 'counter_away' },
  });
  await nats.stop();
  await expect(addToCounter(nc, subject, 1n)).rejects.toMatchObject({
    code: 'unavailable',
    details: { reason: 'counter_away' },
  });
  await nc.close();
});

test('a stream that is no counter refuses, and says so', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await ensureStores(nc, [{ ...rates, counter: false }], { replicas: 1 });
  const adding = addToCounter(nc, subject, 1n);
  await expect(adding).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('message counters is disabled'),
  });
  await nc.close();
});
