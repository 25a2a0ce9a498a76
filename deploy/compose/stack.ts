// docker-compose.yml as a test uses it: a copy of the tree, a project of its own on a free port, gone without a trace afterwards.
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const tree = resolve(import.meta.dirname, '../..');

/** A copy of what images are made from, for a test to change. */
export function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mesh-tree-'));
  const files = ['docker-compose.yml', '.dockerignore', 'package.json', 'package-lock.json', 'tsconfig.base.json'];
  for (const name of [...files, 'libs', 'services', 'deploy']) {
    cpSync(join(tree, name), join(copy, name), {
      recursive: true,
      filter: (path) => !['node_modules', '.router'].includes(basename(path)),
    });
  }
  return copy;
}

/** Whether Docker and its compose plugin answer here. */
export function dockerAnswers(): boolean {
  return [['info'], ['compose', 'version']].every(
    (args) => spawnSync('docker', args, { timeout: 10_000 }).status === 0,
  );
}

/** Run docker. @throws Error with what it wrote when it fails */
export async function docker(
  args: readonly string[],
  {
    cwd = tree,
    environment = {},
  }: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, BUILDKIT_PROGRESS: 'plain', ...environment };
  return await promisify(execFile)('docker', args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
}

/** What `docker inspect` says of a container, as far as tests look at it. */
export interface Container {
  readonly Id: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: {
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly Status: string;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly Privileged: boolean;
    readonly CapDrop: readonly string[];
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[];
  };
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  };
}

/** The service of docker-compose.yml that a container is of. */
export function serviceOf(container: Container): string {
  return container.Config.Labels['com.docker.compose.service'] ?? '';
}

/** A project of docker-compose.yml. Disposing of it removes its containers, volumes, networks, images and tree. */
export class Stack implements AsyncDisposable {
  readonly project = `mesh-test-${randomBytes(4).toString('hex')}`;
  readonly tree = copyTree();
  readonly port: number;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #files: readonly string[];

  private constructor(port: number, environment: Readonly<Record<string, string>>, files: readonly string[]) {
    this.port = port;
    this.#environment = { NATS_PORT: String(port), ...environment };
    this.#files = files;
  }

  /** Nothing runs yet. `files` are laid over docker-compose.yml. */
  static async create(
    environment: Readonly<Record<string, string>> = {},
    { files = [] }: { readonly files?: readonly string[] } = {},
  ): Promise<Stack> {
    return new Stack(await freePort(), environment, files);
  }

  async compose(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const files =
      this.#files.length === 0 ? [] : ['docker-compose.yml', ...this.#files].flatMap((name) => ['-f', name]);
    return await docker(['compose', '-p', this.project, ...files, ...args], {
      cwd: this.tree,
      environment: this.#environment,
    });
  }

  /** What the `router` command prints; its image must have been built. */
  async router(...args: readonly string[]): Promise<string> {
    return (await this.compose('run', '--rm', '-T', 'cli', ...args)).stdout;
  }

  /** A credentials file that operators have: their own, or a tenant's. */
  async secret(user: string): Promise<string> {
    const file = `.router/${user}.creds.json`;
    return (await this.compose('run', '--rm', '-T', '--entrypoint', 'cat', 'cli', file)).stdout;
  }

  async containers(): Promise<Container[]> {
    const ids = (await this.compose('ps', '-a', '-q')).stdout.split('\n').filter(Boolean);
    return JSON.parse((await docker(['inspect', ...ids])).stdout) as Container[];
  }

  /** What JavaScript prints when Node runs it in the first container of a service. */
  async evaluate(service: string, script: string): Promise<string> {
    return (await this.compose('exec', '-T', service, 'node', '-p', script)).stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compose('--profile', 'tools', 'down', '--volumes', '--remove-orphans', '--timeout', '1');
    // Not by `down --rmi`: an image that was built again has left a nameless one behind.
    const ours = ['image', 'ls', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${this.project}`];
    const images = new Set((await docker(ours)).stdout.split('\n').filter(Boolean));
    if (images.size > 0) await docker(['image', 'rm', '--force', ...images]);
    rmSync(this.tree, { recursive: true });
  }
}

/** A port of loopback that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
