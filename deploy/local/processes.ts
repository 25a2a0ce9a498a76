// The processes of a state folder on disk, so that what a killed run has left behind is found, and two runs never share a store.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UpError } from './up-error.ts';

export interface RecordedProcess {
  readonly name: string;
  readonly pid: number;
  /** A path on its command line: by it we know that the process of this id is still the one that was recorded. */
  readonly path: string;
}

const stopTimeoutMs = 2000;

/** Write who is running now, in the order in which they are to stop. */
export function recordProcesses(folder: string, processes: readonly RecordedProcess[]): void {
  writeFileSync(fileIn(folder), `${JSON.stringify(processes, undefined, 2)}\n`);
}

export function forgetProcesses(folder: string): void {
  rmSync(fileIn(folder), { force: true });
}

/**
 * Stop what a run that was killed has left; resolves to their names.
 * @throws UpError when that run is still there
 */
export async function stopLeftovers(folder: string): Promise<string[]> {
  const file = fileIn(folder);
  const recorded = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RecordedProcess[]) : [];
  const running = await stillRunning(recorded.filter(({ pid }) => pid !== process.pid));
  const up = running.find(({ name }) => name === 'up');
  if (up !== undefined) {
    throw new UpError(`process ${up.pid} runs this mesh already: stop it, or give this one a folder with --state`);
  }
  for (const leftover of running) await stop(leftover);
  return running.map(({ name }) => name);
}

function fileIn(folder: string): string {
  return join(folder, 'processes.json');
}

async function stop(leftover: RecordedProcess): Promise<void> {
  for (const name of ['SIGTERM', 'SIGKILL'] as const) {
    signal(leftover.pid, name);
    for (const until = Date.now() + stopTimeoutMs; Date.now() < until; await sleep(50)) {
      if ((await stillRunning([leftover])).length === 0) return;
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it ended meanwhile
  }
}

async function stillRunning(processes: readonly RecordedProcess[]): Promise<RecordedProcess[]> {
  if (processes.length === 0) return [];
  const commands = await commandLines(processes.map(({ pid }) => pid));
  return processes.filter(({ pid, path }) => commands.get(pid)?.includes(path));
}

/** The command lines of those that are running, by process id. */
async function commandLines(pids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const lines = await promisify(execFile)('ps', ['-ww', '-o', 'pid=,stat=,args=', '-p', pids.join(',')]).then(
    ({ stdout }) => stdout.split('\n'),
    () => [], // ps fails when none is running, and where there is no ps nothing can be known
  );
  return new Map(
    lines.flatMap((line) => {
      // Matches process id, state and command line; a zombie (Z) has ended.
      const [, pid, command = ''] = /^\s*(\d+)\s+[^Z\s]\S*\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [[Number(pid), command] as const];
    }),
  );
}
