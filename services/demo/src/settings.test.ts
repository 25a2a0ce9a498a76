import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test.each([
  [{}, { host: '127.0.0.1', port: 4280 }],
  [{ DEMO_PORT: '' }, { host: '127.0.0.1', port: 4280 }],
  [
    { DEMO_HOST: '0.0.0.0', DEMO_PORT: '0' },
    { host: '0.0.0.0', port: 0 },
  ],
])('%j is read as %j', (environment, settings) => {
  expect(readSettings(environment)).toEqual(settings);
});

test.each(['65536', '-1', '1e3', 'http'])('the port %s is refused by name', (port) => {
  expect(() => readSettings({ DEMO_PORT: port })).toThrow(`DEMO_PORT is "${port}", not a port from 0 to 65535`);
});
