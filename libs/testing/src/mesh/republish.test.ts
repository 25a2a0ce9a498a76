// Processes that die or stand still with requests in their hands: the SDK asks again, and each request is answered once.
import { connect, type ChatRequest } from '@router-mesh/client';
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceName } from '@router-mesh/contracts';
import { readLedger, readStream, startMesh, until, type Mesh, type ServiceProcess } from '../index.ts';

const asked = 20;

let mesh: Mesh;
beforeAll(async () => {
  mesh = await startMesh({ policies: 2, providers: 2 });
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
});

const ask = (content: string, demo: object = {}): ChatRequest => ({
  model: 'demo/echo',
  messages: [{ role: 'user', content }],
  demo,
});

/** One of two stands still, and has what the server gives it in its socket. */
async function pauseOne(name: ServiceName): Promise<ServiceProcess> {
  const [service] = mesh.of(name);
  if (service === undefined) throw new Error(`the mesh has no ${name}`);
  service.pause();
  await until('it stands still', async () => {
    const asking = fetch(`${service.http}/livez`, { signal: AbortSignal.timeout(200) });
    return await asking.then(
      () => false,
      () => true,
    );
  });
  return service;
}

/** What METER has of some requests, once it has a call of each: how often they were called, and by which attempt. */
async function callsOf(requests: readonly string[]): Promise<{ outcomes: string[]; attempts: Set<number> }> {
  const { finished } = await readLedger(mesh.nats, 0);
  const calls = finished.filter(({ request }) => requests.includes(request));
  return { outcomes: calls.map(({ outcome }) => outcome), attempts: new Set(calls.map(({ attempt }) => attempt)) };
}

test.each(['policy', 'provider'] as const)(
  'what a %s took with it when it was killed is answered all the same: once, each with its own answer',
  async (name) => {
    await using client = await connect({ servers: mesh.nats.url, tenant: 'demo' });
    const victim = await pauseOne(name);
    const requests = Array.from({ length: asked }, () => ulid());
    const heard: string[] = [];
    const answers = requests.map(async (request, index) => {
      const content = `number ${index}`;
      if (index % 2 === 0) return (await client.chat(ask(content), { request })).choices[0]?.message.content;
      return (await readStream(client.stream(ask(content), { request }))).text;
    });
    for (const answer of answers) void answer.then((text) => heard.push(text ?? ''));
    const decision = client.decide(ask('hi'));
    await until('the other one has answered some', () => heard.length > 0);
    expect(heard.length).toBeLessThan(asked);
    await mesh.replace(victim);

    const expected = Array.from({ length: asked }, (_, index) => `number ${index}`);
    expect(await Promise.all(answers)).toEqual(expected);
    expect((await decision).itinerary).toEqual(['provider.demo']);
    // What was lost was never called: there is one call a request.
    const { outcomes, attempts } = await callsOf(requests);
    expect(outcomes).toEqual(requests.map(() => 'answered'));
    expect(attempts).toContain(2);
  },
);

test('what a policy held while it stood still is answered by the other one, and its own answers come too late to be mixed in', async () => {
  await using client = await connect({ servers: mesh.nats.url, tenant: 'demo' });
  const policy = await pauseOne('policy');
  // Slower than a notice from one provider to another.
  const slowly = { first_delay_ms: 100, chunks: 20, delay_ms: 20 };
  const streams = Array.from({ length: asked }, (_, index) => client.stream(ask(`${index % 10}`.repeat(200), slowly)));
  const wakes = setTimeout(() => policy.resume(), 1300);
  const read = await Promise.all(streams.map(readStream));
  clearTimeout(wakes);
  expect(read.map(({ text, error, ids }) => ({ text, error, answers: ids.size }))).toEqual(
    streams.map((_, index) => ({ text: `${index % 10}`.repeat(200), error: undefined, answers: 1 })),
  );
  // One call of each is answered; a second one was made only where the two crossed, and gave way.
  const { outcomes } = await callsOf(streams.map(({ request }) => request));
  expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(asked);
  expect(outcomes.filter((outcome) => outcome !== 'answered' && outcome !== 'superseded')).toEqual([]);
});
