// What `npm start` runs: a nats-server, the demo model and the services as processes of this machine, until Ctrl-C.
import { join } from 'node:path';
import { inspect } from 'node:util';
import { services, type ServiceName } from '@router-mesh/contracts';
import { Child, type Program } from './child.ts';
import { levels, serviceOf } from './entry.ts';
import { contradiction, providerKeys } from './environment.ts';
import { askFirst } from './first-request.ts';
import { Log } from './log.ts';
import { readOptions, type Options } from './options.ts';
import { isFree } from './ports.ts';
import { forgetProcesses, recordProcesses, stopLeftovers } from './processes.ts';
import { demoProgram, natsServerProgram, servicePrograms, together, togetherProgram } from './programs.ts';
import { moveDemo, writeSeeds } from './seeds.ts';
import { drainTimeoutMs, levelShown, natsServerPath } from './shell.ts';
import { prepareState, type State } from './state.ts';
import { UpError } from './up-error.ts';
import { showAnswer, welcome } from './welcome.ts';

const tree = join(import.meta.dirname, '../..');
const shell = process.env;

/** What a service is granted beyond the time in which it drains. */
const marginMs = 5000;
/** Without NATS nobody can drain. */
const hopelessMs = 2000;
/** Signals that come this close together are one Ctrl-C: a terminal sends it to every process, and each passes it on. */
const sameSignalMs = 500;

