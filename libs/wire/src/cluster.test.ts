// What is stored in a cluster of three, with a replica on each, while servers die.
import { setImmediate } from 'node:timers/promises';
import { meter, meterSubject, providers, rates, type ProviderDocument } from '@router-mesh/contracts';
import type { JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { natsCluster, until, type NatsCluster } from '@router-mesh/testing';
import { afterEach, afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { addToCounter } from './counter.ts';
import { putDocument } from './documents.ts';
import { storeFact } from './facts.ts';
import { SnapshotWatch } from './snapshot.ts';
import { ensureStores } from './streams.ts';

const bucketStream = `KV_${providers.name}`;
/** How long an election may take, ms: nats-server waits 4 to 9 s before it begins one. */
const electionMs = 20_000;

let nats: NatsCluster;
beforeAll(async () => {
  nats = await natsCluster();
  for (const [user, stores] of [
    ['provider', [providers, meter]],
    ['policy', [rates]],
  ] as const) {
    const nc = await nats.connect(user);
    await ensureStores(nc, stores, { replicas: 3 });
    await nc.close();
  }
});
afterEach(async () => {
  for (const node of nats.nodes) if (!node.running) await node.restart();
  await nats.whole();
});
afterAll(() => nats[Symbol.asyncDispose]());

async function connected(user: string): Promise<NatsConnection> {
  const nc = await nats.connect(user);
  onTestFinished(() => nc.close());
  return nc;
}

function document(vendor: string, version = 0): ProviderDocument {
  return { vendor, format: 'openai', base_url: `http://127.0.0.1:1/v${version}`, models: [{ name: 'm' }] };
}

/** Do something again and again until told to stop; resolves to what came of each time that was acknowledged. */
function repeatedly<Result>(act: () => Promise<Result>): { readonly results: Result[]; stop(): Promise<number> } {
  const results: Result[] = [];
  let [attempts, running] = [0, true];
  const loop = (async () => {
    while (running) {
      attempts += 1;
      await act().then(
        (result) => results.push(result),
        () => undefined,
      );
      await setImmediate(); // a refusal may come at once
    }
    return attempts;
  })();
  const stop = (): Promise<number> => {
    running = false;
    return loop;
  };
  onTestFinished(async () => void (await stop()));
  return { results, stop };
}

test('of writers that meet at one key one wins, and the others are told of the conflict, be it still under way', async () => {
  const writers = await Promise.all(Array.from({ length: 6 }, () => connected('provider')));
  const codes = new Set<number>();
  for (let round = 0; round < 20; round += 1) {
    const key = `key${round}`;
    const outcomes = await Promise.allSettled(writers.map((nc) => putDocument(nc, providers, key, document(key), 0)));
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(lost.map(({ code }) => code)).toEqual(writers.slice(1).map(() => 'conflict'));
    for (const { cause } of lost) codes.add((cause as JetStreamApiError).code);
  }
  // 10164, "another write to the key is under way", is said only where a write waits for other servers.
  expect([...codes].sort()).toEqual([10_071, 10_164]);
});

test('a watch whose server dies while its own connection lives shows the next change within seconds', async () => {
  // Where the server puts a consumer is its own choice: watch until one is served by another node than the one we are connected to.
  let watch: SnapshotWatch<ProviderDocument> | undefined;
  let elsewhere = '';
  await until('a watch that is served elsewhere', async () => {
    watch?.stop();
    const nc = await connected('policy');
    const before = new Set(await nats.consumersOf(bucketStream));
    watch = new SnapshotWatch(nc, providers, { inboxPrefix: '_SVC.policy' });
    await watch.loaded;
    const consumer = (await nats.consumersOf(bucketStream)).find((name) => !before.has(name)) ?? '';
    elsewhere = await nats.leaderOfConsumer(bucketStream, consumer);
    return elsewhere !== nats.nameOf(nc);
  });
  await nats.kill(elsewhere);
  const writer = await connected('provider');
  await until(
    'the bucket to take it',
    () => putDocument(writer, providers, 'after', document('after')).then(Boolean, () => false),
    electionMs,
  );
  // 4 to 6 s until two heartbeats are missed; and an election, when the node led the stream too.
  await until('the change', () => watch?.current.documents.has('after') ?? false, electionMs);
  watch?.stop();
});

test('the leader of METER and of the counters is killed under load: what was acknowledged is there, and soon more is', async () => {
  const [provider, policy, root] = [await connected('provider'), await connected('policy'), await connected('root')];
  const subject = 'router.v2.rate.requests.all.28333333.acme';
  let next = 0;
  const facts = repeatedly(async () => {
    const messageId = `fact-${(next += 1)}`;
    await storeFact(provider, meterSubject('acme'), messageId, { messageId, timeoutMs: 2000 });
    return messageId;
  });
  const sums = repeatedly(() => addToCounter(policy, subject, 1n));
  for (const stream of ['ROUTER_V2_METER', 'ROUTER_V2_RATE']) {
    await until('load', () => facts.results.length > 50 && sums.results.length > 50);
    const leader = await nats.leaderOf(stream);
    await nats.kill(leader);
    const [factsBefore, sumsBefore] = [facts.results.length, sums.results.length];
    await until('more facts', () => facts.results.length > factsBefore + 50, electionMs);
    await until('more sums', () => sums.results.length > sumsBefore + 50, electionMs);
    await nats.restart(leader);
  }
  const [factsTried, sumsTried] = [await facts.stop(), await sums.stop()];

  const { state } = (
    await root.request('$JS.API.STREAM.INFO.ROUTER_V2_METER', JSON.stringify({ subjects_filter: '>' }))
  ).json<{ state: { messages: number } }>();
  expect(state.messages).toBeGreaterThanOrEqual(facts.results.length);
  expect(state.messages).toBeLessThanOrEqual(factsTried);
  const sum = await addToCounter(policy, subject, 0n);
  expect(sum).toBeGreaterThanOrEqual(BigInt(sums.results.length));
  expect(sum).toBeLessThanOrEqual(BigInt(sumsTried));
  expect(new Set(sums.results).size).toBe(sums.results.length); // no sum was told twice
});
