import { expect, test } from 'vitest';
import { shareOf } from './process-life.ts';

const both = ['policy', 'provider'] as const;

test('services of one process read their names in settings, and take one port after the other', () => {
  const environment = {
    NATS_URL: 'nats://{service}:4222',
    ROUTER_NATS_CREDENTIALS: '/run/{service}/{service}.creds.json',
    ROUTER_HTTP_PORT: '8080',
    ROUTER_LOG_LEVEL: '',
  };
  const [policy, provider] = both.map((name) => shareOf(name, both, environment));
  expect(policy).toEqual({ ...environment, ROUTER_NATS_CREDENTIALS: '/run/policy/policy.creds.json' });
  expect(provider).toEqual({
    ...environment,
    ROUTER_NATS_CREDENTIALS: '/run/provider/provider.creds.json',
    ROUTER_HTTP_PORT: '8081',
  });
});

test('any free port is any free port for each of them', () => {
  expect(shareOf('provider', both, { ROUTER_HTTP_PORT: '0' })).toEqual({ ROUTER_HTTP_PORT: '0' });
});

test('who has the process to itself shares nothing, and is told its name all the same', () => {
  const environment = { ROUTER_STATE: '/var/lib/router', ROUTER_NATS_CREDENTIALS: '/run/{service}.json' };
  expect(shareOf('policy', ['policy'], environment)).toEqual({
    ROUTER_STATE: '/var/lib/router',
    ROUTER_NATS_CREDENTIALS: '/run/policy.json',
  });
});

test.each(['ROUTER_STATE', 'ROUTER_NATS_CREDENTIALS'])('%s is never the same for two', (variable) => {
  expect(() => shareOf('policy', both, { [variable]: '/var/lib/router' })).toThrow(
    `setting ${variable}="/var/lib/router" would be the same for policy and provider: write {service} where the name of the service belongs`,
  );
});
