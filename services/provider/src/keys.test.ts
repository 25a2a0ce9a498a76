import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Keys, type KeySources } from './keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'router-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const openai = new URL('https://api.openai.com/v1');

function keys(sources: Partial<KeySources> = {}): Keys {
  return new Keys({
    environment: new Map(),
    secrets: folder,
    hosts: new Map([['openai', ['api.openai.com']]]),
    ...sources,
  });
}

test('a key comes from the environment, else from the file of its name', () => {
  writeFileSync(join(folder, 'openai'), 'from-file\n');
  expect(keys({ environment: new Map([['openai', ' from-env\n']]) }).resolve('openai', openai, 0)).toBe('from-env');
  expect(keys().resolve('openai', openai, 0)).toBe('from-file');
});

test.each<[string, Partial<KeySources>]>([
  ['no variable and no folder', { secrets: undefined }],
  ['no file', { secrets: join(folder, 'nowhere') }],
  ['an empty variable', { secrets: undefined, environment: new Map([['openai', ' ']]) }],
])('a key that is not set is an auth failure that says where it would be: %s', (_why, sources) => {
  const resolving = () => keys(sources).resolve('openai', openai, 0);
  expect(resolving).toThrow('key "openai" is not set (ROUTER_KEY_OPENAI, or a file in ROUTER_SECRETS)');
  expect(resolving).toThrow(expect.objectContaining({ class: 'auth' }));
});

test('a rotated key is noticed after ten seconds', () => {
  const file = join(folder, 'openai');
  const held = keys();
  writeFileSync(file, 'old');
  expect(held.resolve('openai', openai, 1000)).toBe('old');
  writeFileSync(file, 'new');
  expect(held.resolve('openai', openai, 10_999)).toBe('old');
  expect(held.resolve('openai', openai, 11_000)).toBe('new');
});

test('a file that was looked at while it was being written is looked at again at once', () => {
  const file = join(folder, 'openai');
  const held = keys();
  writeFileSync(file, '');
  expect(() => held.resolve('openai', openai, 1000)).toThrow('not set');
  writeFileSync(file, 'written');
  expect(held.resolve('openai', openai, 1001)).toBe('written');
});

describe('a key goes to the hosts of the settings and nowhere else', () => {
  const sources = (host: string): Partial<KeySources> => ({
    environment: new Map([['openai', 'k']]),
    hosts: new Map([['openai', [host]]]),
  });

  test.each<[allowed: boolean, host: string, url: string]>([
    [true, 'api.openai.com', 'https://api.openai.com/v1'],
    [true, 'api.openai.com', 'https://API.OpenAI.com:443/v1'],
    [true, 'api.openai.com:443', 'https://api.openai.com/v1'],
    [true, 'vllm:8000', 'http://vllm:8000/v1'],
    [true, 'vllm:80', 'http://vllm/v1'],
    [true, '[::1]:8000', 'http://[::1]:8000/v1'],
    [false, 'api.openai.com', 'https://api.openai.com:8443/v1'],
    [false, 'api.openai.com', 'http://api.openai.com/v1'], // in the clear
    [false, 'api.openai.com', 'https://api.openai.com.evil.com/v1'],
    [false, 'api.openai.com', 'https://evil.com/api.openai.com'],
    [false, 'api.openai.com', 'https://api.openai.com@evil.com/v1'],
    [false, 'api.openai.com', 'https://openai.com/v1'],
    [false, 'api.openai.com', 'https://api.openai.com./v1'],
    [false, 'vllm:8000', 'http://vllm/v1'],
  ])('%s: %s to %s', (allowed, host, url) => {
    const resolving = () => keys(sources(host)).resolve('openai', new URL(url), 0);
    if (allowed) expect(resolving()).toBe('k');
    else expect(resolving).toThrow(/^key "openai" may not be sent to ".+" \(ROUTER_KEY_HOSTS\)$/);
  });

  test('a key that the settings do not name goes nowhere', () => {
    expect(() => keys({ environment: new Map([['other', 'k']]) }).resolve('other', openai, 0)).toThrow(
      'may not be sent',
    );
  });
});
