// Everything that is measured, running: our mesh, the bare mesh on a server of its own, the yardsticks, one demo model and one load generator.
import { join } from 'node:path';
import { natsServer, startMesh, TestProcess, type Mesh, type NatsServer } from '../src/index.ts';
import { endsWithUs } from './ending.ts';
import { LoadGenerator } from './load/generator.ts';
import type { Pids } from './measure.ts';

export class Bed implements AsyncDisposable {
  readonly mesh: Mesh;
  readonly bareNats: NatsServer;
  readonly load = new LoadGenerator();
  readonly proxyUrl: string;
  readonly #bare: Readonly<Record<BareProcess, TestProcess>>;
  readonly #started: AsyncDisposableStack;

  private constructor(
    mesh: Mesh,
    bareNats: NatsServer,
    bare: Readonly<Record<BareProcess, TestProcess>>,
    proxyUrl: string,
    started: AsyncDisposableStack,
  ) {
    this.#started = started;
    this.mesh = mesh;
    this.bareNats = bareNats;
    this.#bare = bare;
    this.proxyUrl = proxyUrl;
  }

  /**
   * @param environment of the processes that are measured
   * @param fromSources our services run from them; otherwise from bundles, as they are deployed
   */
  static async start({
    environment = {},
    fromSources = false,
  }: { readonly environment?: Readonly<Record<string, string>>; readonly fromSources?: boolean } = {}): Promise<Bed> {
    await using started = new AsyncDisposableStack();
    const mesh = started.use(await startMesh({ environment, bundled: !fromSources }));
    const bareNats = started.use(await natsServer());
    const bareEnvironment = { ...environment, NATS_URL: bareNats.url, MODEL_URL: mesh.demo.url };
    const start = (file: string): TestProcess =>
      started.use(new TestProcess(process.execPath, [join(import.meta.dirname, 'bare-mesh', file)], bareEnvironment));
    const bare = {
      'first stop': start('first-stop.ts'),
      'second stop': start('second-stop.ts'),
      responder: start('responder.ts'),
      proxy: start('proxy.ts'),
    };
    const lines = await Promise.all(Object.values(bare).map((child) => child.line((line) => line.startsWith('ready'))));
    return endsWithUs(new Bed(mesh, bareNats, bare, lines.at(-1)?.split(' ')[1] ?? '', started.move()));
  }

  /** Our services and their nats-server. */
  get ours(): Pids {
    const services: Pids = Object.fromEntries(this.mesh.services.map(({ name, child }) => [name, child.pid ?? 0]));
    return { ...services, 'nats-server': this.mesh.nats.pid };
  }

  /** The two stops of the bare mesh and their nats-server. */
  get bareMesh(): Pids {
    return { ...this.#pids('first stop', 'second stop'), 'nats-server': this.bareNats.pid };
  }

  get bareResponder(): Pids {
    return { ...this.#pids('responder'), 'nats-server': this.bareNats.pid };
  }

  get proxy(): Pids {
    return this.#pids('proxy');
  }

  /** What our side and the other side use alike. */
  get shared(): Pids {
    return { 'demo model': this.mesh.demo.child.pid ?? 0, 'load generator': this.load.pid };
  }

  /** What our services have complained of. */
  get troubles(): readonly string[] {
    return this.mesh.troubles();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.load[Symbol.dispose]();
    await this.#started.disposeAsync();
  }

  #pids(...names: readonly BareProcess[]): Pids {
    return Object.fromEntries(names.map((name) => [name, this.#bare[name].child.pid ?? 0]));
  }
}

type BareProcess = 'first stop' | 'second stop' | 'responder' | 'proxy';
