// Asking everybody who listens, where silence is an answer too.
import { RequestError, TimeoutError, type NatsConnection } from '@nats-io/nats-core';
import { whileConnected } from './connection-state.ts';

/**
 * Resolves to what the first says who answers, or to undefined when nobody does within the time.
 * @throws RouterError `unavailable` when the connection is down or goes down: then silence means nothing
 */
export async function askAnybody(
  nc: NatsConnection,
  subject: string,
  payload: string,
  waitMs: number,
): Promise<string | undefined> {
  try {
    return (await whileConnected(nc, () => nc.request(subject, payload, { timeout: waitMs }))).string();
  } catch (error) {
    if (error instanceof TimeoutError || (error instanceof RequestError && error.isNoResponders())) return undefined;
    throw error;
  }
}
