// The `router` command as a process: how `up` speaks to the mesh as an operator.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bareEnvironment } from './environment.ts';

const script = join(import.meta.dirname, '../../libs/cli/src/main.ts');

/** Run it with `--json`; resolves to what it answered, an error's body included. @throws Error when that is no JSON */
export async function runRouter(args: readonly string[], input = ''): Promise<unknown> {
  const child = spawn(process.execPath, [script, ...args, '--json'], {
    env: bareEnvironment(process.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const [answer, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (answer === '') throw new Error(`router ${args[0]} ${args[1] ?? ''}: ${complaint.trim()}`);
  return JSON.parse(answer);
}
