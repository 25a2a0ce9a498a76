// How every process of the bare mesh connects, and how it says that it serves.
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** What is answered where no model is called: about as many bytes as a decision of policy has. */
export const fixedAnswer = JSON.stringify({ bare: 'x'.repeat(400) });

/** Connect to the server named in the environment, as the user without limits. */
export function connectBare(): Promise<NatsConnection> {
  return connect({ servers: process.env['NATS_URL'] ?? '', user: 'root', pass: 'root', noAsyncTraces: true });
}

/** Tell whoever started this process that it serves. */
export async function ready(nc: NatsConnection): Promise<void> {
  await nc.flush();
  process.stdout.write('ready\n');
}
