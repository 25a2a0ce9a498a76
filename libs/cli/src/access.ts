// Where NATS is and who we are there: from the options, the environment, and what `router up` has left on disk.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connect, type Client } from '@router-mesh/client';
import { operatorInbox, RouterError } from '@router-mesh/contracts';
import { connectNats, type NatsConnection } from '@router-mesh/wire';
import { UnreachableError, UsageError } from './errors.ts';
import type { GlobalOptions } from './global-options.ts';

const defaultServer = 'nats://127.0.0.1:4222';

/** Connect as a client of a tenant: with the credentials that were asked for, or none. @throws UnreachableError */
export async function connectAsTenant(
  options: GlobalOptions & { readonly tenant: string },
  timeoutMs?: number,
): Promise<Client> {
  const { tenant } = options;
  const credentials = askedCredentials(options);
  return await reaching(
    connect({
      servers: findServers(options, credentials),
      tenant,
      credentials,
      timeoutMs,
      name: 'router cli',
    }),
  );
}

/** Do something as an operator. @throws UsageError when there are no credentials, UnreachableError when there is no NATS */
export async function asOperator<Result>(
  options: GlobalOptions,
  work: (nc: NatsConnection) => Promise<Result>,
): Promise<Result> {
  const credentials = askedCredentials(options) ?? operatorFile();
  if (credentials === undefined) {
    throw new UsageError(
      'no operator credentials: there is no .router/operator.creds.json here or above; a mesh started with --state keeps it in that folder: name the file with --credentials',
    );
  }
  const servers = findServers(options, credentials);
  const nc = await reaching(connectNats({ servers, name: 'router cli', inboxPrefix: operatorInbox, credentials }));
  try {
    return await work(nc);
  } finally {
    await nc.close();
  }
}

/** Wait for a connection. @throws UnreachableError when there is none to be had, UsageError for what no connection can be tried with */
async function reaching<Connection>(connecting: Promise<Connection>): Promise<Connection> {
  try {
    return await connecting;
  } catch (thrown) {
    const error = RouterError.from(thrown);
    if (error.code === 'invalid_request') throw new UsageError(error.message);
    throw error.code === 'unavailable' || error.code === 'unauthenticated' ? new UnreachableError(error) : error;
  }
}

function askedCredentials({ credentials = process.env['ROUTER_NATS_CREDENTIALS'] }: GlobalOptions): string | undefined {
  if (credentials !== undefined && !existsSync(credentials))
    throw new UsageError(`there is no credentials file "${credentials}"`);
  return credentials;
}

function findServers({ server }: GlobalOptions, credentials: string | undefined): string[] {
  const found = server ?? process.env['NATS_URL'] ?? urlIn(credentials) ?? urlIn(operatorFile()) ?? defaultServer;
  return found.split(',').map((url) => url.trim());
}

/** `router up` writes where its NATS is beside the password. */
function urlIn(file: string | undefined): string | undefined {
  if (file === undefined || file.endsWith('.creds')) return undefined;
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { url?: string }).url;
  } catch {
    throw new UsageError(`"${file}" is no credentials file: it must be JSON { "user", "pass" }, or end in .creds`);
  }
}

/** The credentials that `router up` wrote into this folder or one above it. */
function operatorFile(folder = process.cwd()): string | undefined {
  const file = join(folder, '.router/operator.creds.json');
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? undefined : operatorFile(dirname(folder));
}
