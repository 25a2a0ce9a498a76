// Nothing is lost and nothing counted twice: what clients got, what the model served and what METER holds are one number.
import { expect, test } from 'vitest';
import { isComplete, PlainClient, readLedger, startMesh } from '../index.ts';

const requests = 5000;
const inFlight = 64;

test('5 000 requests, a third streamed, over two providers: finished records = calls served = complete answers', async () => {
  await using mesh = await startMesh({ providers: 2 });
  await using client = await PlainClient.connect(mesh.nats.url);
  let next = 0;
  let complete = 0;
  const instances = new Set<string>();
  const worker = async (): Promise<void> => {
    while (next < requests) {
      const index = next;
      next += 1;
      if (index % 3 === 0) {
        if (isComplete(await client.stream(`stream ${index}`))) complete += 1;
        continue;
      }
      const { body } = await client.chat(`request ${index}`);
      instances.add(body.router?.trail[1]?.instance ?? '');
      if (body.choices?.[0]?.message.content === `request ${index}`) complete += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));

  const [ledger, stats, calls] = [
    await readLedger(mesh.nats, requests),
    await mesh.demo.stats(),
    await mesh.demo.calls(),
  ];
  expect(complete).toBe(requests);
  expect(stats).toMatchObject({ served: requests, failed: 0, closed_by_client: 0, open: 0 });
  expect(ledger.finished.length).toBe(requests);
  expect(ledger.started.length).toBe(requests);
  expect(ledger.finished.every(({ outcome, usage }) => outcome === 'answered' && !usage.estimated)).toBe(true);
  expect(ledger.finished.filter(({ stream }) => stream).length).toBe(Math.ceil(requests / 3));
  expect(instances.size).toBe(2);

  const finishedCalls = new Set(ledger.finished.map(({ call }) => call));
  expect(finishedCalls.size).toBe(requests);
  expect(new Set(calls.served)).toEqual(finishedCalls);
  expect(new Set(ledger.finished.map(({ request }) => request)).size).toBe(requests);

  const startedAt = new Map(ledger.all.map((record, index) => [`${record.kind} ${record.call}`, index]));
  const late = ledger.finished.filter(
    ({ call }) => (startedAt.get(`started ${call}`) ?? Infinity) > (startedAt.get(`finished ${call}`) ?? -1),
  );
  expect(late).toEqual([]);
  expect(mesh.troubles()).toEqual([]);
}, 120_000);
