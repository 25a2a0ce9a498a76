// What a message costs the servers: a hop, a route between two servers, a large queue group, and an inbox of its own for each request.
import type { NatsCluster, NatsServer } from '../../src/index.ts';
import { createInbox, headers, type NatsConnection } from '@nats-io/transport-node';

import { costOf, type Cost } from './costs.ts';

/** A body of 1 KB and headers of half of that, as a passage has them. */
const body = Buffer.alloc(1024, 'x');
const passage = headers();
passage.set('Router-Plan', 'x'.repeat(512));

const size = { times: 2000, goes: 10 };
/** In one server and between servers: what is under way at once. */
const window = 200;

export async function costsOfMessages(server: NatsServer, cluster: NatsCluster): Promise<Cost[]> {
  const alone = [server.pid];
  const together = cluster.nodes.map(({ pid }) => pid);
  const connect = (node: NatsServer): Promise<NatsConnection> => node.connect('root');
  const [one, other] = [await connect(server), await connect(server)];
  const [near, far] = [await connect(cluster.node('n1')), await connect(cluster.node('n2'))];
  const costs = [
    await hop('a hop', alone, one, other, 1),
    await hop('a hop to a queue group of 16', alone, one, other, 16),
    await hop('a hop to a queue group of 256', alone, one, other, 256),
    await hop('a hop over a route of a cluster', together, near, far, 1),
    await inbox('subscribe to an inbox and leave it', alone, one),
    await inbox('subscribe to an inbox and leave it, in a cluster of 3', together, near),
  ];
  await Promise.all([one, other, near, far].map((nc) => nc.close()));
  return costs;
}

/** From one connection to a queue group on another. */
async function hop(
  what: string,
  servers: readonly number[],
  from: NatsConnection,
  to: NatsConnection,
  members: number,
): Promise<Cost> {
  let arrived = 0;
  let wake: (() => void) | undefined;
  const callback = (): void => {
    arrived += 1;
    if (arrived % window === 0) wake?.();
  };
  const subscriptions = Array.from({ length: members }, () => to.subscribe('hop.to', { queue: 'group', callback }));
  await to.flush();
  await from.flush();
  await reaches(from, () => arrived);
  arrived = 0;
  const cost = await costOf(what, servers, size, async (times) => {
    for (let sent = 0; sent < times; sent += window) {
      const taken = new Promise<void>((resolve) => (wake = resolve));
      for (let n = 0; n < window; n += 1) from.publish('hop.to', body, { headers: passage });
      await taken;
    }
  });
  for (const subscription of subscriptions) subscription.unsubscribe();
  return cost;
}

/** Interest travels between servers by itself, and is there when something arrives. */
async function reaches(from: NatsConnection, arrived: () => number): Promise<void> {
  while (arrived() === 0) {
    from.publish('hop.to', body);
    await from.flush();
  }
  await from.flush();
  let before = -1;
  while (arrived() !== before) {
    before = arrived();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A reader that subscribes for each request, as the SDK does, tells every server of a cluster. */
async function inbox(what: string, servers: readonly number[], nc: NatsConnection): Promise<Cost> {
  return await costOf(what, servers, size, async (times) => {
    for (let n = 0; n < times; n += 1) {
      const subscription = nc.subscribe(createInbox(), { callback: () => undefined });
      if (n % window === window - 1) await nc.flush();
      subscription.unsubscribe();
    }
    await nc.flush();
  });
}
