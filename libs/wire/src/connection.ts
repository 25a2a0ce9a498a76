// A connection to NATS with the guards that the client library leaves to us.
import { readFileSync } from 'node:fs';
import { RouterError } from '@router-mesh/contracts';
import {
  credsAuthenticator,
  PermissionViolationError,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { z } from 'zod';
import { followState } from './connection-state.ts';
import { connectByTransport } from './transport.ts';

export interface ConnectionSettings {
  readonly servers: readonly string[];
  /** How the server lists the connection. */
  readonly name: string;
  readonly inboxPrefix: string;
  /** File with credentials: JSON `{ "user", "pass" }`, or a NATS `.creds` file. */
  readonly credentials?: string | undefined;
  /** Keep trying while no server answers at first; otherwise the first refusal throws. */
  readonly wait?: boolean;
}

/** What befalls a connection. */
export interface ConnectionListener {
  /** The connection is of no use any more: a missing right of our own, or closed for good. */
  fatal?(reason: Error): void;
  /** The server refused a publish to the address of an answer: somebody sent a bad return address. */
  refusedPublish?(subject: string): void;
  disconnected?(): void;
  reconnected?(): void;
}

/** How long a server may take to say that it is one, ms. */
const connectTimeoutMs = 5000;

/** The JetStream API level that counters and the streams here need (nats-server 2.14). */
const neededApiLevel = 4;

/**
 * Connect to NATS; reconnects for ever, quickly.
 * @throws RouterError `unavailable` when no server answers, `unauthenticated` when it refuses the credentials, `invalid_request` when their file is no such file
 */
export async function connectNats(settings: ConnectionSettings): Promise<NatsConnection> {
  const options: NodeConnectionOptions = {
    servers: [...settings.servers],
    name: settings.name,
    inboxPrefix: settings.inboxPrefix,
    noAsyncTraces: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    waitOnFirstConnect: settings.wait ?? false,
    timeout: connectTimeoutMs,
    ...readCredentials(settings.credentials),
  };
  try {
    const nc = await connectByTransport(options);
    followState(nc);
    return nc;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const refused = /authorization|authentication/i.test(message);
    const where = settings.servers.join(', ');
    throw new RouterError(
      refused ? 'unauthenticated' : 'unavailable',
      refused ? `NATS at ${where} refused the credentials` : `no NATS at ${where}: ${message}`,
      {
        cause: error,
      },
    );
  }
}

const Credentials = z.object({ user: z.string().min(1), pass: z.string().min(1) });

/** What stands in the file never enters a message: V8's complaint about bad JSON quotes it. */
function readCredentials(file: string | undefined): Partial<NodeConnectionOptions> {
  if (file === undefined) return {};
  const invalid = (why: string): RouterError =>
    new RouterError('invalid_request', `credentials file "${file}" ${why}`, { param: 'credentials' });
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch {
    throw invalid('cannot be read');
  }
  if (file.endsWith('.creds')) return { authenticator: credsAuthenticator(text) };
  try {
    return Credentials.parse(JSON.parse(text.toString()));
  } catch {
    throw invalid('is not JSON { "user", "pass" }');
  }
}

/**
 * Tell a listener what befalls a connection, until it closes.
 *
 * A publish that the server refused is fatal on `$JS.` and `$KV.`, where a right of our own is missing. On any other subject it is counted only:
 * a client's return address can provoke it, and exiting would be a switch in a stranger's hand. A refused subscription leaves a service deaf: fatal.
 * The client library asks to delete the consumer of a watch before it makes a new one; nobody has that right or needs it, for consumers vanish by themselves.
 */
export async function watchConnection(nc: NatsConnection, listener: ConnectionListener): Promise<void> {
  for await (const status of nc.status()) {
    switch (status.type) {
      case 'disconnect':
        listener.disconnected?.();
        break;
      case 'reconnect':
        listener.reconnected?.();
        break;
      case 'error':
        sortError(status.error, listener);
        break;
    }
  }
}

function sortError(error: Error, listener: ConnectionListener): void {
  if (!(error instanceof PermissionViolationError)) return;
  if (error.operation === 'publish' && error.subject.startsWith('$JS.API.CONSUMER.DELETE.')) return;
  if (error.operation === 'publish' && !/^\$(JS|KV)\./.test(error.subject)) listener.refusedPublish?.(error.subject);
  else listener.fatal?.(error);
}

/** What the server lacks for us, as a sentence; undefined when it has all. Judged by its JetStream API level, not by its version. */
export function missingFromServer(nc: NatsConnection): string | undefined {
  const info = nc.info;
  if (info === undefined) return 'the server has sent no INFO';
  if (info.jetstream !== true) return 'JetStream is off: start nats-server with --jetstream';
  if ((info.api_lvl ?? 0) < neededApiLevel) {
    return `its JetStream API level is ${info.api_lvl ?? 0} and ${neededApiLevel} is needed: run nats-server 2.14 or newer`;
  }
  return undefined;
}
