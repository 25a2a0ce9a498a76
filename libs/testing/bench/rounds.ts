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

/** What a run measured. The warm-up does not count, but its errors do. */
export interface Measured {
  readonly warmUp: Samples;
  readonly samples: Samples;
}

/** For how many rounds' time each work under full load is done before the first round. */
const warmUpRounds = 3;

/** Measure everything in rounds. `told` hears of each measurement as it ends; round 0 is the warm-up. */
export async function measureRounds(
  bed: Bed,
  works: readonly Work[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  told: (round: number, work: Work, sample: Sample) => void,
): Promise<Measured> {
  const warmUp = new Map<WorkName, Sample[]>();
  for (const work of works.filter(({ inFlight, spreadMs }) => inFlight > 1 && spreadMs === undefined)) {
    const sample = await measure(bed, work, seconds * warmUpRounds);
    told(0, work, sample);
    warmUp.set(work.name, [sample]);
  }
  const samples = new Map<WorkName, Sample[]>(works.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const work of round % 2 === 1 ? works : works.toReversed()) {
      const sample = await measure(bed, work, seconds);
      told(round, work, sample);
      samples.get(work.name)?.push(sample);
    }
  }
  return { warmUp, samples };
}

async function measure(
  { load, shared }: Bed,
  { task, inFlight, spreadMs = 0, pids }: Work,
  seconds: number,
): Promise<Sample> {
  const before = cpuByProcess({ ...pids, ...shared });
  const report = await load.run({ task, inFlight, seconds, spreadMs });
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
