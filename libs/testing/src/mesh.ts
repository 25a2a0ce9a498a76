// The mesh as real processes: services, the demo model and a nats-server with a deployment's permissions.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '@router-mesh/wire';
import { provider, type ProviderDocument, type ServiceName } from '@router-mesh/contracts';
import { Bundles } from './bundles.ts';
import { natsCluster, type NatsCluster } from './nats-cluster.ts';
import { natsServer, type Nats, type NatsServer, type NatsServerOptions } from './nats-server.ts';
import { TestProcess } from './process.ts';

const tree = join(import.meta.dirname, '../../..');

/** Where a service finds NATS. */
export interface Servers {
  readonly url: string;
  /** A file with a user's credentials. */
  credentials(user: string): string;
}

/** A service as its own process. */
export class ServiceProcess extends TestProcess {
  readonly name: ServiceName;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #main: string;
  #http = '';

  private constructor(name: ServiceName, environment: Readonly<Record<string, string>>, main: string) {
    super(process.execPath, [main], environment);
    this.name = name;
    this.#environment = environment;
    this.#main = main;
  }

  /**
   * Start a service and wait until it serves.
   * @param main what Node runs: its sources, or a bundle
   */
  static async start(
    name: ServiceName,
    nats: Servers,
    environment: Readonly<Record<string, string>> = {},
    main = join(tree, 'services', name, 'src/main.ts'),
  ): Promise<ServiceProcess> {
    const told = { NATS_URL: nats.url, ROUTER_NATS_CREDENTIALS: nats.credentials(name) };
    return await new ServiceProcess(name, { ...told, ...environment }, main).#ready();
  }

  /** Start another one with the same environment and wait until it serves; this one is left as it is. */
  async again(): Promise<ServiceProcess> {
    return await new ServiceProcess(this.name, this.#environment, this.#main).#ready();
  }

  /** Where /livez, /readyz and /metrics are. */
  get http(): string {
    return this.#http;
  }

  /** Its log, of the level of warnings and above. */
  get troubles(): string[] {
    return this.lines.filter((line) => !/"level":(10|20|30)\b/.test(line));
  }

  async #ready(): Promise<this> {
    const ready = await this.line((line) => line.includes('"msg":"ready"'));
    this.#http = (JSON.parse(ready) as { http: string }).http;
    return this;
  }
}

/** The demo model as its own process. */
export class DemoProcess extends TestProcess {
  #url = '';

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<DemoProcess> {
    const demo = new DemoProcess(process.execPath, [join(tree, 'services/demo/src/main.ts')], {
      DEMO_PORT: '0',
      ...environment,
    });
    const line = await demo.line((text) => text.startsWith('{"demo"'));
    demo.#url = (JSON.parse(line) as { demo: string }).demo;
    return demo;
  }

  get url(): string {
    return this.#url;
  }

  async stats(): Promise<DemoStats> {
    return (await (await fetch(`${this.#url}/stats`)).json()) as DemoStats;
  }

  /** The call ids it has seen, by what came of them. */
  async calls(): Promise<{ served: string[]; failed: string[]; closed: string[] }> {
    return (await (await fetch(`${this.#url}/stats/calls`)).json()) as {
      served: string[];
      failed: string[];
      closed: string[];
    };
  }

  async reset(): Promise<void> {
    await fetch(`${this.#url}/stats/reset`, { method: 'POST' });
  }
}

export interface DemoStats {
  readonly served: number;
  readonly streamed: number;
  readonly failed: number;
  readonly closed_by_client: number;
  readonly open: number;
  readonly peak: number;
}

/** The demo model's document, under any vendor's name. */
export function demoDocument(url: string, vendor = 'demo', changes: Partial<ProviderDocument> = {}): ProviderDocument {
  const chat = ['echo', 'lorem', 'slow', 'flaky', 'tools'].map((name) => ({ name }));
  return {
    vendor,
    format: 'openai',
    base_url: `${url}/v1`,
    models: [...chat, { name: 'embed', verbs: ['embed'] }],
    ...changes,
  };
}

export interface MeshOptions extends NatsServerOptions {
  readonly policies?: number;
  readonly providers?: number;
  /** Services run from bundles, as in an image, and not from their sources. */
  readonly bundled?: boolean;
  /** Environment of every service. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Provider documents, given where the demo model is; the demo's own by default. */
  readonly documents?: (demoUrl: string) => readonly ProviderDocument[];
}

