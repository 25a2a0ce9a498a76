// A process of the mesh: started, followed line by line, started again when it dies, and stopped.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastWords } from './last-words.ts';
import { UpError } from './up-error.ts';

/** How to run a process. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The one of them by which the process is known among others. */
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether a line of its output says that it serves. */
  isReady(line: string): boolean;
}

/** Who is told what befalls a process. */
export interface ChildListener {
  line(name: string, line: string, onStderr: boolean): void;
  /** It has a new process id, or none. */
  changed(): void;
  /** It died without being told to; with a pause when it will be started again. */
  died(name: string, how: string, pauseMs: number | undefined): void;
}

const firstPauseMs = 250;
const longestPauseMs = 5000;
/** Who has served for so long did not die of its start. */
const settledMs = 10_000;
const rememberedLines = 50;

export class Child {
  readonly #program: Program;
  readonly #listener: ChildListener;
  readonly #restarts: boolean;
  readonly #stopping = new AbortController();
  #process: ChildProcess | undefined;
  /** Resolves to how the process ended. */
  #ended: Promise<string> = Promise.resolve('not started');
  #lastLines: readonly string[] = [];

  constructor(program: Program, listener: ChildListener, { restarts }: { readonly restarts: boolean }) {
    this.#program = program;
    this.#listener = listener;
    this.#restarts = restarts;
  }

  get name(): string {
    return this.#program.name;
  }

  get path(): string {
    return this.#program.path;
  }

  /** Undefined while it is not running. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Start it; resolves when it serves. @throws UpError with its last words when it ends before it does */
  async start(): Promise<void> {
    if (this.#stopping.signal.aborted) throw new UpError(`${this.name} was told to stop before it was started`);
    const ready = this.#run();
    const early = this.#ended.then((how) => {
      throw new UpError(`${this.name} did not start (${how}): ${lastWords(this.#lastLines)}`);
    });
    await Promise.race([ready, early]);
    early.catch(() => undefined); // from here on its end is looked after below
    void this.#keep();
  }

  /** Tell it to stop; resolves when it has. After the grace it is killed. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.#process?.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#stopping.abort();
    this.#process?.kill('SIGKILL');
  }

  /** Start it again whenever it dies. */
  async #keep(): Promise<void> {
    let pauseMs = firstPauseMs;
    for (;;) {
      const started = Date.now();
      const how = await this.#ended;
      if (this.#stopping.signal.aborted) return;
      if (Date.now() - started > settledMs) pauseMs = firstPauseMs;
      this.#listener.died(this.name, how, this.#restarts ? pauseMs : undefined);
      if (!this.#restarts) return;
      await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      void this.#run();
    }
  }

  /** Run it once; resolves when it serves, and never if it does not. */
  #run(): Promise<void> {
    const { command, args, environment, isReady } = this.#program;
    // A group of its own: Ctrl-C in a terminal goes to the whole group, and who stops when is for us to say.
    const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#process = child;
    this.#lastLines = [];
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    void this.#ended.then(() => {
      this.#process = undefined;
      this.#listener.changed();
    });
    this.#listener.changed();
    return new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          this.#lastLines = [...this.#lastLines, line].slice(-rememberedLines);
          this.#listener.line(this.name, line, stream === child.stderr);
          if (isReady(line)) resolve();
        });
      }
    });
  }
}
