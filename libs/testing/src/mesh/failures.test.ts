// Every misbehaviour of a model, unary and streamed, by each client, in a real mesh: what comes of it is docs/failures.md.
import { connect } from '@router-mesh/client';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { cases, type Form, type Misbehaviour } from '../failures/misbehaviours.ts';
import { askBySdk, askPlainly } from '../failures/observe.ts';
import { failuresPage } from '../failures/page.ts';
import { demoDocument, PlainClient, poll, readLedger, startMesh, until } from '../index.ts';

const page = new URL('../../../../docs/failures.md', import.meta.url);

/** All that a machine under load may take. */
const patient = { connect_ms: 30_000, first_token_ms: 60_000, idle_ms: 60_000, total_ms: 60_000 };

test('each misbehaviour ends in its documented class, for each client, as docs/failures.md says (otherwise: npm run generate:failures)', async () => {
  await using mute = await silentServer();
  await using mesh = await startMesh({
    environment: {
      ROUTER_CONNECT_TIMEOUT: '1s',
      ROUTER_FIRST_TOKEN_TIMEOUT: '2s',
      ROUTER_IDLE_TIMEOUT: '1s',
      ROUTER_MODEL_TIMEOUT: '4s',
      ROUTER_BREAKER_CALLS: '0',
    },
    documents: (url) => [
      demoDocument(url, 'demo', { timeouts: patient }),
      demoDocument(url, 'hasty', { timeouts: { connect_ms: patient.connect_ms } }),
      demoDocument(`https://127.0.0.1:${mute.port}`, 'mute'),
      demoDocument('http://127.0.0.1:1', 'refused', { timeouts: patient }),
      demoDocument(url.replace('http:', 'https:'), 'tls', { timeouts: patient }),
    ],
  });
  await using sdk = await connect({ servers: mesh.nats.url, tenant: 'demo', timeoutMs: 30_000 });
  await using plain = await PlainClient.connect(mesh.nats.url);

  let answered = 0;
  const askBoth = async ([one, form]: readonly [Misbehaviour, Form]) => {
    const [bySdk, byPlain] = await Promise.all([askBySdk(sdk, one, form), askPlainly(plain, one, form)]);
    answered += 1;
    return { one, form, sdk: bySdk, plain: byPlain };
  };
  // Who has one second does not spend it in the crowd: no model is called for a request whose time is over before.
  const [short, others] = [[...cases()].filter(isShort), [...cases()].filter((one) => !isShort(one))];
  const asked = others.map(askBoth);
  await until('most of them to be answered', () => answered > others.length / 2, 30_000);
  const all = await Promise.all([...asked, ...short.map(askBoth)]);
  const seen = [...cases()].flatMap(([one, form]) => all.filter((row) => row.one === one && row.form === form));

  // Every call that was started is finished, each request has one, and nothing is recorded beside them.
  const requests = seen.flatMap((one) => [one.sdk.request, one.plain.request]);
  const { started, finished } = await poll('every call to be finished', async () => {
    const ledger = await readLedger(mesh.nats, 0);
    const recorded = new Set(ledger.finished.map(({ request }) => request));
    const isWhole = ledger.started.length === ledger.finished.length && requests.every((one) => recorded.has(one));
    return isWhole ? ledger : undefined;
  });
  expect(finished.map(({ call }) => call).sort()).toEqual(started.map(({ call }) => call).sort());

  const usage = (request: string) =>
    finished.filter((record) => record.request === request).sort((a, b) => a.leg - b.leg);
  const text = failuresPage(seen.map((one) => ({ ...one, usage })));
  if (process.env['MESH_WRITE_FAILURES'] !== undefined) writeFileSync(page, text);
  expect(text).toBe(readFileSync(page, 'utf8'));
}, 60_000);

function isShort([{ timeoutMs }]: readonly [Misbehaviour, Form]): boolean {
  return timeoutMs !== undefined;
}

/** A server that takes connections and says nothing. */
async function silentServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
