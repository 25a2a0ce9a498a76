// One request and its whole answer, over HTTP or over NATS.
import { headers, TimeoutError, type MsgHdrs } from '@nats-io/transport-node';
import { errors, Pool } from 'undici';
import { bodyOf } from './body.ts';
import { connectionTo } from './connections.ts';
import { Unanswered, type Once } from './once.ts';
import type { Task } from './order.ts';

const timeoutMs = 10_000;
const pools = new Map<string, Pool>();

/** A request by undici. */
export function httpRequest({ url, body, expected }: Extract<Task, { kind: 'http' }>): Once {
  const { origin, pathname } = new URL(url);
  const pool = pools.get(origin) ?? new Pool(origin, { connections: 256, headersTimeout: timeoutMs });
  pools.set(origin, pool);
  const json = { 'content-type': 'application/json' };
  return async () => {
    const answer = await pool.request({ method: 'POST', path: pathname, headers: json, body }).catch((error) => {
      throw error instanceof errors.HeadersTimeoutError ? new Unanswered(error.message) : error;
    });
    check(await answer.body.bytes(), answer.statusCode === 200, expected);
  };
}

/** A request by the client library's own `request`: the first message is the answer. */
export async function natsRequest(task: Extract<Task, { kind: 'request' }>): Promise<Once> {
  const nc = await connectionTo(task.server);
  const body = bodyOf(task.body);
  const options = { timeout: timeoutMs, ...(task.headers !== undefined && { headers: headersOf(task.headers) }) };
  return async () => {
    const answer = await nc.request(task.subject, body(), options).catch((error) => {
      throw error instanceof TimeoutError ? new Unanswered(`no answer within ${timeoutMs} ms`) : error;
    });
    check(answer.data, answer.headers === undefined, task.expected); // only errors have headers
  };
}

/** Headers as the client library takes them. */
export function headersOf(told: Readonly<Record<string, string>>): MsgHdrs {
  const encoded = headers();
  for (const [name, value] of Object.entries(told)) encoded.set(name, value);
  return encoded;
}

function check(bytes: Uint8Array, good: boolean, expected: string): void {
  const answer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!good || !answer.includes(expected)) throw new Error(`unexpected answer: ${answer.toString('utf8', 0, 200)}`);
}
