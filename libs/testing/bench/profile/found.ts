// What the probe in a profiled process leaves behind: files that tools for profiles read too, and how its event loop did.
import { join } from 'node:path';

/** Of a process over one window. */
export interface Loop {
  /** How much later than it was due the event loop took its turn: what everything in the process waits. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Each collection of garbage. */
  readonly pausesMs: readonly number[];
}

/** `.cpuprofile` and `.heapprofile` are V8's own; `.loop` is a `Loop`. */
export function foundFile(folder: string, pid: number, kind: 'loop' | 'cpuprofile' | 'heapprofile'): string {
  return join(folder, `${pid}.${kind}`);
}
