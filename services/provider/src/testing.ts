/** What the tests of calls share beside the scripted upstreams of @router-mesh/testing. Imported by tests only. */
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import type { Admitted } from './breaker.ts';
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

/** Make a call if it is let out, and tell how it went. */
export async function admitted<Result>(
  admit: () => Admitted | undefined,
  call: (alive: () => void) => Promise<Result>,
): Promise<Result> {
  const gate = admit();
  try {
    const result = await call(() => gate?.alive());
    gate?.ended();
    return result;
  } catch (error) {
    gate?.ended(error);
    throw error;
  }
}

/** What nobody ends early. */
export const uncancelled = new AbortController().signal;
