// What Linux tells of a process: CPU time and memory, from /proc. On other systems both are undefined.
import { readFileSync } from 'node:fs';
import { rssBytes } from '../src/index.ts';

/** Processes by the name under which their CPU time and memory are told. */
export type Pids = Readonly<Record<string, number>>;

/** Of a /proc/<pid>/stat: what one tick stands for. Linux tells user space 100 a second on every platform. */
const msATick = 10;

/** User and system time of a process since its start, all its threads, ms. */
export function cpuMs(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may have blanks; behind it utime and stime are the 12th and 13th field.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * msATick;
}

/** Resident memory of a process, MB of 1 000 000 bytes. */
export function residentMb(pid: number): number | undefined {
  const bytes = rssBytes(pid);
  return bytes === undefined ? undefined : bytes / 1e6;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not Linux, or the process is gone
  }
}
