// A connection to NATS with the guards that the client library leaves to us.
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { RouterError } from '@router-mesh/contracts';
import { connect, credsAuthenticator, PermissionViolationError, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';

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

/** The JetStream API level that counters and the streams here need (nats-server 2.14). */
const neededApiLevel = 4;

/**
 * Connect to NATS; reconnects for ever, quickly.
 * @throws RouterError `unavailable` when no server answers, `unauthenticated` when it refuses the credentials
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
    ...readCredentials(settings.credentials),
  };
  try {
    return await connect(options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const refused = /authorization|authentication/i.test(message);
    const where = settings.servers.join(', ');
    throw new RouterError(refused ? 'unauthenticated' : 'unavailable', refused ? `NATS at ${where} refused the credentials` : `no NATS at ${where}: ${message}`, {
      cause: error,
    });
  }
}

function readCredentials(file: string | undefined): Partial<NodeConnectionOptions> {
  if (file === undefined) return {};
  const text = readFileSync(file);
  if (file.endsWith('.creds')) return { authenticator: credsAuthenticator(text) };
  const { user, pass } = JSON.parse(text.toString()) as { user: string; pass: string };
  return { user, pass };
}

/**
 * Tell a listener what befalls a connection, until it closes.
 *
 * A publish that the server refused is fatal on `$JS.` and `$KV.`, where a right of our own is missing. On any other subject it is counted only:
 * a client's return address can provoke it, and exiting would be a switch in a stranger's hand. A refused subscription leaves a service deaf: fatal.
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
        judge(status.error, listener);
        break;
    }
  }
}

function judge(error: Error, listener: ConnectionListener): void {
  if (!(error instanceof PermissionViolationError)) return;
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

/** The most a message's payload may have on this connection, headers aside (128 KiB are kept for them), bytes. */
export function payloadLimit(nc: NatsConnection): number {
  return (nc.info?.max_payload ?? 1024 * 1024) - 128 * 1024;
}

/** A random name that cannot be guessed: 128 bits as hex. */
export function randomToken(): string {
  return randomBytes(16).toString('hex');
}
