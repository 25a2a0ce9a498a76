// Facts for JetStream: what is not acknowledged is not stored, and the caller is told.
import { eventSubject, header, type EventContract } from '@router-mesh/contracts';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';

/** Resolves when JetStream has stored it (with one replica that means: in the server's page cache). `messageId` makes a second try harmless. @throws Error when it is not acknowledged in time or refused */
export async function storeFact(nc: NatsConnection, subject: string, payload: string, { messageId, timeoutMs }: { readonly messageId?: string; readonly timeoutMs: number }): Promise<void> {
  const encoded = headers();
  if (messageId !== undefined) encoded.set(header.messageId, messageId);
  const acknowledgement = (await nc.request(subject, payload, { timeout: timeoutMs, headers: encoded })).json<{ error?: { description?: string } }>();
  if (acknowledgement.error !== undefined) throw new Error(`"${subject}" was not stored: ${acknowledgement.error.description ?? 'refused'}`);
}

/** Tell an event without waiting. */
export function publishEvent<Body extends z.ZodType>(nc: NatsConnection, contract: EventContract<Body>, tenant: string, body: z.input<Body>): void {
  nc.publish(eventSubject(contract, tenant), JSON.stringify(contract.body.parse(body)));
}
