// A burst on one stop: every request is answered or refused, what is in flight stays bounded, and the server cuts nobody off.
import { expect, test } from 'vitest';
import { metricOf, PlainClient, readLedger, startMesh, until, type Answer, type Mesh } from '../index.ts';

const long = process.env['MESH_TEST_LONG'] !== undefined;
const mebibyte = 1024 * 1024;
/** Answers take a while, so that a burst piles up. */
const slowly = { demo: { first_delay_ms: 200 } };

/** What became of a burst. */
interface Outcome {
  readonly answered: number;
  /** Of the refused ones, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Sort a burst's answers. @throws Error for one that is neither an answer nor a refusal as it must be */
function outcomeOf(answers: readonly Answer[]): Outcome {
  const refused: Record<string, number> = { overloaded: 0, not_running: 0 };
  let answered = 0;
  for (const { body } of answers) {
    const { reason, retry_after_ms: retryAfterMs } = body.error?.details ?? {};
    if (body.choices !== undefined) {
      answered += 1;
      continue;
    }
    const wellFormed =
      body.error?.code === 'unavailable' &&
      body.error.retryable &&
      typeof retryAfterMs === 'number' &&
      retryAfterMs >= 100 &&
      retryAfterMs <= 5000;
    if (!wellFormed || !(String(reason) in refused)) throw new Error(`not a refusal: ${JSON.stringify(body)}`);
    refused[String(reason)] = (refused[String(reason)] ?? 0) + 1;
  }
  return { answered, refused };
}

/** A number of each service of the mesh for its own stop. */
async function ofEach(mesh: Mesh, name: string): Promise<number[]> {
  return await Promise.all(
    mesh.services.map((service) =>
      metricOf(service, `${name}{stop="${service.name === 'policy' ? 'policy' : 'provider.demo'}"}`),
    ),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

async function expectCalm(mesh: Mesh): Promise<void> {
  for (const gauge of ['router_stop_away', 'router_in_flight', 'router_in_flight_bytes'])
    await until(`${gauge} is 0`, async () => sum(await ofEach(mesh, gauge)) === 0);
  expect(mesh.nats.lines.filter((line) => /slow consumer/i.test(line))).toEqual([]);
}

test.each([1, 2, 4])(
  'a burst of 3 000 on a stop with cap 50 and %i replicas',
  async (providers) => {
    const cap = 50;
    await using mesh = await startMesh({ providers, environment: { ROUTER_MAX_IN_FLIGHT: String(cap) } });
    await using client = await PlainClient.connect(mesh.nats.url);
    const answers = await Promise.all(
      Array.from({ length: 3000 }, async (_, n) => {
        const answer = await client.chat(`request ${n}`, slowly);
        if (answer.body.choices !== undefined) expect(answer.body.choices[0]?.message.content).toBe(`request ${n}`);
        return answer;
      }),
    );
    const { answered, refused } = outcomeOf(answers);

    expect(answered).toBeGreaterThanOrEqual(cap * providers);
    expect(Math.max(...(await ofEach(mesh, 'router_in_flight_peak')))).toBeLessThanOrEqual(2 * cap);
    expect(sum(await ofEach(mesh, 'router_refused_over_cap_total'))).toBe(refused['overloaded']);
    expect(sum(await ofEach(mesh, 'router_handed_back_total'))).toBeGreaterThanOrEqual(refused['overloaded'] ?? 0);
    expect(sum(await ofEach(mesh, 'router_stop_leaves_total'))).toBeGreaterThanOrEqual(providers);
    expect((await mesh.demo.stats()).served).toBe(answered);
    expect((await readLedger(mesh.nats, answered)).finished.length).toBe(answered);
    await expectCalm(mesh);
    expect((await client.chat('and on it goes')).body.choices?.[0]?.message.content).toBe('and on it goes');
    expect(mesh.troubles()).toEqual([]);
  },
  60_000,
);

test.each(long ? [32, 256] : [32])(
  'a burst of 100 bodies of ROUTER_MAX_BODY, with a cap of %i MiB',
  async (capMebibytes) => {
    await using mesh = await startMesh({ environment: { ROUTER_MAX_IN_FLIGHT_BYTES: `${capMebibytes}MiB` } });
    await using client = await PlainClient.connect(mesh.nats.url);
    const body = bodyOf(4 * mebibyte);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => client.ask('chat', body, { timeoutMs: 90_000 })),
    );
    const { answered, refused } = outcomeOf(answers);

    expect(answered).toBeGreaterThanOrEqual(capMebibytes / 4);
    expect(answered + sum(Object.values(refused))).toBe(100);
    expect(Math.max(...(await ofEach(mesh, 'router_in_flight_bytes_peak')))).toBeLessThanOrEqual(
      2 * capMebibytes * mebibyte,
    );
    expect((await mesh.demo.stats()).served).toBe(answered);
    await expectCalm(mesh);
    expect((await client.chat('and on it goes')).body.choices?.[0]?.message.content).toBe('and on it goes');
  },
  120_000,
);

/** A chat request of exactly so many bytes. */
function bodyOf(bytes: number): Uint8Array {
  const request = (content: string): string =>
    JSON.stringify({ model: 'demo/lorem', messages: [{ role: 'user', content }], ...slowly });
  return new TextEncoder().encode(request('x'.repeat(bytes - request('').length)));
}
