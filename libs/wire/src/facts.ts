// Facts for JetStream: what is not acknowledged is not stored, and the caller is told.
import { eventSubject, header, type EventContract } from '@router-mesh/contracts';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';
import { publish, whileConnected } from './connection-state.ts';

/**
 * Resolves when JetStream has stored it (with one replica that means: in the server's page cache). `messageId` makes a second try harmless.
 * @throws Error when it is refused, not acknowledged in time, or the connection goes down
 */
export async function storeFact(
  nc: NatsConnection,
  subject: string,
  payload: string,
  { messageId, timeoutMs }: { readonly messageId?: string; readonly timeoutMs: number },
): Promise<void> {
  const identified = messageId === undefined ? {} : { headers: identify(messageId) };
  const reply = await whileConnected(nc, () => nc.request(subject, payload, { timeout: timeoutMs, ...identified }));
  const acknowledgement = reply.json<{ error?: { description?: string } }>();
  if (acknowledgement.error !== undefined)
    throw new Error(`"${subject}" was not stored: ${acknowledgement.error.description ?? 'refused'}`);
}

function identify(messageId: string): MsgHdrs {
  const encoded = headers();
  encoded.set(header.messageId, messageId);
  return encoded;
}

/** Tell an event without waiting. */
export function publishEvent<Body extends z.ZodType>(
  nc: NatsConnection,
  contract: EventContract<Body>,
  tenant: string,
  body: z.input<Body>,
): void {
  publish(nc, eventSubject(contract, tenant), JSON.stringify(contract.body.parse(body)));
}
