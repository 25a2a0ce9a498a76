import { header } from '@router-mesh/contracts';
import { aPlan, aTravel, natsServer, until } from '@router-mesh/testing';
import { headers, type Msg } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { Control } from './control.ts';
import { Forwarder } from './forwarder.ts';
import { listen } from './listen.ts';

const body = new TextEncoder().encode('{"model":"demo/echo"}');

async function forwarding(nats: Awaited<ReturnType<typeof natsServer>>) {
  const nc = await nats.connect('policy');
  const control = new Control(nc, 'policy');
  return { nc, control, forwarder: new Forwarder(nc, control) };
}

/** Forward and note what is told, in order. */
function forward({ forwarder }: { forwarder: Forwarder }, stop: string, told: string[], travel = aTravel()): void {
  forwarder.forward(stop, travel, body, {
    missing: () => told.push(`${stop} missing`),
    settled: () => told.push(`${stop} settled`),
  });
}

test('a stop gets the same bytes, the travel, and a control subject of the forwarder as reply', async () => {
  await using nats = await natsServer();
  const sender = await forwarding(nats);
  const provider = await nats.connect('provider');
  const heard: Msg[] = [];
  listen(provider, 'router.v2.stage.provider.demo', (message) => heard.push(message), { queue: 'provider-demo' });
  await provider.flush();
  const told: string[] = [];
  forward(sender, 'provider.demo', told);
  await until('the forward and its settlement', () => heard.length === 1 && told.length === 1);
  expect(heard[0]?.string()).toBe('{"model":"demo/echo"}');
  expect(heard[0]?.reply).toMatch(/^router\.v2\.control\.policy\./);
  expect(heard[0]?.headers?.get(header.reply)).toBe('_INBOX.abc.1');
  expect(told).toEqual(['provider.demo settled']);
  expect(sender.control.size).toBe(0);
  await Promise.all([sender.nc.close(), provider.close()]);
});

test('that nobody listens comes to the forwarder, and before the settlement', async () => {
  await using nats = await natsServer();
  const sender = await forwarding(nats);
  const told: string[] = [];
  forward(sender, 'experiment', told);
  forward(sender, 'provider.nobody', told);
  await until('both', () => told.length === 4);
  expect(told.slice(0, 2)).toEqual(['experiment missing', 'provider.nobody missing']);
  expect(told.slice(2)).toEqual(['experiment settled', 'provider.nobody settled']);
  await sender.nc.close();
});

test('ten thousand forwards leave nothing behind, whether somebody listened or not', async () => {
  await using nats = await natsServer();
  const sender = await forwarding(nats);
  const provider = await nats.connect('provider');
  let heard = 0;
  listen(provider, 'router.v2.stage.provider.demo', () => (heard += 1), { queue: 'provider-demo' });
  await provider.flush();
  let missing = 0;
  let settled = 0;
  for (let n = 0; n < 10_000; n += 1) {
    sender.forwarder.forward(n % 2 === 0 ? 'provider.demo' : 'provider.nobody', aTravel(), body, {
      missing: () => (missing += 1),
      settled: () => (settled += 1),
    });
    if (n % 1000 === 0) await sender.nc.flush();
  }
  await until('all settled', () => settled === 10_000);
  await until('all heard', () => heard === 5000);
  expect([missing, sender.control.size]).toEqual([5000, 0]);
  await Promise.all([sender.nc.close(), provider.close()]);
});

test.each([
  ['a plan that is too large', 'provider.demo', aTravel({ plan: aPlan({ session: 'x'.repeat(40_000) }) }), /plan has/],
  ['a name that is no stop', 'provider.>', aTravel(), /is no stop/],
  ['a header of two lines', 'provider.demo', aTravel({ traceparent: 'a\nb' }), /header/],
  [
    'a body that the server would not carry',
    'provider.demo',
    aTravel(),
    /max_payload/,
    new Uint8Array(9 * 1024 * 1024),
  ],
])('%s throws, leaves nothing behind and is never told of', async (_, stop, travel, message, bytes = body) => {
  await using nats = await natsServer();
  const sender = await forwarding(nats);
  const told: string[] = [];
  expect(() =>
    sender.forwarder.forward(stop, travel, bytes, {
      missing: () => told.push('missing'),
      settled: () => told.push('settled'),
    }),
  ).toThrow(message);
  expect(sender.control.size).toBe(0);
  forward(sender, 'experiment', told);
  await until('a later one', () => told.length === 2);
  expect(told).toEqual(['experiment missing', 'experiment settled']);
  await sender.nc.close();
});

test('what is forwarded while the connection is down is settled too: no notice will come', async () => {
  await using nats = await natsServer();
  const sender = await forwarding(nats);
  await nats.stop();
  await until('disconnected', () => sender.nc.info === undefined);
  const told: string[] = [];
  forward(sender, 'provider.demo', told);
  await until('settled', () => told.includes('provider.demo settled'));
  expect(sender.control.size).toBe(0);
  await nats.restart();
  await until('connected', () => sender.nc.info !== undefined);
  forward(sender, 'experiment', told);
  await until('settled again', () => told.includes('experiment settled'));
  await sender.nc.close();
});

test('a notice that comes twice, too late or of no forward at all is nothing', async () => {
  await using nats = await natsServer();
  const sender = await forwarding(nats);
  const root = await nats.connect('root');
  const replies: string[] = [];
  listen(root, 'router.v2.stage.provider.demo', ({ reply }) => replies.push(reply ?? ''));
  await root.flush();
  const told: string[] = [];
  forward(sender, 'provider.demo', told);
  forward(sender, 'experiment', told);
  await until('both settled', () => told.length === 3 && replies.length === 1);
  const notices = replies[0]?.slice(0, -1) ?? '';
  forward(sender, 'cost', told);
  // Whoever may publish there can say as the server does that nobody listens.
  const forged = { headers: headers(503, 'No Responders') };
  for (const number of [0, 1, 2, 2, 3, -1, 0.5, 'x', '1e9']) root.publish(`${notices}${number}`, '', forged);
  await until('the third settled', () => told.includes('cost settled'));
  expect(told).toEqual([
    'experiment missing',
    'provider.demo settled',
    'experiment settled',
    'cost missing',
    'cost settled',
  ]);
  await Promise.all([sender.nc.close(), root.close()]);
});
