import { expect, test } from 'vitest';
import { bareEnvironment, contradiction, serviceEnvironment } from './environment.ts';

const shell = {
  PATH: '/bin',
  HOME: '/home/me',
  OPENAI_API_KEY: 'sk-1',
  AWS_SECRET_ACCESS_KEY: 'aws',
  ROUTER_KEY_GROQ: 'gsk-1',
  ROUTER_TYPO: 'x',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
  ROUTER_NATS_CREDENTIALS: 'the shell’s',
  NODE_OPTIONS: '--inspect',
};
const own = { NATS_URL: 'nats://127.0.0.1:4333', ROUTER_NATS_CREDENTIALS: 'ours' };

test('nats-server and the demo get neither settings nor keys', () => {
  expect(bareEnvironment(shell)).toEqual({ PATH: '/bin', HOME: '/home/me' });
});

test('a service gets the settings of the shell, a misspelt one and those of traces too, and below what up settles itself', () => {
  expect(serviceEnvironment(['policy'], shell, own)).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    ROUTER_TYPO: 'x',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    ...own,
  });
});

test('a process with a provider gets the keys, and no other, that of OpenAI under the name that it knows', () => {
  const keys = { ROUTER_KEY_GROQ: 'gsk-1', ROUTER_KEY_OPENAI: 'sk-1' };
  expect(serviceEnvironment(['provider'], shell, own)).toEqual({
    ...serviceEnvironment(['policy'], shell, own),
    ...keys,
  });
  const both = serviceEnvironment(['provider'], { ...shell, ROUTER_KEY_OPENAI: 'sk-2' }, own);
  expect(both['ROUTER_KEY_OPENAI']).toBe('sk-2');
  expect(serviceEnvironment(['policy', 'provider'], shell, own)).toEqual(serviceEnvironment(['provider'], shell, own));
});

test.each([
  ['error', 'info'],
  ['silent', 'info'],
  ['debug', 'debug'],
  ['nonsense', 'nonsense'],
])('of ROUTER_LOG_LEVEL=%s a service is told %s: its log must say that it is ready', (asked, told) => {
  expect(serviceEnvironment(['policy'], { ROUTER_LOG_LEVEL: asked }, {})).toEqual({ ROUTER_LOG_LEVEL: told });
});

test.each(['ROUTER_STATE', 'ROUTER_PROVIDERS', 'ROUTER_HTTP_PORT'])(
  '%s in the shell is refused, not left out',
  (name) => {
    expect(contradiction({ ...shell, [name]: 'x' })).toContain(`${name} is settled by \`up\` itself`);
    expect(contradiction({ ...shell, [name]: '' })).toBeUndefined();
  },
);
