import { commonSettings, policySettings, providerSettings } from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { readKeys, readSettings } from './settings.ts';

test('what is not set has its fallback, or is absent', () => {
  expect(readSettings(commonSettings, {})).toEqual({
    natsUrl: ['nats://127.0.0.1:4222'],
    credentials: undefined,
    httpHost: '127.0.0.1',
    httpPort: 0,
    logLevel: 'info',
    drainTimeoutMs: 60_000,
    maxInFlight: 1000,
    maxInFlightBytes: 268_435_456,
    replicas: 1,
    tenantInbox: false,
  });
});

test('what is set is read, in its unit', () => {
  const environment = {
    NATS_URL: 'nats://a:4222, nats://b:4222',
    ROUTER_DRAIN_TIMEOUT: '250ms',
    ROUTER_REPLICAS: '3',
    ROUTER_TENANT_INBOX: '1',
    PATH: '/bin',
  };
  expect(readSettings(commonSettings, environment)).toMatchObject({
    natsUrl: ['nats://a:4222', 'nats://b:4222'],
    drainTimeoutMs: 250,
    replicas: 3,
    tenantInbox: true,
  });
  expect(readSettings(policySettings, { ROUTER_MAX_BODY: '1MiB', ROUTER_MAX_TIMEOUT: '5min' })).toMatchObject({
    maxBodyBytes: 1024 ** 2,
    maxTimeoutMs: 300_000,
  });
});

test('what is set to nothing is not set: compose files pass variables so', () => {
  expect(readSettings(providerSettings, { ROUTER_VENDORS: '', ROUTER_MODEL_TIMEOUT: '' })).toMatchObject({
    vendors: undefined,
    modelTimeoutMs: 300_000,
  });
});

test.each([
  ['ROUTER_DRAIN_TIMEOUT', '60', 'must be a number and ms, s, min or h'],
  ['ROUTER_HTTP_PORT', 'http', 'must be a port number'],
  ['ROUTER_HTTP_PORT', '70000', '65535'],
  ['ROUTER_REPLICAS', '2', '1'],
  ['ROUTER_TENANT_INBOX', 'true', 'must be 0 or 1'],
  ['ROUTER_LOG_LEVEL', 'loud', 'debug'],
])('%s="%s" is refused, naming the variable and what it may be', (name, value, hint) => {
  const reading = (): unknown => readSettings(commonSettings, { [name]: value });
  expect(reading).toThrow(expect.objectContaining({ code: 'invalid_request', param: name }));
  expect(reading).toThrow(`${name}="${value}"`);
  expect(reading).toThrow(hint);
});

test.each([
  ['ROUTER_DRAIN_TIMOUT', 'ROUTER_DRAIN_TIMEOUT'],
  ['ROUTER_MAXBODY', 'ROUTER_MAX_BODY'],
  ['ROUTER_NATS_CREDENTIAL', 'ROUTER_NATS_CREDENTIALS'],
  ['ROUTER_VENDOR', 'ROUTER_VENDORS'],
])('%s is not known, and the nearest known one is named', (name, nearest) => {
  expect(() => readSettings(commonSettings, { [name]: 'x' })).toThrow(
    `setting ${name} is not known; did you mean ${nearest}?`,
  );
});

test('a setting of another service is known; a variable of somebody else is none', () => {
  expect(() =>
    readSettings(policySettings, {
      ROUTER_VENDORS: 'demo',
      ROUTER_KEY_OPENAI: 'sk',
      NODE_ENV: 'test',
      MY_ROUTER_X: '1',
    }),
  ).not.toThrow();
});

test('keys are read by name, and the setting that only looks like one is none', () => {
  const environment = {
    ROUTER_KEY_OPENAI: 'sk-1',
    ROUTER_KEY_MY_OWN: 'sk-2',
    ROUTER_KEY_EMPTY: '',
    ROUTER_KEY_HOSTS: 'openai=api.openai.com',
    OTHER_KEY_X: 'no',
  };
  expect(readKeys(environment)).toEqual(
    new Map([
      ['openai', 'sk-1'],
      ['my_own', 'sk-2'],
    ]),
  );
});

test('a key stands in no message', () => {
  expect(() => readSettings(commonSettings, { ROUTER_KEYS: 'sk-secret' })).not.toThrow('sk-secret');
});
