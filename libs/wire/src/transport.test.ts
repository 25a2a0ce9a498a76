import { natsServer, poll, tcpProxy, until, type TcpProxy } from '@router-mesh/testing';
import type { NatsConnection } from '@nats-io/nats-core';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { isConnected } from './connection-state.ts';
import { connectNats } from './connection.ts';

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
