// A real cluster of nats-servers for a test: three nodes with routes, one JetStream, and the users of `natsServer()`.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { NatsConnection } from '@router-mesh/wire';
import { connectAs, NatsServer, type Nats, type NatsServerOptions } from './nats-server.ts';
import { poll, until } from './poll.ts';

export interface NatsClusterOptions extends NatsServerOptions {
  /** How many servers; 3 by default. */
  readonly nodes?: number;
}

/** How long one question to JetStream may take, ms: without a leader nobody answers it. */
const askTimeoutMs = 1000;

/** A running cluster. Its nodes are called `n1`, `n2`, …; what one stored stays when it is killed. */
export class NatsCluster implements Nats {
  readonly nodes: readonly NatsServer[];
  readonly #root: NatsConnection;

  private constructor(nodes: readonly NatsServer[], root: NatsConnection) {
    this.nodes = nodes;
    this.#root = root;
  }

  /** Start the servers and wait until JetStream has its leader and takes streams on all of them. */
  static async start({ nodes = 3, settings = '', ...options }: NatsClusterOptions = {}): Promise<NatsCluster> {
    await using started = new AsyncDisposableStack();
    const routes = await freePorts(nodes);
    const servers = await Promise.all(
      routes.map(async (port, index) => {
        const clustered = `${settings}\n${clusterBlock(`n${index + 1}`, port, routes)}`;
        return started.use(await NatsServer.start({ ...options, settings: clustered }));
      }),
    );
    const root = await connectAs(
      { urls: urlsOf(servers), credentials: (user) => credentialsOf(servers, user) },
      'root',
    );
    started.defer(() => root.close());
    const cluster = new NatsCluster(servers, root);
    await until('a cluster that takes streams', () => cluster.#takesStreams(), 60_000);
    started.move();
    return cluster;
  }

  get urls(): readonly string[] {
    return urlsOf(this.nodes);
  }

  get url(): string {
    return this.urls.join(',');
  }

  get folder(): string {
    return this.#first.folder;
  }

  credentials(user: string): string {
    return this.#first.credentials(user);
  }

  async connect(user?: string, inboxPrefix?: string): Promise<NatsConnection> {
    return await connectAs(this, user, inboxPrefix);
  }

  /** A node by its name. @throws Error when there is none */
  node(name: string): NatsServer {
    const found = this.nodes[Number(name.slice(1)) - 1];
    if (found === undefined) throw new Error(`no node "${name}"`);
    return found;
  }

  /** The node that a connection is with now. */
  nameOf(nc: NatsConnection): string {
    return (nc.info as { server_name?: string } | undefined)?.server_name ?? '';
  }

  /** The names of all streams, those behind buckets too. */
  async streams(): Promise<string[]> {
    return (await this.#list()).map(({ config }) => config.name).sort();
  }

  /** The node that leads a stream; waits for the end of an election. */
  async leaderOf(stream: string): Promise<string> {
    return await poll(`a leader of ${stream}`, async () => (await this.#infoOf(stream))?.cluster?.leader, 60_000);
  }

  /** The node that serves a consumer, one that is there. */
  async leaderOfConsumer(stream: string, consumer: string): Promise<string> {
    return await poll(
      `a leader of ${consumer}`,
      async () => (await this.#ask<Led>(`CONSUMER.INFO.${stream}.${consumer}`))?.cluster?.leader,
    );
  }

  /** The names of a stream's consumers. */
  async consumersOf(stream: string): Promise<string[]> {
    return (await this.#ask<{ consumers?: string[] }>(`CONSUMER.NAMES.${stream}`))?.consumers ?? [];
  }

  /** End a node without a word. */
  async kill(name: string): Promise<void> {
    await this.node(name).stop('SIGKILL');
  }

  /** Start a node again, and wait until every stream is whole: another one may be killed then. */
  async restart(name: string): Promise<void> {
    await this.node(name).restart();
    await this.whole();
  }

  /** Resolves when every stream has a leader and all its replicas have what the leader has. */
  async whole(): Promise<void> {
    const isWhole = ({ cluster }: StreamInfo): boolean =>
      cluster?.leader !== undefined && (cluster.replicas ?? []).every(({ current, offline }) => current && !offline);
    await until(
      'every stream whole',
      async () => {
        const [names, infos] = [await this.streams(), await this.#list()];
        return names.length > 0 && infos.every(isWhole);
      },
      60_000,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#root.close();
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL')));
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
  }

  get #first(): NatsServer {
    return this.node('n1');
  }

  /** A stream with a replica on every node can be made only when all are there. */
  async #takesStreams(): Promise<boolean> {
    const stream = { name: 'PROBE', subjects: ['probe'], num_replicas: this.nodes.length };
    if ((await this.#ask('STREAM.CREATE.PROBE', stream)) === undefined) return false;
    return (await this.#ask('STREAM.DELETE.PROBE')) !== undefined;
  }

  async #infoOf(stream: string): Promise<StreamInfo | undefined> {
    return await this.#ask<StreamInfo>(`STREAM.INFO.${stream}`);
  }

  async #list(): Promise<readonly StreamInfo[]> {
    return (await this.#ask<{ streams?: StreamInfo[] | null }>('STREAM.LIST', {}))?.streams ?? [];
  }

  /** Ask JetStream's API; undefined when it does not answer, or answers with an error. */
  async #ask<Answer>(api: string, body?: object): Promise<Answer | undefined> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    try {
      const reply = await this.#root.request(`$JS.API.${api}`, payload, { timeout: askTimeoutMs });
      const answer = reply.json<Answer & { error?: object }>();
      return answer.error === undefined ? answer : undefined;
    } catch {
      return undefined; // an election, or our own node is gone
    }
  }
}

/** What has a leader in a cluster. */
interface Led {
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly current: boolean; readonly offline?: boolean }[];
  };
}

interface StreamInfo extends Led {
  readonly config: { readonly name: string };
}

/** Start a cluster of the test's own: `await using nats = await natsCluster()`. */
export function natsCluster(options?: NatsClusterOptions): Promise<NatsCluster> {
  return NatsCluster.start(options);
}

/** Clients are not told of the other nodes: a test that connects through a proxy is to stay there. */
function clusterBlock(name: string, port: number, routes: readonly number[]): string {
  const urls = routes.map((route) => `"nats-route://127.0.0.1:${route}"`).join(', ');
  return `server_name: ${name}
cluster { name: test, listen: "127.0.0.1:${port}", no_advertise: true, routes: [${urls}] }`;
}

function urlsOf(nodes: readonly NatsServer[]): string[] {
  return nodes.map(({ url }) => url);
}

function credentialsOf([first]: readonly NatsServer[], user: string): string {
  if (first === undefined) throw new Error('a cluster has at least one node');
  return first.credentials(user);
}

/** Ports that nobody has now. A server is told all of them before any starts. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
