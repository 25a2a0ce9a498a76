// One request and its whole answer, over HTTP or over NATS.
import { Pool } from 'undici';
import { connectionTo } from './connections.ts';
import type { Task } from './order.ts';

const timeoutMs = 10_000;
const pools = new Map<string, Pool>();

/** A request by undici. */
export function httpRequest({ url, body, expected }: Extract<Task, { kind: 'http' }>): () => Promise<void> {
  const { origin, pathname } = new URL(url);
  const pool = pools.get(origin) ?? new Pool(origin, { connections: 256, headersTimeout: timeoutMs });
  pools.set(origin, pool);
  const headers = { 'content-type': 'application/json' };
  return async () => {
    const answer = await pool.request({ method: 'POST', path: pathname, headers, body });
    check(await answer.body.bytes(), answer.statusCode === 200, expected);
  };
}

/** A request by the client library's own `request`: the first message is the answer. */
export async function natsRequest(task: Extract<Task, { kind: 'request' }>): Promise<() => Promise<void>> {
  const nc = await connectionTo(task.server);
  const body = Buffer.from(task.body);
  return async () => {
    const answer = await nc.request(task.subject, body, { timeout: timeoutMs });
    check(answer.data, answer.headers === undefined, task.expected); // only errors have headers
  };
}

function check(bytes: Uint8Array, good: boolean, expected: string): void {
  const answer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!good || !answer.includes(expected)) throw new Error(`unexpected answer: ${answer.toString('utf8', 0, 200)}`);
}
