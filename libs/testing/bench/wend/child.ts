// A measurement in a process of its own.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the file prints as JSON when it is run with these arguments. */
export async function runAlone(
  file: string,
  args: readonly string[],
  ofNode: readonly string[] = [],
): Promise<unknown> {
  const { stdout } = await run(process.execPath, [...ofNode, file, ...args]);
  return JSON.parse(stdout) as unknown;
}
