// Everything that is measured, running: our mesh, the bare mesh on a server of its own, the yardsticks, one demo model and one load generator.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { natsServer, startMesh, TestProcess, type Mesh, type NatsServer } from '../src/index.ts';
import { LoadGenerator } from './load/generator.ts';

/** Processes by the name under which their CPU time and memory are told. */
export type Pids = Readonly<Record<string, number>>;

export class Bed implements AsyncDisposable {
  readonly mesh: Mesh;
  readonly bareNats: NatsServer;
  readonly load = new LoadGenerator();
  readonly proxyUrl: string;
  readonly #bare: Readonly<Record<BareProcess, TestProcess>>;

  private constructor(mesh: Mesh, bareNats: NatsServer, bare: Readonly<Record<BareProcess, TestProcess>>, proxyUrl: string) {
    this.mesh = mesh;
    this.bareNats = bareNats;
    this.#bare = bare;
    this.proxyUrl = proxyUrl;
  }

  static async start(): Promise<Bed> {
    const [mesh, bareNats] = await Promise.all([startMesh(), natsServer()]);
    const environment = { NATS_URL: bareNats.url, MODEL_URL: mesh.demo.url };
    const start = (file: string): TestProcess =>
      new TestProcess(process.execPath, [join(import.meta.dirname, 'bare-mesh', file)], environment);
    const bare = {
      'first stop': start('first-stop.ts'),
      'second stop': start('second-stop.ts'),
      responder: start('responder.ts'),
      proxy: start('proxy.ts'),
    };
    const lines = await Promise.all(Object.values(bare).map((child) => child.line((line) => line.startsWith('ready'))));
    return new Bed(mesh, bareNats, bare, lines.at(-1)?.split(' ')[1] ?? '');
  }

  /** Our services and their nats-server. */
  get ours(): Pids {
    const services = this.mesh.services.map((service) => [service.name, service.child.pid ?? 0]);
    return { ...Object.fromEntries(services), 'nats-server': pidOf(this.mesh.nats) };
  }

  /** The two stops of the bare mesh and their nats-server. */
  get bareMesh(): Pids {
    return { ...this.#pids('first stop', 'second stop'), 'nats-server': pidOf(this.bareNats) };
  }

  get bareResponder(): Pids {
    return { ...this.#pids('responder'), 'nats-server': pidOf(this.bareNats) };
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
    await Promise.all(Object.values(this.#bare).map((child) => child.stop('SIGKILL')));
    await Promise.all([this.mesh[Symbol.asyncDispose](), this.bareNats[Symbol.asyncDispose]()]);
  }

  #pids(...names: readonly BareProcess[]): Pids {
    return Object.fromEntries(names.map((name) => [name, this.#bare[name].child.pid ?? 0]));
  }
}

type BareProcess = 'first stop' | 'second stop' | 'responder' | 'proxy';

/** nats-server writes its ports to a file that is named after its process: `nats-server_<pid>.ports`. */
function pidOf({ folder }: NatsServer): number {
  const file = readdirSync(folder).find((name) => name.endsWith('.ports')) ?? '';
  return Number(/_(\d+)\.ports$/.exec(file)?.[1]);
}
