// One small HTTP port a service: /livez, /readyz and /metrics.
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InstanceStats } from '@router-mesh/contracts';
import type { Registry } from 'prom-client';

// An `import` of it reads all that it exports, its WebSocket among them: that loads the undici that Node carries, 15 MB that nobody uses here.
const { createServer } = process.getBuiltinModule('node:http');

/** What /readyz answers: 200 when nothing is missing. */
export type Readiness = Pick<InstanceStats, 'missing' | 'snapshots' | 'notes'>;

export interface HealthServer {
  /** As `http://127.0.0.1:8080`. */
  readonly url: string;
  close(): void;
}

/** @throws Error when the port is taken */
export async function serveHealth(
  host: string,
  port: number,
  registry: Registry,
  readiness: () => Readiness,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', response).catch(() => response.destroy());
  });
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    switch (path) {
      case '/livez':
        return send(response, 200, 'application/json', '{"live":true}');
      case '/readyz': {
        const state = readiness();
        return send(
          response,
          state.missing.length === 0 ? 200 : 503,
          'application/json',
          JSON.stringify({ ready: state.missing.length === 0, ...state }),
        );
      }
      case '/metrics':
        return send(response, 200, registry.contentType, await registry.metrics());
      default:
        return send(response, 404, 'application/json', '{"error":"not found: /livez, /readyz or /metrics"}');
    }
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => server.close().closeAllConnections(),
  };
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
