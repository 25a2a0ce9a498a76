// `router up`: the whole mesh on this machine, as a process of its own that starts the others.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { compileCache } from './compile-cache.ts';
import { allOptions } from './global-options.ts';

interface UpOptions {
  readonly port?: string;
  readonly replicas?: string;
  readonly together?: boolean;
  readonly state?: string;
}

const script = join(import.meta.dirname, '../../../deploy/local/up.ts');

const help = `
Listens on 127.0.0.1 only. Ctrl-C lets the services finish what is under way and stops everything; a second one does not wait.
With OPENAI_API_KEY set, models of OpenAI answer as openai/<model>. Services read their own ROUTER_* settings: docs/settings.md.

Examples:
  router up
  router up --port 4333 --replicas policy=2,provider=3
  router up --together
  ROUTER_LOG_LEVEL=debug router up --json`;

export function addUp(program: Command): void {
  program
    .command('up')
    .summary('run the whole mesh on this machine')
    .description('Run a nats-server, the demo model and every service on this machine, until Ctrl-C.')
    .option('--port <port>', 'where NATS listens (default: 4222)')
    .option('--replicas <list>', 'how many of a service, as policy=2,provider=3 (default: one of each)')
    .option('--together', 'all services in one process: less CPU and memory, and one fate')
    .option('--state <folder>', 'where credentials, the store and logs are kept (default: .router in this tree)')
    .addHelpText('after', help)
    .action(async (_options, command: Command) => {
      const { port, replicas, together, state, json } = allOptions<UpOptions>(command);
      const values = Object.entries({ port, replicas, state }).flatMap(([name, value]) =>
        value === undefined ? [] : [`--${name}=${value}`],
      );
      const flags = Object.entries({ together, json }).flatMap(([name, given]) => (given ? [`--${name}`] : []));
      process.exitCode = await run([...values, ...flags]);
    });
}

/** Resolves to its exit code. It is told our signals; the channel lets it see when we are gone without one. */
function run(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal]);
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(name);
    });
  });
}
