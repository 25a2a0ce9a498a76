// A child process of a test: its output as lines, ended, killed, paused and resumed by its own handle.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { rssBytes } from './memory.ts';

/**
 * Where `npm start` keeps code whose types are stripped already: with it a service starts in half the time, and on 20 MB less. For the tree's own files
 * alone: what lies in a folder of a test's would never be read again.
 */
const compileCache = join(import.meta.dirname, '../../../node_modules/.cache/compile');

/** A busy machine takes a while to stop all threads of a process, ms. */
const mostStoppingMs = 2000;

/** A process that a test started. */
export class TestProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  /** What it has written to stdout and stderr, line by line. */
  readonly lines: string[] = [];
  /** Resolves to its exit code, or to the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly #watchers = new Set<(line: string) => void>();

  constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.child = spawn(command, args, {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        ...(args[0]?.endsWith('.ts') ? { NODE_COMPILE_CACHE: compileCache } : {}),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => resolve(code ?? signal ?? 0));
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        for (const watcher of this.#watchers) watcher(line);
      });
    }
  }

  /** Resolves to the first line that matches, past or future. @throws Error with all output when the process ends before */
  async line(matches: (line: string) => boolean): Promise<string> {
    const past = this.lines.find(matches);
    if (past !== undefined) return past;
    return await new Promise((resolve, reject) => {
      const watcher = (line: string): void => {
        if (!matches(line)) return;
        this.#watchers.delete(watcher);
        resolve(line);
      };
      this.#watchers.add(watcher);
      void this.exited.then(
        (code) => reject(new Error(`the process ended with ${code}:\n${this.lines.join('\n')}`)),
        reject,
      );
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Send a signal and wait for the end; a process that was paused goes on, so that it can hear it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    if (this.running) {
      this.child.kill(signal);
      this.resume();
    }
    return await this.exited;
  }

  /** End it without a word, as the machine would that takes its memory, and wait for the end. */
  async kill(): Promise<void> {
    await this.stop('SIGKILL');
  }

  /** Hold it where it is: its connections stay open and nobody answers on them. It stands still when this returns, where the system tells (Linux). */
  pause(): void {
    this.child.kill('SIGSTOP');
    const until = Date.now() + mostStoppingMs;
    while (this.running && isMoving(this.pid) && Date.now() < until);
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Its resident memory, bytes; undefined where there is no `/proc`, and after its end. */
  rssBytes(): number | undefined {
    return rssBytes(this.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
  }
}

/** Whether any thread of a process that was told to stop still runs; false where the system does not tell. */
function isMoving(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return !/^ [Tt]/.test(stat.slice(stat.lastIndexOf(')') + 1)); // the state stands behind the name: T is stopped
    });
  } catch {
    return false;
  }
}
