/** What the tests of calls share beside the scripted upstreams of @router-mesh/testing. Imported by tests only. */
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import type { Deltas } from './relay.ts';

export {
  answer,
  chunk,
  completion,
  cut,
  done,
  event,
  hang,
  scriptedUpstream,
  stream,
  usageChunk,
  type Received,
  type Script,
  type ScriptedUpstream,
} from '@router-mesh/testing';

/** A server that knows no HTTP: it does with each connection as the test says. */
export async function listening(
  script: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly host: string }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    script(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A reader who takes every piece as it comes. */
export function takingAll(delta: (piece: string) => unknown): Deltas {
  return { delta: (piece) => void delta(piece), full: false, room: () => Promise.resolve() };
}

/** What nobody ends early. */
export const uncancelled = new AbortController().signal;
