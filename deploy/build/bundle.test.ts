import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services } from '@router-mesh/contracts';
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

/** A folder with the demo's document, for ROUTER_PROVIDERS. */
function seeds(nats: NatsServer, demoUrl: string): string {
  const folder = join(nats.folder, 'seeds');
  mkdirSync(folder);
  writeFileSync(join(folder, 'demo.json'), JSON.stringify(demoDocument(demoUrl)));
  return folder;
}

/** What the demo says to "hi". */
async function answerOf(nats: NatsServer): Promise<string> {
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
  return answer;
}

describe('services that run from their bundles', () => {
  test('answer a request, and stop with 0 on SIGTERM', async () => {
    await using nats = await natsServer();
    const { demo, url } = await startDemo();
    await using _demo = demo;
    const { service: provider } = await startService('provider', nats, { ROUTER_PROVIDERS: seeds(nats, url) });
    await using _provider = provider;
    const { service: policy } = await startService('policy', nats);
    await using _policy = policy;

    expect(await answerOf(nats)).toBe('hi');
    expect(await Promise.all([policy.stop(), provider.stop(), demo.stop()])).toEqual([0, 0, 0]);
  });

  test('answer a request from one process too, and its image asks for the health of each', async () => {
    await using nats = await natsServer();
    const { demo, url } = await startDemo();
    await using _demo = demo;
    for (const name of services) nats.credentials(name);
    await using together = start('together', {
      NATS_URL: nats.url,
      ROUTER_NATS_CREDENTIALS: join(nats.folder, '{service}.creds.json'),
      ROUTER_PROVIDERS: seeds(nats, url),
    });
    const lines = await Promise.all(
      services.map((name) => together.line((line) => line.includes(`"${name}"`) && line.includes('"msg":"ready"'))),
    );
    expect(await answerOf(nats)).toBe('hi');
    const urls = lines.map((line) => `${(JSON.parse(line) as { http: string }).http}/readyz`);
    expect((await check('together', { HEALTHCHECK_URL: urls.join(' ') })).code).toBe(0);
    expect((await check('together', { HEALTHCHECK_URL: `${urls[0]} http://127.0.0.1:1/readyz` })).code).toBe(1);
    expect(await together.stop()).toBe(0);
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

test('the same code makes the same files, wherever they are written', async () => {
  const elsewhere = join(folder, 'else/where');
  await bundle('policy', elsewhere);
  expect(contentsOf(elsewhere)).toEqual(contentsOf(join(folder, 'policy')));
});

function contentsOf(bundled: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(bundled).map((name) => {
      const hash = createHash('sha256').update(readFileSync(join(bundled, name)));
      return [name, hash.digest('hex')];
    }),
  );
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

test('provider documents are shipped where a provider is, and nowhere else', () => {
  for (const name of ['provider', 'together'])
    expect(readdirSync(join(folder, name, 'providers'))).toContain('demo.json');
  expect(existsSync(join(folder, 'policy/providers'))).toBe(false);
});

test.each(['nothing', '../policy'])('of what is no deployable it says so: "%s"', async (name) => {
  await expect(bundle(name, join(folder, 'none'))).rejects.toThrow(`no deployable "${name}": there are c`);
});
