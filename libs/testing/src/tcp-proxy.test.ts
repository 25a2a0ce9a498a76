import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { tcpProxy, until, type TcpProxy } from './index.ts';

/** A server that sends back what it gets, and a client by way of a proxy. */
async function echoing(): Promise<{ proxy: TcpProxy; client: Socket; heard: () => string; accepted: Socket[] }> {
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket.on('error', () => undefined).pipe(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await tcpProxy(`nats://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => undefined);
  onTestFinished(async () => {
    client.destroy();
    await proxy[Symbol.asyncDispose]();
    server.close();
  });
  let text = '';
  client.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await until('a connection', () => accepted.length === 1);
  return { proxy, client, heard: () => text, accepted };
}

test('what goes through an open way comes out as it was', async () => {
  const { proxy, client, heard } = await echoing();
  expect(proxy.url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
  const text = 'x'.repeat(1_000_000);
  client.write(text);
  await until('all of it', () => heard().length === text.length);
  expect(proxy.connections).toBe(1);
});

test('a partition holds what is said and tells nobody; healed, it goes on where it was', async () => {
  const { proxy, client, heard, accepted } = await echoing();
  client.write('before ');
  await until('the first word', () => heard() === 'before ');
  proxy.partition();
  client.write('meanwhile ');
  const late = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  await once(late, 'connect'); // who connects now is accepted, and never answered
  late.destroy();
  await until('its end', () => proxy.connections < 2);
  expect([heard(), client.destroyed, accepted[0]?.destroyed]).toEqual(['before ', false, false]);
  proxy.heal();
  await until('the rest', () => heard() === 'before meanwhile ');
});

test('whoever is hung up on hears the end at once, and what it still says is held', async () => {
  const { proxy, client, heard, accepted } = await echoing();
  client.write('before ');
  await until('the first word', () => heard() === 'before ');
  proxy.hangUp();
  await once(client, 'end');
  expect([heard(), accepted[0]?.destroyed]).toEqual(['before ', false]);
});

test('a cut way breaks what goes through and takes nobody, until it is healed', async () => {
  const { proxy, client, heard } = await echoing();
  proxy.cut();
  await once(client, 'close');
  const refused = connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => undefined);
  await once(refused, 'close');
  proxy.heal();
  const again = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  again.write('hello');
  expect(String((await once(again, 'data'))[0])).toBe('hello');
  again.destroy();
  expect(heard()).toBe('');
});

test('a slowed way lets through what it was told a second, both ways', async () => {
  const { proxy, client, heard } = await echoing();
  proxy.slow(20_000);
  const start = performance.now();
  client.write('x'.repeat(10_000));
  await until('all of it', () => heard().length === 10_000);
  expect(performance.now() - start).toBeGreaterThan(400);
  proxy.heal();
  client.write('y'.repeat(1_000_000));
  await until('the rest, at once', () => heard().length === 1_010_000, 5000);
});