export interface ClusterMeshOptions extends MeshOptions {
  /** How many nats-servers make the cluster: 3 or 5. Everything stored has a replica on each. */
  readonly cluster: number;
}

/** A whole mesh: `await using mesh = await startMesh({ providers: 2 })`. */
export class Mesh<Behind extends Nats = NatsServer> implements AsyncDisposable {
  readonly nats: Behind;
  readonly demo: DemoProcess;
  /** The folder of provider documents, for `ROUTER_PROVIDERS`. */
  readonly seeds: string;
  readonly services: ServiceProcess[] = [];
  readonly #environment: Readonly<Record<string, string>>;
  readonly #bundles: Bundles | undefined;

  private constructor(
    nats: Behind,
    demo: DemoProcess,
    bundles: Bundles | undefined,
    environment: Readonly<Record<string, string>>,
  ) {
    this.nats = nats;
    this.demo = demo;
    this.#bundles = bundles;
    this.seeds = join(nats.folder, 'providers');
    this.#environment = environment;
  }

  static async start<Behind extends Nats>(
    servers: Promise<Behind>,
    {
      policies = 1,
      providers = 1,
      bundled = false,
      environment = {},
      documents = (url) => [demoDocument(url)],
    }: MeshOptions,
  ): Promise<Mesh<Behind>> {
    const bundles = bundled ? Bundles.build(['policy', 'provider']) : undefined;
    const [nats, demo, built] = await Promise.all([servers, DemoProcess.start(), bundles]);
    const mesh = new Mesh(nats, demo, built, environment);
    mkdirSync(mesh.seeds);
    for (const document of documents(demo.url))
      writeFileSync(join(mesh.seeds, `${document.vendor}.json`), JSON.stringify(document));
    await Promise.all([
      ...Array.from({ length: providers }, () => mesh.start('provider', { ROUTER_PROVIDERS: mesh.seeds })),
      ...Array.from({ length: policies }, () => mesh.start('policy')),
    ]);
    return mesh;
  }

  /** Start one more replica. */
  async start(name: ServiceName, environment: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const state = { ROUTER_STATE: this.stateOf(name) };
    const told = { ...state, ...this.#environment, ...environment };
    const service = await ServiceProcess.start(name, this.nats, told, this.#bundles?.main(name));
    this.services.push(service);
    return service;
  }

  /** Start one in the place of another, with the same environment; the other one is killed if it still runs. */
  async replace(service: ServiceProcess): Promise<ServiceProcess> {
    await service.kill();
    const fresh = await service.again();
    this.services.splice(this.services.indexOf(service), 1, fresh);
    return fresh;
  }

  /** The folder that the replicas of a service keep their state in. */
  stateOf(name: ServiceName): string {
    return join(this.nats.folder, 'state', name);
  }

  of(name: ServiceName): ServiceProcess[] {
    return this.services.filter((service) => service.name === name);
  }

  /** Write a provider document as an operator. */
  async putProvider(document: ProviderDocument): Promise<void> {
    const nc = await this.nats.connect('operator');
    await call(nc, provider.put, 'platform', { provider: document });
    await nc.close();
  }

  /** What went wrong in any service, line by line: empty after a test that provoked nothing. */
  troubles(): string[] {
    return this.services.flatMap((service) => service.troubles);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.services.map((service) => service.stop('SIGKILL')), this.demo.stop('SIGKILL')]);
    this.#bundles?.[Symbol.dispose]();
    await this.nats[Symbol.asyncDispose]();
  }
}

/** Start a mesh on a nats-server of its own, or on a cluster. */
export function startMesh(options: ClusterMeshOptions): Promise<Mesh<NatsCluster>>;
export function startMesh(options?: MeshOptions): Promise<Mesh>;
export function startMesh(options: MeshOptions | ClusterMeshOptions = {}): Promise<Mesh | Mesh<NatsCluster>> {
  if (!('cluster' in options)) return Mesh.start(natsServer(options), options);
  const environment = { ROUTER_REPLICAS: String(options.cluster), ...options.environment };
  return Mesh.start(natsCluster({ ...options, nodes: options.cluster }), { ...options, environment });
}
