// A bare HTTP proxy in front of the model: `node:http` and undici, nothing looked at.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const pool = new Pool(process.env['MODEL_URL'] ?? '', { connections: 256 });
const server = createServer((request, response) => void pass(request, response));
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);

async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const answer = await pool.request({
    method: 'POST',
    path: request.url ?? '/',
    headers: { 'content-type': 'application/json' },
    body: Buffer.concat(chunks),
  });
  const body = await answer.body.bytes();
  response
    .writeHead(answer.statusCode, { 'content-type': 'application/json', 'content-length': body.length })
    .end(body);
}
