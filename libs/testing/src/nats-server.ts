// A real nats-server for each test that wants one, on a free port, with exactly the permissions that a deployment has.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatPermissions,
  localPermissions,
  operatorInbox,
  operatorPermissions,
  serviceInbox,
  servicePermissions,
  services,
  tenantPermissions,
  type Permissions,
} from '@router-mesh/contracts';
import { connectNats, type NatsConnection } from '@router-mesh/wire';
import { poll } from './poll.ts';
import { TestProcess } from './process.ts';

export interface NatsServerOptions {
  /** Tenants that get a client's user of their own, named as their path. */
  readonly tenants?: readonly string[];
  /** Tenants' answers come below their own inbox prefix. */
  readonly tenantInbox?: boolean;
  /** A user `root` who may do everything, to look from outside. Always there; its password is `root`. */
  readonly settings?: string;
  /** On unless `false`. */
  readonly jetstream?: boolean;
}

/** Where NATS is for a test: one server, or a cluster. */
export interface Nats extends AsyncDisposable {
  /** As `NATS_URL` takes it: the servers, separated by commas. */
  readonly url: string;
  readonly urls: readonly string[];
  /** A folder that is gone afterwards. */
  readonly folder: string;
  /** A file with a user's credentials, as services read them. */
  credentials(user: string): string;
  /** Connect as a user; as `local`, without credentials, when none is named. */
  connect(user?: string, inboxPrefix?: string): Promise<NatsConnection>;
}

/** A running nats-server. Users: the services, `operator`, `local` (without credentials), `root`, and the tenants asked for; passwords are the names. */
export class NatsServer implements Nats {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  #process: TestProcess;
  readonly #options: NatsServerOptions;

  private constructor(url: string, folder: string, process: TestProcess, options: NatsServerOptions) {
    this.url = url;
    this.port = Number(new URL(url).port);
    this.folder = folder;
    this.#process = process;
    this.#options = options;
  }

  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const folder = mkdtempSync(join(tmpdir(), 'router-mesh-'));
    writeFileSync(join(folder, 'nats.conf'), configuration(options));
    const process = serverProcess(folder, -1);
    const url = await poll('the port of nats-server', () => portFrom(folder));
    return new NatsServer(url, folder, process, options);
  }

  get urls(): readonly string[] {
    return [this.url];
  }

  get pid(): number {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** Its resident memory, bytes; undefined where there is no `/proc`, and after its end. */
  rssBytes(): number | undefined {
    return this.#process.rssBytes();
  }

  /** The log of the server. */
  get lines(): readonly string[] {
    return this.#process.lines;
  }

  credentials(user: string): string {
    const file = join(this.folder, `${user}.creds.json`);
    writeFileSync(file, JSON.stringify({ user, pass: user }), { mode: 0o600 });
    return file;
  }

  async connect(user?: string, inboxPrefix?: string): Promise<NatsConnection> {
    return await connectAs(this, user, inboxPrefix);
  }

  /** Stop the server; what it stored on disk stays. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.#process.stop(signal);
  }

  /** Hold the server where it is: connections stay open, and nothing goes through. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** What the next start goes by. */
  configure(changes: Pick<NatsServerOptions, 'jetstream'>): void {
    writeFileSync(join(this.folder, 'nats.conf'), configuration({ ...this.#options, ...changes }));
  }

  /** Stop the server if it runs and start it again on its port, with what it stored on disk. */
  async restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.stop(signal);
    this.#process = serverProcess(this.folder, this.port);
    await this.#process.line((line) => line.includes('Server is ready'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Start a nats-server of the test's own: `await using nats = await natsServer()`. */
export function natsServer(options?: NatsServerOptions): Promise<NatsServer> {
  return NatsServer.start(options);
}

/** Connect to one of a test's servers as one of its users. */
export async function connectAs(
  nats: Pick<Nats, 'urls' | 'credentials'>,
  user?: string,
  inboxPrefix = inboxOf(user),
): Promise<NatsConnection> {
  const credentials = user === undefined ? undefined : nats.credentials(user);
  return await connectNats({ servers: nats.urls, name: `test ${user ?? 'local'}`, inboxPrefix, credentials });
}

function serverProcess(folder: string, port: number): TestProcess {
  const args = [
    '-c',
    join(folder, 'nats.conf'),
    '-a',
    '127.0.0.1',
    '-p',
    String(port),
    '-sd',
    join(folder, 'store'),
    '--ports_file_dir',
    folder,
  ];
  return new TestProcess(natsServerPath(), args, {});
}

function inboxOf(user: string | undefined): string {
  if (user === 'operator') return operatorInbox;
  return user !== undefined && services.some((service) => service === user) ? serviceInbox(user) : '_INBOX';
}

function natsServerPath(): string {
  const path = process.env['NATS_SERVER'];
  if (path === undefined) throw new Error('NATS_SERVER is not set: run the tests by npm test');
  return path;
}

function portFrom(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => name.endsWith('.ports'));
  if (file === undefined) return undefined;
  try {
    const { nats } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { nats: string[] };
    return nats[0];
  } catch {
    return undefined; // being written
  }
}

function configuration({
  tenants = [],
  tenantInbox = false,
  settings = '',
  jetstream = true,
}: NatsServerOptions): string {
  const users: [string, Permissions | undefined][] = [
    ...services.map((service): [string, Permissions] => [service, servicePermissions(service)]),
    ['operator', operatorPermissions()],
    ['local', localPermissions],
    ['root', undefined],
    ...tenants.map((tenant): [string, Permissions] => [tenant, tenantPermissions(tenant, { ownInbox: tenantInbox })]),
  ];
  const blocks = users.map(([user, permissions]) => {
    const allowed = permissions === undefined ? '' : `, permissions: ${formatPermissions(permissions, '    ')}`;
    return `    { user: "${user}", password: "${user}"${allowed} }`;
  });
  return `${jetstream ? 'jetstream: enabled' : ''}
max_payload: 8388608
max_pending: 1073741824
write_deadline: "30s"
no_auth_user: local
authorization {
  users: [
${blocks.join('\n')}
  ]
}
${settings}
`;
}
