import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareState } from './state.ts';

const url = 'nats://127.0.0.1:4222';

test('passwords are made once and kept, and everybody has a file of credentials', () => {
  const { state, configs } = folders();
  const first = prepareState(state, configs, url);
  expect(first.used).toBe(false);
  const users = ['policy', 'provider', 'operator'];
  const credentials = users.map((user) => JSON.parse(readFileSync(first.credentials(user), 'utf8')));
  expect(credentials.map(({ user }) => user)).toEqual(users);
  expect(new Set(credentials.map(({ pass }) => pass)).size).toBe(3);
  expect(users.map((user) => statSync(first.credentials(user)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);

  const second = prepareState(state, configs, 'nats://127.0.0.1:4333');
  expect(second.used).toBe(true);
  expect(JSON.parse(readFileSync(second.credentials('policy'), 'utf8'))).toEqual({
    ...credentials[0],
    url: 'nats://127.0.0.1:4333',
  });
});

test('a tenant that is pasted into local.conf gets a password and credentials, and nobody else loses theirs', () => {
  const { state, configs } = folders();
  const before = readFileSync(prepareState(state, configs, url).credentials('policy'), 'utf8');
  const file = join(configs, 'local.conf');
  const user = '    { user: "acme.web", password: $TENANT_ACME_WEB_PASSWORD, permissions: {} }\n  ]\n}';
  writeFileSync(file, readFileSync(file, 'utf8').replace(/ {2}\]\n\}/, user));
  const { credentials } = prepareState(state, configs, url);
  expect(JSON.parse(readFileSync(credentials('acme.web'), 'utf8'))).toEqual({
    user: 'acme.web',
    pass: expect.stringMatching(/^[0-9a-f]{32}$/),
    url,
  });
  expect(readFileSync(credentials('policy'), 'utf8')).toBe(before);
});

test('passwords of another deployment beside the configuration are not taken', () => {
  const { state, configs } = folders();
  writeFileSync(join(configs, 'passwords.conf'), 'POLICY_PASSWORD: "production"\n');
  prepareState(state, configs, url);
  expect(readFileSync(join(state, 'nats/passwords.conf'), 'utf8')).not.toContain('production');
});

function folders() {
  const folder = mkdtempSync(join(tmpdir(), 'router-state-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const configs = join(folder, 'configs');
  cpSync(join(import.meta.dirname, '../nats'), configs, { recursive: true });
  rmSync(join(configs, 'passwords.conf'), { force: true });
  return { state: join(folder, 'state'), configs };
}
