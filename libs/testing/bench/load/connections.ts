// The load generator's connections: one a server, whoever is measured.
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Server } from './order.ts';

const connections = new Map<string, Promise<NatsConnection>>();

/** The one connection to a server. */
export function connectionTo({ url, user }: Server): Promise<NatsConnection> {
  const known = connections.get(url);
  if (known !== undefined) return known;
  const credentials = user === undefined ? {} : { user, pass: user };
  const opened = connect({ servers: url, noAsyncTraces: true, ...credentials });
  connections.set(url, opened);
  return opened;
}
