// The `router` command as tests run it: a process in a folder of its own, with nothing of the shell's environment.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const script = join(import.meta.dirname, 'main.ts');

export interface Outcome {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told the process while it runs. */
  readonly running?: (child: ChildProcess) => void;
}

/** A folder to run the command in: with `.router/operator.creds.json` as `router up` writes it, or empty. */
export class Shell implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'router-cli-'));

  constructor(natsUrl?: string) {
    if (natsUrl === undefined) return;
    mkdirSync(join(this.folder, '.router'));
    this.write('.router/operator.creds.json', JSON.stringify({ user: 'operator', pass: 'operator', url: natsUrl }));
  }

  write(name: string, content: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, content);
    return file;
  }

  async router(args: readonly string[], { input = '', environment = {}, running }: RunOptions = {}): Promise<Outcome> {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.folder, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running?.(child);
    child.stdin.end(input);
    const exited = new Promise<number | NodeJS.Signals>((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 0));
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    return { code, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
