// Processes that die or stand still with requests in their hands: the SDK asks again, and hears who is dead.
import { connect, type ChatRequest } from '@router-mesh/client';
import { describe, expect, test } from 'vitest';
import { readLedger, startMesh, until, type Mesh, type ServiceProcess } from '../index.ts';

const asked = 20;

const ask = (content: string, demo: object = {}): ChatRequest => ({
  model: 'demo/echo',
  messages: [{ role: 'user', content }],
  demo,
});

/** One policy of two stands still, and has what the server gives it in its socket. */
async function stopOnePolicy(mesh: Mesh): Promise<ServiceProcess> {
  const [policy] = mesh.of('policy');
  if (policy === undefined) throw new Error('the mesh has no policy');
  policy.child.kill('SIGSTOP');
  await until('it stands still', async () => {
    const asking = fetch(`${policy.http}/livez`, { signal: AbortSignal.timeout(200) });
    return await asking.then(
      () => false,
      () => true,
    );
  });
  return policy;
}

describe('what a policy took with it when it was killed', () => {
  test('is answered all the same, each with its own answer', async () => {
    await using mesh = await startMesh({ policies: 2 });
    await using client = await connect({ servers: mesh.nats.url, tenant: 'demo' });
    const policy = await stopOnePolicy(mesh);
    const heard: string[] = [];
    const answers = Array.from({ length: asked }, async (_, index) => {
      const content = `number ${index}`;
      if (index % 2 === 0) return (await client.chat(ask(content))).choices[0]?.message.content;
      let text = '';
      for await (const chunk of client.stream(ask(content))) text += chunk.choices[0]?.delta.content ?? '';
      return text;
    });
    for (const answer of answers) void answer.then((text) => heard.push(text ?? ''));
    const decision = client.decide(ask('hi'));
    await until('the other one has answered some', () => heard.length > 0);
    await policy.stop('SIGKILL');

    const expected = Array.from({ length: asked }, (_, index) => `number ${index}`);
    expect(await Promise.all(answers)).toEqual(expected);
    expect((await decision).itinerary).toEqual(['provider.demo']);
    const { finished } = await readLedger(mesh.nats, asked);
    expect(new Set(finished.map(({ request }) => request)).size).toBe(asked);
    expect(new Set(finished.map(({ request, attempt }) => `${request} ${attempt}`)).size).toBe(finished.length);
    expect(finished.map(({ attempt }) => attempt)).toEqual(expect.arrayContaining([1, 2]));
  });
});

describe('what a policy held while it stood still', () => {
  test('is answered by the other one, and its own answers come too late to be mixed in', async () => {
    await using mesh = await startMesh({ policies: 2 });
    await using client = await connect({ servers: mesh.nats.url, tenant: 'demo' });
    const policy = await stopOnePolicy(mesh);
    const slowly = { chunks: 20, delay_ms: 20 };
    const read = async (index: number): Promise<string> => {
      let text = '';
      for await (const chunk of client.stream(ask(`${index % 10}`.repeat(200), slowly)))
        text += chunk.choices[0]?.delta.content ?? '';
      return text;
    };
    const reading = Promise.allSettled(Array.from({ length: asked }, (_, index) => read(index)));
    const wakes = setTimeout(() => policy.child.kill('SIGCONT'), 1300);
    const results = await reading;
    clearTimeout(wakes);
    expect(results).toEqual(
      Array.from({ length: asked }, (_, index) => ({ status: 'fulfilled', value: `${index % 10}`.repeat(200) })),
    );
  });
});

test('a provider that stands still in mid-stream is heard to be dead after 6 s, and does no harm when it wakes up', async () => {
  await using mesh = await startMesh({ providers: 1 });
  await using client = await connect({ servers: mesh.nats.url, tenant: 'demo' });
  const [provider] = mesh.of('provider');
  const stream = client.stream(ask('x', { chunks: 600, delay_ms: 50 }));
  const iterator = stream[Symbol.asyncIterator]();
  for (let n = 0; n < 3; n += 1) await iterator.next();
  provider?.child.kill('SIGSTOP');
  const stoppedAt = performance.now();
  const rest = (async () => {
    while ((await iterator.next()).done !== true);
  })();
  await expect(rest).rejects.toMatchObject({ code: 'stream_interrupted', details: { reason: 'producer_lost' } });
  const silentMs = performance.now() - stoppedAt;
  expect(silentMs).toBeGreaterThan(5500);
  expect(silentMs).toBeLessThan(20_000);
  provider?.child.kill('SIGCONT');
  await until('it leaves the model', async () => (await mesh.demo.stats()).closed_by_client === 1);
  expect((await client.chat(ask('hi'))).choices[0]?.message.content).toBe('hi');
  const { finished } = await readLedger(mesh.nats, 2);
  expect(finished.map(({ outcome }) => outcome)).toEqual(['cancelled', 'answered']);
});
