import { expect, test } from 'vitest';
import { timeLimitsOf } from './time-limits.ts';

const settings = {
  connectTimeoutMs: 5000,
  firstTokenTimeoutMs: 120_000,
  idleTimeoutMs: 60_000,
  modelTimeoutMs: 300_000,
};

test('a vendor has the time limits of the settings, and its own where it has some; each says what sets it', () => {
  expect(timeLimitsOf(settings, { vendor: 'v' })).toEqual({
    connect: { ms: 5000, setBy: 'ROUTER_CONNECT_TIMEOUT' },
    firstToken: { ms: 120_000, setBy: 'ROUTER_FIRST_TOKEN_TIMEOUT' },
    idle: { ms: 60_000, setBy: 'ROUTER_IDLE_TIMEOUT' },
    total: { ms: 300_000, setBy: 'ROUTER_MODEL_TIMEOUT' },
  });
  expect(timeLimitsOf(settings, { vendor: 'v', timeouts: { idle_ms: 7, total_ms: 9 } })).toMatchObject({
    connect: { ms: 5000, setBy: 'ROUTER_CONNECT_TIMEOUT' },
    idle: { ms: 7, setBy: 'timeouts.idle_ms of provider "v"' },
    total: { ms: 9, setBy: 'timeouts.total_ms of provider "v"' },
  });
});
