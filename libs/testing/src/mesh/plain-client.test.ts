// A request without our SDK, against a server of our own and against the official image.
import { NatsContainer } from '@testcontainers/nats';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  demoDocument,
  DemoProcess,
  isComplete,
  PlainClient,
  ServiceProcess,
  startMesh,
  textOf,
  type Mesh,
} from '../index.ts';

/** What every server must show to a plain client. */
async function expectAnswers(client: PlainClient): Promise<void> {
  const whole = await client.chat('hello');
  expect(whole.body.choices?.[0]?.message.content).toBe('hello');
  expect(whole.body.router).toMatchObject({ provider: 'demo', model: 'demo/echo', attempts: [], usage_stored: true });

  const frames = await client.stream('one two three', { model: 'demo/lorem', max_tokens: 20 });
  expect(isComplete(frames)).toBe(true);
  expect(textOf(frames).split(' ').length).toBeGreaterThanOrEqual(20);
  expect(JSON.parse(frames.at(-2)?.text ?? '')).toMatchObject({ usage: { estimated: false }, usage_stored: true });
}

describe('a plain NATS client', () => {
  let mesh: Mesh;
  let client: PlainClient;
  beforeAll(async () => {
    mesh = await startMesh();
    client = await PlainClient.connect(mesh.nats.url);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await mesh[Symbol.asyncDispose]();
  });

  test('gets one JSON answer, and frames that are dense and end with EOS', async () => {
    await expectAnswers(client);
    expect(mesh.troubles()).toEqual([]);
  });

  test('gets embeddings and decisions', async () => {
    const embedding = await client.ask('embed', { model: 'demo/embed', input: ['a', 'b'] });
    expect(embedding.body['data']).toHaveLength(2);
    const decision = await client.ask('decide', { model: 'auto', messages: [{ role: 'user', content: 'hi' }] });
    expect(decision.body).toMatchObject({
      tenant: 'demo',
      plan: { candidates: [{ vendor: 'demo', model: 'echo' }] },
      itinerary: ['provider.demo'],
    });
  });

  test('gets tool calls, JSON mode and image parts through untouched', async () => {
    const tools = [
      {
        type: 'function',
        function: {
          name: 'weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      },
    ];
    const called = await client.chat('weather?', { model: 'demo/tools', tools });
    expect(called.body.choices?.[0]?.message).toMatchObject({
      tool_calls: [{ type: 'function', function: { name: 'weather' } }],
    });
    const json = await client.chat('x', { response_format: { type: 'json_object' } });
    expect(JSON.parse(json.body.choices?.[0]?.message.content ?? '')).toEqual({ echo: 'x' });
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
        ],
      },
    ];
    const image = await client.chat('', { messages });
    expect(image.body.choices?.[0]?.message.content).toContain('[image]');
  });

  test('asks for a usage chunk and gets it; who does not ask gets none', async () => {
    const without = await client.stream('hi');
    expect(without.some(({ kind, text }) => kind === 'delta' && text.includes('"choices":[]'))).toBe(false);
    const asked = await client.stream('hi', { stream_options: { include_usage: true } });
    expect(asked.some(({ kind, text }) => kind === 'delta' && text.includes('"choices":[]'))).toBe(true);
  });
});

const engine = ((): boolean => {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
})();

describe('the official nats:2.15 image', () => {
  test.skipIf(!engine)('serves the same answers to a plain client (testcontainers)', async () => {
    await using container = await new NatsContainer('nats:2.15')
      .withJetStream()
      .withUsername('mesh')
      .withPass('mesh')
      .start();
    const { servers, user, pass } = container.getConnectionOptions() as { servers: string; user: string; pass: string };
    const folder = mkdtempSync(join(tmpdir(), 'router-mesh-container-'));
    const file = join(folder, 'mesh.creds.json');
    writeFileSync(file, JSON.stringify({ user, pass }));
    const nats = { url: `nats://${servers}`, credentials: () => file };
    await using demo = await DemoProcess.start();
    const seeds = join(folder, 'providers');
    mkdirSync(seeds);
    writeFileSync(join(seeds, 'demo.json'), JSON.stringify(demoDocument(demo.url)));
    await using provider = await ServiceProcess.start('provider', nats, { ROUTER_PROVIDERS: seeds });
    await using policy = await ServiceProcess.start('policy', nats);
    await using client = await PlainClient.connect(nats.url, { user: 'mesh' });
    await expectAnswers(client);
    expect([...policy.troubles, ...provider.troubles]).toEqual([]);
  });
});
