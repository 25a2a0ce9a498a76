// Facts for JetStream: what is not acknowledged is not stored, and the caller is told.
import { eventSubject, header, type EventContract } from '@router-mesh/contracts';
import { headers, InvalidArgumentError, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';
import { acknowledgementsOf } from './acknowledgements.ts';
import { publish } from './connection-state.ts';

/**
 * Resolves when JetStream has stored it (with one replica that means: in the server's page cache). `messageId` makes a second try harmless.
 * @throws FactRefused when the stream or the server refuses it; Error when it is not acknowledged in time, or the connection goes down
 */
export async function storeFact(
  nc: NatsConnection,
  subject: string,
  payload: string,
  { messageId, timeoutMs }: { readonly messageId?: string; readonly timeoutMs: number },
): Promise<void> {
  const identity = messageId === undefined ? undefined : identify(messageId);
  const { error } = await ask(nc, subject, payload, identity, timeoutMs);
  if (error === undefined) return;
  // JetStream numbers its errors as HTTP does: 503 for a full stream or one without a leader, 4xx for what is wrong with the message.
  const final = error.code !== undefined && error.code >= 400 && error.code < 500;
  throw new FactRefused(`"${subject}" was not stored: ${error.description ?? 'refused'}`, final);
}

/** JetStream's word that it does not store a fact. */
export class FactRefused extends Error {
  override readonly name = 'FactRefused';
  /** Asking again will not help: the fact itself is refused, as one that is too large. */
  readonly final: boolean;

  constructor(message: string, final: boolean, cause?: unknown) {
    super(message, { cause });
    this.final = final;
  }
}

interface Acknowledgement {
  readonly error?: { readonly code?: number; readonly description?: string };
}

async function ask(
  nc: NatsConnection,
  subject: string,
  payload: string,
  identity: MsgHdrs | undefined,
  timeoutMs: number,
): Promise<Acknowledgement> {
  try {
    return (await acknowledgementsOf(nc).ask(subject, payload, identity, timeoutMs)).json<Acknowledgement>();
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new FactRefused(`"${subject}" was not stored: the server would not carry it: ${error.message}`, true, error);
  }
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
