// The commands that ask the mesh, as processes against a real one.
import { connect, type Client } from '@router-mesh/client';
import { demoDocument, startMesh, until, type Mesh } from '@router-mesh/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Shell, type Outcome } from '../testing.ts';
import { startingPolicy } from './starting-policy.ts';

let mesh: Mesh;
let shell: Shell;
let client: Client;

beforeAll(async () => {
  mesh = await startMesh({
    environment: { ROUTER_DECISION_LOG: '1', ROUTER_POLICY_WATCH: '0ms' },
    documents: (url) => [demoDocument(url)],
  });
  shell = new Shell(mesh.nats.url);
  client = await connect({ servers: mesh.nats.url, tenant: 'acme' });
});

afterAll(async () => {
  await client.close();
  await mesh[Symbol.asyncDispose]();
  shell[Symbol.dispose]();
});

const first = startingPolicy('acme/main');
const second = first
  .replace('version "0.1.0"', 'version "0.2.0"')
  .replace('param max_answer: Int = 2k', 'param max_answer: Int = 1k');
const broken = first
  .replace('tenant.tier == "free"', 'tenant.tier == "fre"')
  .replace('version "0.1.0"', 'version "0.3.0"');

const run = (...args: string[]): Promise<Outcome> => shell.router(['policy', ...args]);

/** The policy that judges acme, once it is the one that is waited for. */
async function judged(by: string): Promise<void> {
  await until(`acme is judged by ${by}`, async () => {
    const { decision } = await client.decide({ model: 'auto', messages: [{ role: 'user', content: 'hi' }] });
    const { name, version } = (decision?.['policy'] ?? {}) as { name?: string; version?: string };
    return `${name} ${version}` === by;
  });
}

test('a published policy judges its tenant, and is listed and shown', async () => {
  shell.write('main.wend', first);
  const published = await run('publish', 'main.wend', '--by-name', 'alice');
  expect(published).toMatchObject({ code: 0, stderr: '' });
  expect(published.stdout).toMatch(/^acme\/main 0\.1\.0 [0-9a-f]{12} is active, revision \d+\n/);
  await judged('acme/main 0.1.0');
  const [listed, shown, source] = await Promise.all([
    run('list', 'acme'),
    run('show', 'acme/main'),
    run('show', 'acme/main@0.1.0', '--source'),
  ]);
  expect(listed.stdout).toMatch(/\nacme\/main +in force +0\.1\.0 .* alice/);
  expect(listed.stdout).toContain('acme is judged by acme/main');
  expect(shown.stdout).toMatch(/0\.1\.0 +[0-9a-f]{12} +in force .* alice/);
  expect(source.stdout).toBe(first);
});

test('a broken one is refused with file, line, caret and help, and the last good one stays in force', async () => {
  shell.write('broken.wend', broken);
  const refused = await run('publish', 'broken.wend');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^error\[E\d+\]: "fre" is not one of/);
  expect(refused.stderr).toContain(' --> broken.wend:10:42\n');
  expect(refused.stderr).toContain('^^^^^');
  expect(refused.stderr).toContain('= help: did you mean "free"?');
  expect(refused.stderr).toMatch(/\nrouter: it was not published\n$/);
  const told = JSON.parse((await run('publish', 'broken.wend', '--json')).stdout);
  expect(told.error.details.diagnostics).toMatchObject([{ file: 'broken.wend', line: 10, column: 42 }]);
  await judged('acme/main 0.1.0');
});

test('what is no Wend at all is refused without asking the mesh', async () => {
  shell.write('text.wend', 'policy "acme/main" { rule }');
  expect(await run('publish', 'text.wend', '--server', 'nats://127.0.0.1:1')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('text.wend:1:27'),
  });
});

test('a canary is begun, widened and put in force; rollback goes back', async () => {
  shell.write('second.wend', second);
  expect((await run('publish', 'second.wend', '--canary', '10%', '--by', 'requests')).stdout).toContain('is canary');
  expect((await run('show', 'acme/main')).stdout).toMatch(/canary +[0-9a-f]{12} for 10 % of requests/);
  expect((await run('canary', 'acme/main', '50%')).stdout).toBe('0.2.0 judges 50 % of the tenants of acme/main\n');
  expect((await run('publish', 'acme/main')).stdout).toContain('acme/main 0.2.0');
  await judged('acme/main 0.2.0');
  expect((await run('rollback', 'acme/main', '--why', 'a test')).stdout).toBe('acme/main is back at 0.1.0\n');
  await judged('acme/main 0.1.0');
  expect((await run('show', 'acme/main')).stdout).toMatch(/rolled back .* a test/);
});

test('a shadow is begun and ended', async () => {
  expect((await run('shadow', 'acme/main@0.2.0', '25%')).stdout).toContain('0.2.0 is evaluated beside');
  expect((await run('list')).stdout).toContain('25 %');
  expect((await run('shadow', 'acme/main', '0%')).stdout).toBe('acme/main has no shadow any more\n');
});

test('check --server asks the mesh, which knows its models and what is published', async () => {
  shell.write('leaf.wend', 'policy "acme/web/main" extends "acme/main@^0.1" {\n  param max_answer = 512\n}\n');
  const server = ['--server', mesh.nats.url];
  expect(await run('check', 'leaf.wend', ...server)).toMatchObject({ code: 0 });
  shell.write('model.wend', 'policy "acme/web/main" {\n  route default { candidates @demo/nothing }\n}\n');
  expect(await run('check', 'model.wend')).toMatchObject({ code: 0 });
  const refused = await run('check', 'model.wend', ...server);
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('model.wend:2:30') });
});

test('explain tells why a request was decided as it was', async () => {
  const asked = await shell.router(['chat', 'hi', '--tenant', 'acme', '--json']);
  const { request } = JSON.parse(asked.stdout).router;
  let explained: Outcome | undefined;
  await until(
    'it is in the log',
    async () => (explained = await run('explain', request, '--tenant', 'acme')).code === 0,
  );
  expect(explained?.stdout).toMatch(/decided +allow, default, demo\/echo/);
  expect(explained?.stdout).toMatch(/:\d+ +acme\/main +rule +short_answers +true +applied/);
});

test('what is no policy is said to be none', async () => {
  expect(await run('rollback', 'acme/nothing')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not_found'),
  });
  expect(await run('rollback', 'nothing')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("argument 'policy'"),
  });
});
