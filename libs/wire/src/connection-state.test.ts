import { natsServer, until } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import { payloadLimit, publish, unsentPublishes, whileConnected } from './connection-state.ts';

test('what is published while the connection is down is counted and throws nothing', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  publish(nc, 'somewhere', 'heard by nobody');
  expect(unsentPublishes(nc)).toBe(0);

  await nats.stop();
  await until('the disconnect is known', () => {
    publish(nc, 'somewhere', 'lost');
    return unsentPublishes(nc) > 0;
  });
  const before = unsentPublishes(nc);
  publish(nc, 'somewhere', 'lost');
  expect(unsentPublishes(nc)).toBe(before + 1);

  await nats.restart();
  await until('it is up again', () => {
    const unsent = unsentPublishes(nc);
    publish(nc, 'somewhere', 'heard by nobody');
    return unsentPublishes(nc) === unsent;
  });

  await nc.close();
  publish(nc, 'somewhere', 'after the end');
  expect(unsentPublishes(nc)).toBeGreaterThan(before + 1);
});

test('a request under way fails as soon as the connection goes down, and the next one at once', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  nc.subscribe('silent', { callback: () => undefined });
  const asked = whileConnected(nc, () => nc.request('silent', '', { timeout: 60_000 }));
  const failed = expect(asked).rejects.toMatchObject({ code: 'unavailable', details: { reason: 'disconnected' } });
  await nats.stop();
  await failed;
  const next = whileConnected(nc, () => Promise.resolve('never asked'));
  await expect(next).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  await nc.close();
});

test('what is asked while the connection is up is answered or fails in its own way', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await expect(whileConnected(nc, () => Promise.resolve(7))).resolves.toBe(7);
  await expect(whileConnected(nc, () => Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  await nc.close();
});

test('a payload may have what the server carries, less 128 KiB for headers; also known while the connection is down', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const limit = 8 * 1024 * 1024 - 128 * 1024;
  expect(payloadLimit(nc)).toBe(limit);
  await nats.stop();
  await until('between two connections', () => nc.info === undefined);
  expect(payloadLimit(nc)).toBe(limit);
  await nc.close();
});
