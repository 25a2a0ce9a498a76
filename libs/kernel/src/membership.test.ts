import { natsServer, until, type NatsServer } from '@router-mesh/testing';
import { listen } from '@router-mesh/wire';
import { expect, test } from 'vitest';
import { Membership } from './membership.ts';

const subject = 'router.v2.stage.provider.demo';

/** A member that counts what it gets and how often it has subscribed; it steps out by itself when it has got so many. */
async function aMember(nats: NatsServer, stepsOutAt = Infinity) {
  const [nc, sender] = [await nats.connect('provider'), await nats.connect('policy')];
  const counts = { heard: 0, joined: 0 };
  const out = Promise.withResolvers<void>();
  const receive = (): void => {
    counts.heard += 1;
    if (counts.heard === stepsOutAt) out.resolve(membership.stepOut());
  };
  const membership = new Membership(nc, () => {
    counts.joined += 1;
    return listen(nc, subject, receive, { queue: 'provider-demo' });
  });
  await nc.flush();
  /** Send and wait until whoever listens has it. */
  const send = async (): Promise<void> => {
    sender.publish(subject, '{}');
    await sender.flush();
    await nc.flush();
  };
  return {
    nc,
    sender,
    counts,
    out: out.promise,
    membership,
    send,
    close: () => Promise.all([nc.close(), sender.close()]),
  };
}

test('who leaves loses nothing: what was under way is delivered, what comes later is told to its sender', async () => {
  await using nats = await natsServer();
  const { nc, sender, counts, out, membership, send, close } = await aMember(nats, 50);
  let missing = 0;
  const control = 'router.v2.control.policy.a.b';
  listen(sender, control, () => (missing += 1));
  for (let n = 0; n < 3000; n += 1) sender.publish(subject, '{}', { reply: control });
  await sender.flush();
  await out;
  const { heard } = counts;
  expect(heard).toBeGreaterThanOrEqual(50);
  expect([heard + missing, membership.isAway]).toEqual([3000, true]);
  await send();
  expect(counts.heard).toBe(heard);
  expect(membership.stepIn()).toBe(true);
  await nc.flush();
  await send();
  expect([counts.heard, membership.isAway, counts.joined]).toEqual([heard + 1, false, 2]);
  await close();
});

test('it comes back only when all that was under way has been delivered, and only once', async () => {
  await using nats = await natsServer();
  const { counts, membership, close } = await aMember(nats);
  expect(membership.stepIn()).toBe(false);
  const delivered = membership.stepOut();
  expect([membership.stepOut(), membership.stepIn()]).toEqual([undefined, false]);
  await delivered;
  expect([membership.stepIn(), membership.stepIn(), counts.joined]).toEqual([true, false, 2]);
  await close();
});

test.each(['leave', 'forget'] as const)('what was away when it was told to %s never comes back', async (way) => {
  await using nats = await natsServer();
  const { counts, membership, send, close } = await aMember(nats);
  const delivered = membership.stepOut();
  await membership[way]();
  await delivered;
  expect([membership.stepIn(), membership.stepOut()]).toEqual([false, undefined]);
  await send();
  expect([counts.heard, counts.joined]).toEqual([0, 1]);
  await close();
});

test('whoever was away when the connection broke is away after it, and comes back once', async () => {
  await using nats = await natsServer();
  const { nc, counts, membership, close } = await aMember(nats);
  await membership.stepOut();
  await nats.stop();
  await until('disconnected', () => nc.info === undefined);
  await nats.restart();
  await until('connected', () => nc.info !== undefined);
  const root = await nats.connect('root');
  root.publish(subject, '{}');
  await root.flush();
  await nc.flush();
  expect(counts.heard).toBe(0);
  expect(membership.stepIn()).toBe(true);
  await nc.flush();
  root.publish(subject, '{}');
  await until('it hears again', () => counts.heard > 0);
  await nc.flush();
  expect(counts.heard).toBe(1);
  await Promise.all([root.close(), close()]);
});

test('leaving while the connection is down ends, and a reconnect brings nothing back', async () => {
  await using nats = await natsServer();
  const { nc, counts, membership, close } = await aMember(nats);
  await nats.stop();
  await until('disconnected', () => nc.info === undefined);
  const delivered = membership.stepOut();
  await nats.restart();
  await until('connected', () => nc.info !== undefined);
  await delivered;
  const root = await nats.connect('root');
  root.publish(subject, '{}');
  await root.flush();
  await nc.flush();
  expect([counts.heard, membership.isAway]).toEqual([0, true]);
  await Promise.all([root.close(), close()]);
});

test('a closed connection is nothing to leave or to come back to', async () => {
  await using nats = await natsServer();
  const { membership, close } = await aMember(nats);
  await close();
  await membership.stepOut();
  expect(membership.stepIn()).toBe(false);
  await membership.leave();
  membership.forget();
});
