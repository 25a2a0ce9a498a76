import { natsServer, publishRaw, until } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import type { Msg } from '@nats-io/nats-core';
import { listen } from './listen.ts';
import { readHeaders } from './read-headers.ts';

/** What a receiver makes of headers as they stand on the wire. */
async function readRaw(...blocks: readonly string[]): Promise<unknown[]> {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const read: unknown[] = [];
  const receive = (message: Msg): void => {
    try {
      read.push(Object.fromEntries(readHeaders(message) ?? []));
    } catch (error) {
      read.push(error);
    }
  };
  listen(nc, 'in', receive);
  await nc.flush();
  for (const headers of blocks)
    await publishRaw(nats, { subject: 'in', reply: 'out', headers, payload: 'x'.repeat(10_000) }, 'root');
  await until('all messages', () => read.length === blocks.length);
  await nc.close();
  return read;
}

test('headers that are not of their form are refused, others read', async () => {
  const read = await readRaw(
    'NATS/1.0\r\na name: 1\r\n\r\n',
    'NATS/1.0\r\nnäme: 1\r\n\r\n',
    'NATS/1.0\r\nRouter-Frames: 1\r\nRouter-Frames: 2\r\n\r\n',
    'NATS/1.0 503\r\n\r\n',
    'nonsense\r\n\r\n',
  );
  expect(read).toEqual([
    expect.objectContaining({ code: 'invalid_request', param: 'headers' }),
    expect.objectContaining({ code: 'invalid_request', param: 'headers' }),
    { 'Router-Frames': ['1', '2'] },
    {},
    {},
  ]);
});

test('more headers than anybody has to say are refused unread', async () => {
  const block = (count: number): string =>
    `NATS/1.0\r\n${Array.from({ length: count }, (_, n) => `a${n}:\r\n`).join('')}\r\n`;
  const started = performance.now();
  const [few, many] = await readRaw(block(500), block(300_000));
  expect(Object.keys(few as object)).toHaveLength(500);
  expect(many).toMatchObject({
    code: 'too_large',
    message: expect.stringMatching(/^the headers have \d+ bytes and may have 8192$/),
  });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('a message without headers has none', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const subscription = nc.subscribe('in', { max: 1 });
  nc.publish('in', 'x');
  for await (const message of subscription) expect(readHeaders(message)).toBeUndefined();
  await nc.close();
});
