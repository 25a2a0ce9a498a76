// How every process of the bare mesh connects, and how it says that it serves.
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** Connect to the server named in the environment, as the user without limits. */
export function connectBare(): Promise<NatsConnection> {
  return connect({ servers: process.env['NATS_URL'] ?? '', user: 'root', pass: 'root', noAsyncTraces: true });
}

/** Tell whoever started this process that it serves. Told to stop it exits by itself, for only then V8 writes a profile. */
export async function ready(nc: NatsConnection): Promise<void> {
  process.once('SIGTERM', () => process.exit(0));
  await nc.flush();
  process.stdout.write('ready\n');
}
