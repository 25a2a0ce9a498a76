// What Linux tells of a process's memory, from /proc.
import { readFileSync } from 'node:fs';

/** Resident memory of a process, bytes; undefined on other systems, and when the process is gone. */
export function rssBytes(pid: number): number | undefined {
  try {
    // Matches the kilobytes (of 1024) of the line "VmRSS:    61234 kB".
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
