// The rounds: everything is measured once a round, every other round backwards, so that what disturbs the machine disturbs both sides alike.
import type { Bed, Pids } from './bed.ts';
import type { Report } from './load/order.ts';
import { cpuMs } from './measure.ts';
import type { Work, WorkName } from './works.ts';

/** One measurement. */
export interface Sample extends Report {
  /** CPU time by process over the measurement, ms; empty where the system does not tell. */
  readonly cpuMs: Readonly<Record<string, number>>;
}

export type Samples = ReadonlyMap<WorkName, readonly Sample[]>;

/** Measure everything in rounds, after a round of warming up that does not count. `told` hears of each measurement as it ends. */
export async function measureRounds(bed: Bed, works: readonly Work[], { rounds, seconds }: { readonly rounds: number; readonly seconds: number }, told: (round: number, work: Work, sample: Sample) => void): Promise<Samples> {
  const samples = new Map<WorkName, Sample[]>(works.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const work of round % 2 === 0 ? works : works.toReversed()) {
      const sample = await measure(bed, work, seconds);
      told(round, work, sample);
      if (round > 0) samples.get(work.name)?.push(sample);
    }
  }
  return samples;
}

async function measure({ load, shared }: Bed, { task, inFlight, pids }: Work, seconds: number): Promise<Sample> {
  const before = cpuByProcess({ ...pids, ...shared });
  const report = await load.run({ task, inFlight, seconds });
  const after = cpuByProcess({ ...pids, ...shared });
  const spent = Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]);
  return { ...report, cpuMs: Object.fromEntries(spent) as Record<string, number> };
}

function cpuByProcess(pids: Pids): Record<string, number> {
  const times = Object.entries(pids).flatMap(([name, pid]) => {
    const ms = cpuMs(pid);
    return ms === undefined ? [] : [[name, ms] as const];
  });
  return Object.fromEntries(times);
}
