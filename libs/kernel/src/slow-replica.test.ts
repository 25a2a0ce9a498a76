// Two replicas as processes, one ten times slower than the other: what becomes of the load between them.
import { natsServer, TestProcess, type NatsServer } from '@router-mesh/testing';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const requests = 150;
/** More than the cap, so that it is felt; too few for both replicas to be away at once. */
const atOnce = 12;

async function service(
  nats: NatsServer,
  name: 'policy' | 'provider',
  environment: Readonly<Record<string, string>> = {},
): Promise<TestProcess> {
  const started = new TestProcess(process.execPath, [join(import.meta.dirname, '../test', `${name}.ts`)], {
    NATS_URL: nats.url,
    ROUTER_NATS_CREDENTIALS: nats.credentials(name),
    ...environment,
  });
  await started.line((line) => line.includes('"msg":"ready"'));
  return started;
}

/** The share of the answers that came from the slow one, and how many requests were refused. */
async function load(nats: NatsServer, cap: number): Promise<{ share: number; refused: number }> {
  const limited = { ROUTER_MAX_IN_FLIGHT: String(cap) };
  const [quick, slow] = [{ TEST_SLOWNESS_MS: '100' }, { TEST_SLOWNESS_MS: '1000' }];
  await using _first = await service(nats, 'provider', { ...limited, ...quick });
  await using second = await service(nats, 'provider', { ...limited, ...slow });
  await using _entrance = await service(nats, 'policy');
  const client = await nats.connect();
  const slowInstance = (JSON.parse(second.lines[0] ?? '') as { instance: string }).instance;
  let [sent, bySlow, refused] = [0, 0, 0];
  const worker = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1;
      const answer = await client.request('router.v2.request.chat.acme', '{"itinerary":["provider.answers"]}', {
        timeout: 10_000,
      });
      const { instance, error } = answer.json<{ instance?: string; error?: { code: string } }>();
      if (instance === slowInstance) bySlow += 1;
      if (error !== undefined) refused += 1;
      expect(error?.code ?? 'unavailable').toBe('unavailable');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  await client.close();
  return { share: bySlow / (sent - refused), refused };
}

test('a replica ten times slower than its sibling gets half of the load without a cap, and less with one', async () => {
  await using nats = await natsServer();
  const [uncapped, capped] = [await load(nats, 1000), await load(nats, 8)];
  expect(uncapped.share).toBeGreaterThan(0.35);
  expect(capped.share).toBeLessThan(0.75 * uncapped.share); // far less where the machine is idle; a busy one makes the quick one slow, too
  expect(uncapped.refused).toBe(0);
}, 120_000);
