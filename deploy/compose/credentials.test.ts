import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { services } from '@router-mesh/contracts';
import { TestProcess } from '@router-mesh/testing';
import { connect } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import { writeCredentials } from './credentials.ts';

const shipped = resolve(import.meta.dirname, '../nats');
const server = process.env['NATS_SERVER'] ?? 'nats-server';
const acme =
  '{ user: "acme", password: $TENANT_ACME_PASSWORD, permissions: { publish: { allow: ["router.v2.request.*.acme"] }, subscribe: { allow: ["_INBOX.>"] } } }';

/** A configuration of the test's own, and volumes as docker-compose.yml has them. */
function prepare(change: (text: string) => string = (text) => text): {
  configuration: string;
  volumes: string;
  credentials: (user: string, folder?: string) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(shipped, join(folder, 'nats'), { recursive: true });
  writeFileSync(join(folder, 'nats/passwords.conf'), 'POLICY_PASSWORD: "of another deployment"');
  const configuration = join(folder, 'nats/local.conf');
  writeFileSync(configuration, change(readFileSync(configuration, 'utf8')));
  const volumes = join(folder, 'volumes');
  for (const name of ['nats', 'users/policy', 'users/provider', 'users/operator'])
    mkdirSync(join(volumes, name), { recursive: true });
  return { configuration, volumes, credentials: (user, of = user) => join(volumes, 'users', of, `${user}.creds.json`) };
}

function withAcme(text: string): string {
  return text.replace('    # Tenants:', `    ${acme}\n    # Tenants:`);
}

test('a server that reads what was written lets every user in by the file of that user alone', async () => {
  const { configuration, volumes, credentials } = prepare(withAcme);
  expect(writeCredentials(configuration, volumes)).toEqual([
    'policy: made',
    'provider: made',
    'operator: made',
    'acme: made',
  ]);
  await using nats = new TestProcess(
    server,
    ['-c', join(volumes, 'nats/local.conf'), '-a', '127.0.0.1', '-p', '-1', '-sd', join(volumes, 'store')],
    {},
  );
  const line = await nats.line((text) => text.includes('Listening for client connections'));
  const servers = `127.0.0.1:${/:(\d+)$/.exec(line)?.[1]}`;
  const files = [
    credentials('policy'),
    credentials('provider'),
    credentials('operator'),
    credentials('acme', 'operator'),
  ];
  const users = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as { user: string; pass: string });
  for (const user of users) {
    const nc = await connect({ servers, ...user });
    await nc.close();
  }
  expect(users.map(({ user }) => user)).toEqual(['policy', 'provider', 'operator', 'acme']);
  expect(new Set(users.map(({ pass }) => pass)).size).toBe(4);
  for (const { pass } of users) expect(pass).toMatch(/^[0-9a-f]{32}$/);
});

test('in docker-compose.yml every service and the operator have a volume of their own', () => {
  const tree = resolve(import.meta.dirname, '../..');
  const compose = readFileSync(join(tree, 'docker-compose.yml'), 'utf8');
  const [folders = ''] = /for folder in .*;/.exec(readFileSync(join(tree, 'deploy/Dockerfile'), 'utf8')) ?? [];
  for (const user of [...services, 'operator']) {
    expect(compose).toContain(`- ${user}-credentials:/volumes/users/${user}\n`);
    expect(folders.split(/[ ;]/)).toContain(`users/${user}`);
  }
});

test('what is there is kept, and a removed file is a new password', () => {
  const { configuration, volumes, credentials } = prepare();
  writeCredentials(configuration, volumes);
  const before = [readFileSync(credentials('policy'), 'utf8'), readFileSync(credentials('provider'), 'utf8')];
  rmSync(credentials('provider'));
  expect(writeCredentials(configuration, volumes)).toEqual(['policy: kept', 'provider: made', 'operator: kept']);
  expect(readFileSync(credentials('policy'), 'utf8')).toBe(before[0]);
  expect(readFileSync(credentials('provider'), 'utf8')).not.toBe(before[1]);
});

test.each(['local.conf', 'nats.conf'])(
  'the server accepts %s as written, tenants of the other file notwithstanding',
  (name) => {
    const { configuration, volumes } = prepare(withAcme);
    writeCredentials(join(configuration, '..', name), volumes);
    execFileSync(server, ['-t', '-c', join(volumes, 'nats', name)], { stdio: 'pipe' });
  },
);

test('servers of a cluster get their routes, once, and the server accepts them', () => {
  const { configuration, volumes } = prepare();
  const routes = join(volumes, 'nats/routes.conf');
  writeCredentials(configuration, volumes);
  expect(existsSync(routes)).toBe(false);
  writeCredentials(configuration, volumes, ['one', 'two']);
  const [, password] = /^ROUTE_PASSWORD: "([0-9a-f]{32})"$/m.exec(readFileSync(routes, 'utf8')) ?? [];
  const urls = ['one', 'two'].map((name) => `"nats-route://route:${password}@${name}:6222"`);
  expect(readFileSync(routes, 'utf8')).toContain(`ROUTES: [${urls.join(', ')}]`);
  writeCredentials(configuration, volumes, ['one', 'two']);
  expect(readFileSync(routes, 'utf8')).toContain(password);
  const options = { stdio: 'pipe', env: { NATS_NODE: 'one' } } as const;
  execFileSync(server, ['-t', '-c', join(volumes, 'nats/cluster-local.conf')], options);
  expect(statSync(routes).mode & 0o777).toBe(0o600);
});

test('nobody but the owner reads a file that was written', () => {
  const { configuration, volumes, credentials } = prepare();
  writeCredentials(configuration, volumes);
  for (const file of [credentials('operator'), join(volumes, 'nats/passwords.conf')])
    expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a user that cannot be read out of the configuration is named', () => {
  const { configuration, volumes } = prepare((text) =>
    text.replace('    # Tenants:', '    { password: $TENANT_ACME_PASSWORD, user: acme }'),
  );
  expect(() => writeCredentials(configuration, volumes)).toThrow(
    'write the user of $TENANT_ACME_PASSWORD as { user: <name>, password: $TENANT_ACME_PASSWORD, … }',
  );
});

test('a file that is no credentials is refused by its name', () => {
  const { configuration, volumes, credentials } = prepare();
  writeFileSync(credentials('policy'), '{"user":"policy"}');
  expect(() => writeCredentials(configuration, volumes)).toThrow(
    `"${credentials('policy')}" has no password that can be used`,
  );
});
