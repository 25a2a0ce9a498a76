// What JetStream costs: acknowledged records alone and in groups, on one server and on three, in one stream and in four, and counters.
import { rates, rateSubject } from '@router-mesh/contracts';
import { addToCounter, ensureStores } from '@router-mesh/wire';
import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { NatsCluster, NatsServer } from '../../src/index.ts';
import { atOnce, costOf, storedOnThree, type Cost } from './costs.ts';

/** As long as a `finished` record of METER. */
const record = 'x'.repeat(600);
const inFlight = 64;
/** In one go. */
const messages = 2000;

export async function costsOfStores(server: NatsServer, cluster: NatsCluster): Promise<Cost[]> {
  const nc = await server.connect('root');
  const clustered = await cluster.connect('root');
  const [alone, together] = [[server.pid], cluster.nodes.map(({ pid }) => pid)];
  const costs: Cost[] = [];
  for (const group of [1, 8, 32])
    costs.push(await records(`a record stored, in groups of ${group}`, alone, nc, { replicas: 1, group, streams: 1 }));
  for (const group of [1, 8, 32])
    costs.push(
      await records(storedOnThree(group), together, clustered, {
        replicas: 3,
        group,
        streams: 1,
      }),
    );
  costs.push(
    await records('a record stored on 3 servers, alone, in 4 streams', together, clustered, {
      replicas: 3,
      group: 1,
      streams: 4,
    }),
  );
  costs.push(await counter('a counter raised', alone, nc, 1));
  costs.push(await counter('a counter raised, on 3 servers', together, clustered, 3));
  await Promise.all([nc.close(), clustered.close()]);
  return costs;
}

interface Storing {
  readonly replicas: number;
  /** Records a message. */
  readonly group: number;
  readonly streams: number;
}

async function records(
  what: string,
  servers: readonly number[],
  nc: NatsConnection,
  { replicas, group, streams }: Storing,
): Promise<Cost> {
  const manager = await jetstreamManager(nc);
  const names = Array.from({ length: streams }, (_, place) => `RECORDS_${place}`);
  for (const name of names)
    await manager.streams.add({ name, subjects: [name], num_replicas: replicas, max_bytes: 1024 ** 3 });
  const js: JetStreamClient = jetstream(nc);
  const message = Array.from({ length: group }, () => record).join('\n');
  const cost = await costOf(what, servers, { times: messages * group, goes: 4 }, (times) =>
    atOnce(times / group, inFlight, (place) => js.publish(names[place % streams] ?? '', message)),
  );
  for (const name of names) await manager.streams.delete(name);
  return cost;
}

async function counter(what: string, servers: readonly number[], nc: NatsConnection, replicas: number): Promise<Cost> {
  await ensureStores(nc, [rates], { replicas });
  const minute = 1;
  const subject = (place: number): string =>
    rateSubject('requests', { tenant: `t${place % 100}`, scope: 'all' }, minute);
  const cost = await costOf(what, servers, { times: messages, goes: 4 }, (times) =>
    atOnce(times, inFlight, (place) => addToCounter(nc, subject(place), 1n)),
  );
  await (await jetstreamManager(nc)).streams.delete(rates.name);
  return cost;
}
