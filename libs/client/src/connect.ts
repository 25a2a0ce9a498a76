// Connecting to a mesh.
import { parseAs, RouterError, tenantInbox, TenantPath } from '@router-mesh/contracts';
import { isReturnAddress } from '@router-mesh/wire';
import type { Client } from './client.ts';
import { MeshClient } from './mesh-client.ts';
import { tickMs } from './patience.ts';
import { checkCredit, checkTimeout } from './request-options.ts';

/**
 * Some 40 KB of a usual stream, a second or two of it. Half of it may be under way while the next limit is: enough for 1 000 pieces a second over a
 * way of 60 ms, for one limit in 64 pieces.
 */
const defaultCredit = 128;

/** Where the mesh is and who asks. */
export interface ConnectOptions {
  /** One or more servers of the NATS cluster: `nats://127.0.0.1:4222`. */
  readonly servers: string | readonly string[];
  /** The tenant path in whose name is asked: 1 to 4 tokens joined by dots, as `acme.web`. */
  readonly tenant: string;
  /** A file with NATS credentials: JSON `{ "user", "pass" }`, or a `.creds` file. None are needed on loopback. */
  readonly credentials?: string | undefined;
  /**
   * Below which subjects the answers come; `_INBOX.<first token of the tenant path>` by default, as `_INBOX.acme`.
   *
   * That is the only one that every mesh answers: with `ROUTER_TENANT_INBOX=1` the server lets the client listen nowhere else.
   */
  readonly inboxPrefix?: string | undefined;
  /** How long a whole answer may take, ms, where a request does not say; 300 000 by default. */
  readonly timeoutMs?: number | undefined;
  /**
   * How many pieces of a stream may lie unread before the model is made to wait, 1 to 100 000; 128 by default. A piece is what came from the model
   * at once, usually a token or a few.
   */
  readonly credit?: number | undefined;
  /** How the NATS server lists the connections; `router-mesh client` by default. */
  readonly name?: string | undefined;
  /** The largest body that is sent, bytes; 4 MiB by default. Never more than the server's `max_payload` less 128 KiB. */
  readonly maxBodyBytes?: number | undefined;
}

/**
 * Connect to a mesh as a client of one tenant.
 *
 * Reconnects by itself, for ever; only the first connection must succeed.
 *
 * @throws RouterError `unavailable` when no server answers, `unauthenticated` when it refuses the credentials, `invalid_request` naming the option
 * @example
 * ```ts
 * import { connect } from '@router-mesh/client';
 *
 * const client = await connect({ servers: 'nats://127.0.0.1:4222', tenant: 'demo' });
 * ```
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const {
    servers,
    tenant,
    credentials,
    inboxPrefix = tenantInbox(tenant),
    timeoutMs = 300_000,
    credit = defaultCredit,
    name = 'router-mesh client',
    maxBodyBytes = 4 * 1024 * 1024,
  } = options;
  return await MeshClient.open({
    tenant: parseAs(TenantPath, tenant, 'tenant'),
    connection: { servers: [servers].flat(), name, inboxPrefix: checkInboxPrefix(inboxPrefix), credentials },
    timeoutMs: checkTimeout(timeoutMs),
    maxBodyBytes,
    credit: checkCredit(credit),
    tickMs,
  });
}

/** Another address would be dropped by the mesh, and the request never answered. */
function checkInboxPrefix(prefix: string): string {
  if (isReturnAddress(`${prefix}.x`, { behindEntry: false }) && prefix.startsWith('_INBOX')) return prefix;
  throw new RouterError('invalid_request', `inboxPrefix: "${prefix.slice(0, 80)}" must be _INBOX, or tokens below it`, {
    param: 'inboxPrefix',
  });
}
