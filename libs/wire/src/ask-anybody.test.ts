import { natsServer } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import { askAnybody } from './ask-anybody.ts';
import { listen } from './listen.ts';

test('the first who answers is heard; silence, and nobody there at all, is no answer', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await expect(askAnybody(nc, 'a.question', 'who?', 5000)).resolves.toBeUndefined(); // nobody listens: known at once
  listen(nc, 'a.question', () => undefined);
  await expect(askAnybody(nc, 'a.question', 'who?', 50)).resolves.toBeUndefined();
  listen(nc, 'a.question', (message) => message.respond(`${message.string()} me`));
  await expect(askAnybody(nc, 'a.question', 'who?', 5000)).resolves.toBe('who? me');
  await nc.close();
});

test('while NATS is away silence means nothing', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  listen(nc, 'a.question', () => undefined);
  const asking = expect(askAnybody(nc, 'a.question', '', 20_000)).rejects.toMatchObject({ code: 'unavailable' });
  await nc.flush();
  await nats.stop();
  await asking;
  await nc.close();
});
