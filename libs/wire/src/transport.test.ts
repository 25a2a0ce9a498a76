import { natsServer, poll, tcpProxy, until, type TcpProxy } from '@router-mesh/testing';
import type { NatsConnection } from '@nats-io/nats-core';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { isConnected, publish } from './connection-state.ts';
import { connectNats } from './connection.ts';
import { listen } from './listen.ts';
import { handedOver } from './transport.ts';

/** A connection by way of a proxy, with the sockets that it has had, the newest last, and what nobody caught. */
async function connected() {
  const nats = await natsServer();
  const proxy = await tcpProxy(nats.url);
  const opened: Socket[] = [];
  const uncaught: unknown[] = [];
  const noteSocket = (message: unknown): void => void opened.push((message as { socket: Socket }).socket);
  const noteError = (error: unknown): void => void uncaught.push(error);
  subscribe('net.client.socket', noteSocket);
  process.on('uncaughtExceptionMonitor', noteError);
  const nc = await connectNats({
    servers: [proxy.url],
    name: 'test',
    inboxPrefix: '_INBOX',
    credentials: nats.credentials('root'),
  });
  onTestFinished(async () => {
    unsubscribe('net.client.socket', noteSocket);
    process.off('uncaughtExceptionMonitor', noteError);
    await nc.close();
    await proxy[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });
  const port = Number(new URL(proxy.url).port);
  return { nc, proxy, uncaught, socket: () => opened.findLast(({ remotePort }) => remotePort === port) };
}

/** Hang up on a client that still has much to say: its socket is ended, and stays so until the way is healed. */
async function hangUp(nc: NatsConnection, proxy: TcpProxy, socket: Socket): Promise<void> {
  proxy.partition();
  const much = new Uint8Array(1_000_000);
  await until('the way is full', () => {
    nc.publish('much', much);
    return socket.writableLength > 2 * much.length;
  });
  const ended = once(socket, 'end');
  proxy.hangUp();
  await ended;
  await until('the client hangs up too, as soon as all is written', () => socket.writableEnded);
}

test('a connection that is closed just when its server has hung up leaves no error that nobody catches, not even after a reconnect', async () => {
  const { nc, proxy, socket, uncaught } = await connected();
  const first = await poll('a socket', socket);
  await hangUp(nc, proxy, first);
  nc.publish('anything', 'x'); // fails, and so makes the connection anew
  proxy.heal();
  const second = await poll('the next socket', () => (socket() === first ? undefined : socket()));
  await until('it is up again', () => isConnected(nc));
  await hangUp(nc, proxy, second);
  nc.publish('anything', 'x'); // fails, and says so when the connection is closed already
  await nc.close();
  await turn();
  expect(uncaught).toEqual([]);
});

/** A connection and a listener of another one. */
async function talking() {
  const nats = await natsServer();
  const heard: string[] = [];
  const listener = await nats.connect('root');
  listen(listener, 'said', (message) => heard.push(message.string().slice(0, 8)));
  await listener.flush();
  onTestFinished(async () => {
    await listener.close();
    await nats[Symbol.asyncDispose]();
  });
  const connect = (): Promise<NatsConnection> =>
    connectNats({ servers: [nats.url], name: 'test', inboxPrefix: '_INBOX', credentials: nats.credentials('root') });
  return { heard, connect };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n).padStart(8, '0'));

test('what is said by many callbacks of one turn is written once', async () => {
  const { nc, socket } = await connected();
  await nc.flush();
  const writes: number[] = [];
  const own = await poll('a socket', socket);
  const write: (bytes: Uint8Array | string) => boolean = own.write.bind(own);
  own.write = (bytes: Uint8Array | string) => (writes.push(bytes.length), write(bytes));
  await turn();
  // Each tick lets the client library flush what was said before it.
  for (let n = 0; n < 10; n += 1) {
    nc.publish('said', 'x');
    await Promise.resolve();
  }
  await turn();
  expect(writes).toEqual([10 * 'PUB said 1\r\nx\r\n'.length]);
});

test('whatever sizes are said in whatever turns, all arrive in order', async () => {
  const { heard, connect } = await talking();
  const nc = await connect();
  const said = numbers(3000);
  for (const [n, word] of said.entries()) {
    // From nothing to more than is gathered, in turns of one to seven.
    nc.publish('said', word + 'x'.repeat(n % 11 === 0 ? 70_000 : (n % 50) ** 2));
    if (n % 3 === 0) await Promise.resolve();
    if (n % 7 === 0) await turn();
  }
  await until('the last', () => heard.at(-1) === said.at(-1));
  expect(heard).toEqual(said);
  await nc.close();
});

test.each(['close', 'drain'] as const)('what was said before %s in the same turn arrives', async (end) => {
  const { heard, connect } = await talking();
  const nc = await connect();
  for (const word of numbers(100)) {
    nc.publish('said', word);
    await Promise.resolve();
  }
  await nc[end]();
  await until('all', () => heard.length === 100);
  expect(heard).toEqual(numbers(100));
});

test('what was said before a reconnect of our own making arrives, and what is said after it', async () => {
  const { heard, connect } = await talking();
  const nc = await connect();
  for (const word of numbers(100)) nc.publish('said', word);
  await nc.reconnect();
  await until('the first', () => heard.length === 100);
  await until('it is up again', () => isConnected(nc));
  await nc.flush();
  nc.publish('said', 'again');
  await until('the last', () => heard.length === 101);
  expect(heard).toEqual([...numbers(100), 'again']);
  await nc.close();
});

test('what was published is the system’s once it is handed over, and not a word before', async () => {
  const { nc, socket } = await connected();
  const first = await poll('a socket', socket);
  for (const words of ['one', 'two']) {
    await turn();
    await turn(); // nothing is under way
    const before = first.bytesWritten;
    publish(nc, 'word', words);
    const over = handedOver();
    await Promise.resolve();
    expect(first.bytesWritten).toBe(before);
    await over;
    expect(first.bytesWritten).toBe(before + `PUB word 3\r\n${words}\r\n`.length);
  }
});
