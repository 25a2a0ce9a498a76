// Calling the rpcs of services: administration and queries.
import { header, RouterError, rpcSubject, type RpcContract } from '@router-mesh/contracts';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';

/**
 * Ask a service about a tenant.
 * @throws RouterError the service's own, or `unavailable` when it is not running, `deadline_exceeded` when it does not answer in time
 */
export async function call<Request extends z.ZodType, Reply extends z.ZodType>(
  nc: NatsConnection,
  contract: RpcContract<Request, Reply>,
  tenant: string,
  request: z.input<Request>,
  { timeoutMs = 5000 } = {},
): Promise<z.output<Reply>> {
  const subject = rpcSubject(contract, tenant);
  let reply: Msg;
  try {
    reply = await nc.request(subject, JSON.stringify(request), { timeout: timeoutMs });
  } catch (error) {
    throw requestError(error, contract.service, subject);
  }
  if (reply.headers?.has(header.error)) throw RouterError.fromBody(reply.json());
  return contract.reply.parse(reply.json());
}

/** What the client library throws when a request gets no answer, as one of our errors. */
function requestError(error: unknown, service: string, subject: string): RouterError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return new RouterError('deadline_exceeded', `service "${service}" did not answer in time`, { cause: error });
  if (name === 'PermissionViolationError') return new RouterError('unauthenticated', `these credentials may not publish "${subject}"; operators only`, { cause: error });
  return new RouterError('unavailable', `service "${service}" is not running`, { details: { reason: 'not_running', stop: service }, cause: error });
}
