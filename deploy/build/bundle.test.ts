import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoDocument, natsServer, OtlpReceiver, poll, TestProcess, type NatsServer } from '@router-mesh/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle, deployables } from './bundle.ts';

// Outside the tree: whatever a bundle still wanted to load from node_modules is not found there.
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  for (const name of deployables()) await bundle(name, join(folder, name));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Start a bundle as an image does. */
function start(name: string, environment: Readonly<Record<string, string>>, args: readonly string[] = []): TestProcess {
  return new TestProcess(process.execPath, [join(folder, name, 'main.mjs'), ...args], environment);
}

async function startService(
  name: string,
  nats: NatsServer,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ service: TestProcess; port: string }> {
  const service = start(name, { NATS_URL: nats.url, ROUTER_NATS_CREDENTIALS: nats.credentials(name), ...environment });
  const { http } = JSON.parse(await service.line((line) => line.includes('"msg":"ready"'))) as { http: string };
  return { service, port: new URL(http).port };
}

async function startDemo(): Promise<{ demo: TestProcess; url: string }> {
  const demo = start('demo', { DEMO_PORT: '0' });
  return { demo, url: (JSON.parse(await demo.line((line) => line.startsWith('{"demo"'))) as { demo: string }).demo };
}

describe('services that run from their bundles', () => {
  test('answer a request, and stop with 0 on SIGTERM', async () => {
    await using nats = await natsServer();
    const { demo, url } = await startDemo();
    await using _demo = demo;
    const seeds = join(nats.folder, 'seeds');
    mkdirSync(seeds);
    writeFileSync(join(seeds, 'demo.json'), JSON.stringify(demoDocument(url)));
    const { service: provider } = await startService('provider', nats, { ROUTER_PROVIDERS: seeds });
    await using _provider = provider;
    const { service: policy } = await startService('policy', nats);
    await using _policy = policy;

    const client = await connect({ servers: nats.url });
    const answer = await poll('an answer', async () => {
      const message = await client.request(
        'router.v2.request.chat.demo',
        JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] }),
      );
      const body = message.json<{ choices?: [{ message: { content: string } }] }>();
      return body.choices?.[0].message.content;
    });
    await client.close();
    expect(answer).toBe('hi');
    expect(await Promise.all([policy.stop(), provider.stop(), demo.stop()])).toEqual([0, 0, 0]);
  });

  test('trace when told to: what is imported only then is in the bundle', async () => {
    await using nats = await natsServer();
    await using receiver = await OtlpReceiver.start();
    const { service: provider } = await startService('provider', nats); // it owns a bucket that policy waits for
    await using _provider = provider;
    const { service: policy } = await startService('policy', nats, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    await using _policy = policy;
    const client = await connect({ servers: nats.url });
    await client.request('router.v2.request.chat.demo', JSON.stringify({ model: 'nobody/x', messages: [] }));
    await client.close();
    expect(await policy.stop()).toBe(0);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['policy']);
  });

  test('are healthy for the health check of their image while they are ready, and for the demo while it answers', async () => {
    await using nats = await natsServer();
    const { demo, url } = await startDemo();
    await using _demo = demo;
    expect(await check('demo', { HEALTHCHECK_URL: `${url}/health` })).toEqual({ code: 0, said: '{"status":"ok"}' });

    const { service: provider, port } = await startService('provider', nats);
    await using _provider = provider;
    expect(await check('provider', { ROUTER_HTTP_PORT: port })).toMatchObject({
      code: 0,
      said: expect.stringContaining('"ready":true') as string,
    });
    await nats[Symbol.asyncDispose]();
    await poll('the loss of NATS', async () =>
      (await check('provider', { ROUTER_HTTP_PORT: port })).code === 1 ? true : undefined,
    );
    expect((await check('provider', { ROUTER_HTTP_PORT: port })).said).toContain('"missing":["nats"');
    await provider.stop('SIGKILL');
    expect(await check('provider', { ROUTER_HTTP_PORT: port })).toMatchObject({
      code: 1,
      said: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});

/** Run the health check of a bundle. */
async function check(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ code: unknown; said: string }> {
  await using healthcheck = new TestProcess(process.execPath, [join(folder, name, 'healthcheck.mjs')], environment);
  const code = await healthcheck.exited;
  return { code, said: await poll('what it says', () => healthcheck.lines[0]) };
}

test('a stack names files and lines of the tree', async () => {
  await using credentials = start('credentials', {}, ['/nowhere/nats.conf', '/nowhere']);
  expect(await credentials.exited).toBe(1);
  expect(credentials.lines.join('\n')).toMatch(/at writeCredentials \(.*deploy\/compose\/credentials\.ts:\d+:\d+\)/);
});

test.skipIf(!deployables().includes('cli'))('the CLI runs from its bundle', async () => {
  await using cli = start('cli', {}, ['nats-user', 'acme']);
  expect(await cli.exited).toBe(0);
  expect(cli.lines.join('\n')).toContain('"router.v2.request.*.acme.>"');
});

test('the configuration of NATS is shipped without passwords', () => {
  expect(readdirSync(join(folder, 'credentials/nats')).sort()).toEqual([
    'cluster-local.conf',
    'cluster-nats.conf',
    'cluster.conf',
    'local-user.conf',
    'local.conf',
    'nats.conf',
    'permissions.conf',
    'server.conf',
  ]);
});

test('provider documents are shipped with the provider alone', () => {
  expect(readdirSync(join(folder, 'provider/providers'))).toContain('demo.json');
  expect(existsSync(join(folder, 'policy/providers'))).toBe(false);
});

test.each(['nothing', '../policy'])('of what is no deployable it says so: "%s"', async (name) => {
  await expect(bundle(name, join(folder, 'none'))).rejects.toThrow(`no deployable "${name}": there are c`);
});