class Up {
  readonly #options: Options;
  readonly #natsUrl: string;
  readonly #state: State;
  readonly #log: Log;
  /** Groups in the order in which they are to stop: who takes requests in comes first, and what the others need comes last. */
  readonly #groups: Child[][] = [];
  #stopRequestedAt: number | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#natsUrl = `nats://127.0.0.1:${options.port}`;
    this.#state = prepareState(options.state, join(tree, 'deploy/nats'), this.#natsUrl);
    this.#log = new Log({
      json: options.json,
      level: levelShown(shell),
      folder: this.#state.logs,
      width: 'nats-server'.length,
    });
  }

  /** Start everything and show that it works; resolves when it runs. @throws UpError why it does not start */
  async start(natsServer: string, leftovers: readonly string[]): Promise<void> {
    const started = performance.now();
    if (leftovers.length > 0) this.#log.note(`stopped what a killed run had left: ${leftovers.join(', ')}`);
    const { demo, vendors } = await writeSeeds(join(tree, 'deploy/providers'), this.#state, providerKeys(shell));
    const group = (programs: readonly Program[]): Child[] => {
      const children = programs.map(
        (program) => new Child(program, this, { restarts: program.name !== 'nats-server' }),
      );
      this.#groups.push(children);
      return children;
    };
    const replicas = this.#options.together
      ? group([togetherProgram(this.#natsUrl, this.#state, shell)])
      : services.flatMap((service) => group(this.#replicas(service)));
    const demos = group([demoProgram(demo.port, shell)]);
    const servers = group([natsServerProgram(natsServer, this.#options.port, this.#state, shell)]);

    await Promise.all([this.#startAll(servers).then(() => this.#startAll(replicas)), this.#startAll(demos)]);
    if (demo.moved) await moveDemo(demo, this.#state, this.#natsUrl);
    this.#log.lastStep(`ready in ${secondsSince(started)}`);
    const surroundings = { nats: this.#natsUrl, demo: demo.document.base_url, state: this.#state.folder, vendors };
    this.#log.show(welcome(surroundings), 'up', surroundings);
    await this.#showFirstAnswer();
  }

  get stopping(): boolean {
    return this.#stopRequestedAt !== undefined;
  }

  /** Stop everything, so that what is under way is answered, and exit. Asked a second time, it does not wait. */
  async stop(): Promise<void> {
    const now = Date.now();
    if (this.#stopRequestedAt !== undefined) {
      if (now - this.#stopRequestedAt > sameSignalMs) process.exit(130);
      return;
    }
    this.#stopRequestedAt = now;
    const started = performance.now();
    if (process.stdout.isTTY) process.stdout.write('\n'); // behind the terminal's ^C
    this.#log.step('stopping', 'everything');
    // In one process they drain one after the other.
    const graceMs = drainTimeoutMs(shell) * (this.#options.together ? services.length : 1) + marginMs;
    for (const children of this.#groups) {
      await Promise.all(children.map((child) => child.stop(graceMs)));
      for (const { name } of children) this.#log.step(name, 'has stopped');
    }
    this.#log.lastStep(`stopped in ${secondsSince(started)}`);
    this.#leave(0);
  }

  /** Say why it cannot go on, stop what is running without waiting for it to drain, and exit. */
  async fail(error: unknown): Promise<void> {
    this.#stopRequestedAt ??= Date.now();
    this.#log.interrupt();
    complain(error);
    await Promise.all(this.#groups.flat().map((child) => child.stop(hopelessMs)));
    this.#leave(error instanceof UpError ? error.exitCode : 1);
  }

  /** Whatever becomes of this process, none of its children outlives it. */
  killAll(): void {
    for (const child of this.#groups.flat()) child.kill();
  }

  line(name: string, line: string, onStderr: boolean): void {
    this.#log.line(name === together ? (serviceOf(line) ?? name) : name, line, onStderr);
  }

  changed(): void {
    const running = this.#groups
      .flat()
      .flatMap(({ name, pid, path }) => (pid === undefined ? [] : [{ name, pid, path }]));
    recordProcesses(this.#state.folder, [{ name: 'up', pid: process.pid, path: import.meta.filename }, ...running]);
  }

  died(name: string, how: string, pauseMs: number | undefined): void {
    if (pauseMs === undefined) void this.fail(new UpError(`${name} died (${how}), and nothing goes on without it`));
    else this.#log.note(`${name} died (${how}); it starts again in ${pauseMs / 1000} s`, levels.warn);
  }

  #replicas(service: ServiceName): Program[] {
    return servicePrograms(service, this.#options.replicas.get(service) ?? 1, this.#natsUrl, this.#state, shell);
  }

  async #startAll(children: readonly Child[]): Promise<void> {
    await Promise.all(children.map((child) => child.start().then(() => this.#log.step(child.name, 'is ready'))));
  }

  async #showFirstAnswer(): Promise<void> {
    try {
      const first = await askFirst(this.#natsUrl);
      this.#log.show(showAnswer(first), 'first answer', { took_ms: first.tookMs, answer: first.answer });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!this.stopping) this.#log.note(`the first request failed: ${message}`, levels.error);
    }
  }

  #leave(exitCode: number): void {
    forgetProcesses(this.#state.folder);
    process.exit(exitCode);
  }
}

function secondsSince(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/** In one line; a bug of ours with its stack. */
function complain(error: unknown): void {
  const bug = !(error instanceof Error) || error instanceof TypeError;
  process.stderr.write(`router: ${bug ? inspect(error) : error.message}\n`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), join(tree, '.router'));
  const refused = contradiction(shell);
  if (refused !== undefined) throw new UpError(refused, 2);
  const natsServer = natsServerPath(shell);
  const leftovers = await stopLeftovers(options.state);
  if (!(await isFree(options.port))) {
    throw new UpError(`port ${options.port} is busy: choose another one, as --port ${options.port + 1}`);
  }
  const up = new Up(options);
  process.on('exit', () => up.killAll());
  process.stdout.on('error', () => undefined); // a closed terminal ends us by SIGHUP, in order
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void up.stop());
  process.on('disconnect', () => void up.stop()); // the CLI that started us is gone
  try {
    await up.start(natsServer, leftovers);
  } catch (error) {
    if (!up.stopping) await up.fail(error);
  }
}

try {
  await main();
} catch (error) {
  complain(error);
  process.exit(error instanceof UpError ? error.exitCode : 1);
}
