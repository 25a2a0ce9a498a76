/** A running demo: listening, and stopping without breaking what is open. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRoutes } from './routes.ts';

/** A demo that listens at `url`. */
export interface Demo extends AsyncDisposable {
  readonly url: string;
  /** Stop listening, let open calls finish for that long (5 s), then break them; resolves when all are gone. Asked again, nothing changes. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Start a demo; port 0 is any free one. Disposing of it breaks open calls at once.
 *
 *     await using demo = await startDemo();
 *     await fetch(`${demo.url}/health`);
 *
 * @throws the system's error when it cannot listen there
 */
export async function startDemo({ host = '127.0.0.1', port = 0 } = {}): Promise<Demo> {
  const server = createServer(
    // Ten minutes, longer than clients keep idle connections: the client closes first, so no request meets a close.
    { keepAliveTimeout: 600_000 },
    createRoutes(),
  );
  server.listen({ host, port, backlog: 4096 });
  await once(server, 'listening');

  let stopped: Promise<void> | undefined;
  const stop = (graceMs = 5000): Promise<void> => (stopped ??= drain(server, graceMs));
  return { url: urlOf(host, server.address() as AddressInfo), stop, [Symbol.asyncDispose]: () => stop(0) };
}

async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // Node closes only the connections that are idle now; those whose call ends later are ours to close.
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}

function urlOf(host: string, { port }: AddressInfo): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
