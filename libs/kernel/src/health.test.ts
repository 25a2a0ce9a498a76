import { expect, test } from 'vitest';
import { serveHealth, type Readiness } from './health.ts';
import { Counts } from './metrics.ts';

const serving: Readiness = { missing: [], snapshots: { words: 7 }, notes: ['document "a" is not of its form'] };

test('a service that lacks nothing is ready, and says what is in force', async () => {
  const health = await serveHealth('127.0.0.1', 0, new Counts().registry, () => serving);
  const answer = await fetch(`${health.url}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([200, { ready: true, ...serving }]);
  health.close();
});

test('what is missing is named, and the service lives all the same', async () => {
  const health = await serveHealth('127.0.0.1', 0, new Counts().registry, () => ({ ...serving, missing: ['nats'] }));
  const answer = await fetch(`${health.url}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([503, { ready: false, ...serving, missing: ['nats'] }]);
  const alive = await fetch(`${health.url}/livez`);
  expect([alive.status, await alive.json()]).toEqual([200, { live: true }]);
  health.close();
});

test('metrics are in the format of Prometheus', async () => {
  const health = await serveHealth('127.0.0.1', 0, new Counts().registry, () => serving);
  const answer = await fetch(`${health.url}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  expect(await answer.text()).toContain('# TYPE router_stop_seconds histogram');
  health.close();
});

test('anything else is not found, and says what is', async () => {
  const health = await serveHealth('127.0.0.1', 0, new Counts().registry, () => serving);
  const answer = await fetch(`${health.url}/admin`);
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('/readyz')]);
  health.close();
});

test('a readiness that cannot be told ends the request and not the server', async () => {
  let broken = true;
  const health = await serveHealth('127.0.0.1', 0, new Counts().registry, () => {
    if (broken) throw new Error('a bug');
    return serving;
  });
  await expect(fetch(`${health.url}/readyz`)).rejects.toThrow();
  broken = false;
  expect((await fetch(`${health.url}/readyz`)).status).toBe(200);
  health.close();
});

test('a port that is taken is an error', async () => {
  const health = await serveHealth('127.0.0.1', 0, new Counts().registry, () => serving);
  const { port } = new URL(health.url);
  await expect(serveHealth('127.0.0.1', Number(port), new Counts().registry, () => serving)).rejects.toThrow(
    /EADDRINUSE/,
  );
  health.close();
});

test('an address of IPv6 stands in brackets', async () => {
  const health = await serveHealth('::1', 0, new Counts().registry, () => serving).catch(() => undefined); // where there is no IPv6 there is nothing to see
  if (health === undefined) return;
  expect((await fetch(`${health.url}/livez`)).status).toBe(200);
  health.close();
});
