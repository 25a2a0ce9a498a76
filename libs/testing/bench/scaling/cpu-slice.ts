// A share of one core for one process, as a container's CPU limit gives it: a control group of Linux, of version 1 or 2.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const mount = '/sys/fs/cgroup';
/** How often a share is handed out, µs: short, so that a process that has used up its share waits for milliseconds only. */
const periodUs = 20_000;

/** Until it is disposed of, a process gets no more than its share. */
export class CpuSlice implements Disposable {
  readonly #folder: string;
  readonly #home: string;
  readonly #pid: number;

  private constructor(folder: string, home: string, pid: number) {
    this.#folder = folder;
    this.#home = home;
    this.#pid = pid;
  }

  /** Limit a process to so many cores, 0.3 or 2; undefined where the system does not let us. */
  static take(pid: number, cores: number): CpuSlice | undefined {
    const isFirstVersion = existsSync(join(mount, 'cpu/cpu.cfs_quota_us'));
    const home = isFirstVersion ? join(mount, 'cpu') : mount;
    const folder = join(home, `router-mesh-bench-${pid}`);
    const quotaUs = Math.round(cores * periodUs);
    const settings: readonly (readonly [string, string])[] = isFirstVersion
      ? [
          ['cpu.cfs_period_us', String(periodUs)],
          ['cpu.cfs_quota_us', String(quotaUs)],
        ]
      : [['cpu.max', `${quotaUs} ${periodUs}`]];
    try {
      mkdirSync(folder);
      for (const [file, value] of settings) writeFileSync(join(folder, file), value);
      writeFileSync(join(folder, 'cgroup.procs'), String(pid));
      return new CpuSlice(folder, home, pid);
    } catch {
      if (existsSync(folder)) rmdirSync(folder);
      return undefined; // not Linux, or not ours to set
    }
  }

  [Symbol.dispose](): void {
    try {
      writeFileSync(join(this.#home, 'cgroup.procs'), String(this.#pid));
    } catch {
      // it has ended
    }
    rmdirSync(this.#folder);
  }
}
