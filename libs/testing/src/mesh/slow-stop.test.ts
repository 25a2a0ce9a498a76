// Stops that are merely slow: whatever is published again meanwhile, a request has one answer, of one call.
import { connect, type Client } from '@router-mesh/client';
import type { ServiceName } from '@router-mesh/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readLedger, readStream, startMesh, until, type Mesh } from '../index.ts';

const long = process.env['MESH_TEST_LONG'] !== undefined;
const rounds = long ? 1000 : 60;
const atOnce = 60;
/** How long a stop stands still, ms: around what republishing and the question for the holder wait. */
const thresholdsMs = long ? [100, 1000, 3000] : [100, 100, 1000, 1000, 3000];

/** For how long they do, ms. */
const troubleMs = long ? 300_000 : 5000;

const between = (least: number, most: number): number => least + Math.random() * (most - least);

/** Let one of the replicas of a service after another stand still, until it is told to stop. */
async function holdUp(mesh: Mesh, name: ServiceName, signal: AbortSignal): Promise<number> {
  let pauses = 0;
  for (; !signal.aborted; pauses += 1) {
    const replicas = mesh.of(name);
    const one = replicas[Math.floor(Math.random() * replicas.length)];
    const thresholdMs = thresholdsMs[Math.floor(Math.random() * thresholdsMs.length)] ?? 0;
    one?.pause();
    await sleep(thresholdMs * between(0.6, 1.3));
    one?.resume();
    await sleep(between(50, 400));
  }
  return pauses;
}

interface Round {
  readonly request: string;
  /** Whether it is the answer to this request, and of one call. */
  readonly whole: boolean;
  readonly error?: unknown;
}

async function round(client: Client, number: number): Promise<Round> {
  await sleep(between(0, 2000));
  const content = Array.from({ length: 12 }, (_, word) => `${number}.${word}`).join(' ');
  // Slower than a notice from one provider to another: whose reader has a piece before it hears of another attempt goes on.
  const demo = { first_delay_ms: Math.round(between(50, 400)), delay_ms: Math.round(between(1, 40)) };
  const stream = client.stream({ model: 'demo/echo', messages: [{ role: 'user', content }], demo });
  const { text, ids, error } = await readStream(stream);
  return {
    request: stream.request,
    whole: text === content && ids.size === 1,
    ...(error === undefined ? {} : { error: [error.code, error.details] }),
  };
}

test(
  `${rounds} requests while stops stand still around every threshold: each has one answer, unmixed, and one call that is answered`,
  async () => {
    await using mesh = await startMesh({ policies: 2, providers: 2 });
    await using client = await connect({ servers: mesh.nats.url, tenant: 'demo' });
    const over = new AbortController();
    const calm = setTimeout(() => over.abort(), troubleMs);
    const holding = [holdUp(mesh, 'provider', over.signal), holdUp(mesh, 'policy', over.signal)];
    const done: Round[] = [];
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun < rounds) done.push(await round(client, begun++));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    clearTimeout(calm);
    over.abort();
    const pauses = (await Promise.all(holding)).reduce((sum, count) => sum + count, 0);

    expect(done.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(done.filter(({ whole }) => !whole)).toEqual([]);
    await until('the model to be done', async () => (await mesh.demo.stats()).open === 0);
    let ledger = await readLedger(mesh.nats, rounds);
    await until('the end of every call', async () => {
      ledger = await readLedger(mesh.nats, rounds);
      return ledger.open.length === 0;
    });
    const { ended } = ledger;
    const answered = ended.filter(({ outcome }) => outcome === 'answered').map(({ request }) => request);
    expect(answered.sort()).toEqual(done.map(({ request }) => request).sort());
    const others = ended.filter(({ outcome }) => outcome !== 'answered');
    expect(others.filter(({ outcome }) => outcome !== 'superseded')).toEqual([]);
    expect(pauses).toBeGreaterThan(2);
  },
  long ? 600_000 : 60_000,
);
