import { natsServer, until } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';

test('a callback that throws does not make the connection deaf', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const thrown: unknown[] = [];
  const heard: string[] = [];
  const receive = (message: { string(): string }): void => {
    heard.push(message.string());
    if (message.string() === 'bad') throw new Error('a bug');
  };
  listen(nc, 'words', receive, { failed: (error) => thrown.push(error) });
  for (const word of ['good', 'bad', 'good again']) nc.publish('words', word);
  await until('three words', () => heard.length === 3);
  expect(heard).toEqual(['good', 'bad', 'good again']);
  expect(thrown).toEqual([new Error('a bug')]);
  await nc.close();
});

test('the refusal of a subscription is no message', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('policy');
  const heard: unknown[] = [];
  const subscription = listen(nc, 'router.v2.stage.provider.demo', (message) => heard.push(message.subject));
  await subscription.closed;
  await nc.flush();
  expect(heard).toEqual([]);
  await nc.close();
});

test('a queue group hears a message once', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  let heard = 0;
  for (let n = 0; n < 3; n += 1) listen(nc, 'work', () => (heard += 1), { queue: 'workers' });
  for (let n = 0; n < 20; n += 1) nc.publish('work');
  await nc.flush();
  await until('all', () => heard >= 20);
  expect(heard).toBe(20);
  await nc.close();
});
