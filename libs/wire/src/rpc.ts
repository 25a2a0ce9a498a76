// Calling the rpcs of services: administration and queries.
import { header, RouterError, rpcSubject, type RpcContract } from '@router-mesh/contracts';
import { PermissionViolationError, TimeoutError, type Msg, type NatsConnection } from '@nats-io/nats-core';
import type { z } from 'zod';
import { whileConnected } from './connection-state.ts';

/**
 * Ask a service about a tenant.
 * @throws RouterError the service's own, or `unavailable` when it is not running or the connection goes down, `deadline_exceeded` when it does not
 * answer in time, `unauthenticated` when this connection may not ask
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
    reply = await whileConnected(nc, () => nc.request(subject, JSON.stringify(request), { timeout: timeoutMs }));
  } catch (error) {
    throw requestError(error, contract.service, subject);
  }
  return readReply(contract, reply);
}

function readReply<Reply extends z.ZodType>(contract: RpcContract<z.ZodType, Reply>, reply: Msg): z.output<Reply> {
  try {
    if (!reply.headers?.has(header.error)) return contract.reply.parse(reply.json());
  } catch (cause) {
    throw new RouterError('internal', `service "${contract.service}" answered in a form that is not known here`, {
      cause,
    });
  }
  throw RouterError.fromBody(reply.json());
}

/** What the client library throws when a request gets no answer, as one of our errors. */
function requestError(error: unknown, service: string, subject: string): RouterError {
  if (error instanceof RouterError) return error;
  if (error instanceof TimeoutError)
    return new RouterError('deadline_exceeded', `service "${service}" did not answer in time`, { cause: error });
  // The library wraps what the server said in an error of its own.
  const refusal = error instanceof Error ? (error.cause ?? error) : error;
  if (refusal instanceof PermissionViolationError) {
    return new RouterError('unauthenticated', `these credentials may not publish "${subject}"; operators only`, {
      cause: error,
    });
  }
  return new RouterError('unavailable', `service "${service}" is not running`, {
    details: { reason: 'not_running', stop: service },
    cause: error,
  });
}
