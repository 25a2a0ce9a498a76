// Which ports are free on 127.0.0.1.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const host = '127.0.0.1';

/** Whether nobody listens there, and we may. */
export async function isFree(port: number): Promise<boolean> {
  return (await listen(port)) !== undefined;
}

/** The first of these ports that is free, else any that is. */
export async function freePort(preferred: readonly number[]): Promise<number> {
  for (const port of [...preferred, 0]) {
    const found = await listen(port);
    if (found !== undefined) return found;
  }
  throw new Error(`no port is free on ${host}`);
}

/** Listen for a moment; resolves to the port, or to undefined when the system refuses it. */
async function listen(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
