// The rounds: everything is measured once a round, every other round backwards, so that what disturbs the machine disturbs all alike.
import type { LoadGenerator } from './load/generator.ts';
import type { ClosedLoop, OpenLoop, Report, Task } from './load/order.ts';
import { cpuMs, type Pids } from './measure.ts';

/** One thing that is measured: a task, how it is offered, and whose CPU time it takes. */
export interface Work<Name extends string = string> {
  readonly name: Name;
  readonly task: Task;
  /** The schedule of an open loop is another one each round, the same for every work. */
  readonly loop: ClosedLoop | Omit<OpenLoop, 'seed'>;
  /** Whose CPU time is taken, besides the shared processes'. */
  readonly pids: Pids;
}

/** One measurement. */
export interface Sample extends Report {
  /** CPU time by process over the measurement, ms; empty where the system does not tell. */
  readonly cpuMs: Readonly<Record<string, number>>;
}

export type Samples<Name extends string = string> = ReadonlyMap<Name, readonly Sample[]>;

/** What a run measured. The warm-up does not count, but its errors do. */
export interface Measured<Name extends string = string> {
  readonly warmUp: Samples<Name>;
  readonly samples: Samples<Name>;
}

/** What every work is measured with. */
export interface Rig {
  readonly load: LoadGenerator;
  /** What all works use alike, and is nobody's cost: told beside the others. */
  readonly shared: Pids;
}

export interface Size {
  readonly rounds: number;
  /** How long each measurement takes. */
  readonly seconds: number;
}

/** Hears of each measurement as it ends; round 0 is the warm-up. */
export type Told = (round: number, work: Work, sample: Sample) => void;

/** For how many rounds' time each work under full load is done before the first round. */
const warmUpRounds = 3;

/** Do works under full load until their code is compiled, and then measure all in rounds. */
export async function measureRounds<Name extends string>(
  rig: Rig,
  works: readonly Work<Name>[],
  { rounds, seconds }: Size,
  told: Told,
): Promise<Measured<Name>> {
  const warmUp = new Map<Name, Sample[]>();
  for (const work of works.filter(isFullLoad)) {
    const sample = await measure(rig, work, seconds * warmUpRounds, 0);
    told(0, work, sample);
    warmUp.set(work.name, [sample]);
  }
  const samples = new Map<Name, Sample[]>(works.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const work of round % 2 === 1 ? works : works.toReversed()) {
      const sample = await measure(rig, work, seconds, round);
      told(round, work, sample);
      samples.get(work.name)?.push(sample);
    }
  }
  return { warmUp, samples };
}

function isFullLoad({ loop }: Work): boolean {
  return loop.kind === 'closed' && loop.inFlight > 1 && loop.spreadMs === undefined;
}

async function measure({ load, shared }: Rig, work: Work, seconds: number, round: number): Promise<Sample> {
  const { name, task, loop, pids } = work;
  const before = cpuByProcess({ ...pids, ...shared });
  const report = await load.run({
    task,
    loop: loop.kind === 'open' ? { ...loop, seed: round } : loop,
    seconds,
    ...(round > 0 && { series: name }),
  });
  const after = cpuByProcess({ ...pids, ...shared });
  const spent = Object.entries(after).map(([process, ms]) => [process, ms - (before[process] ?? 0)]);
  return { ...report, cpuMs: Object.fromEntries(spent) as Record<string, number> };
}

function cpuByProcess(pids: Pids): Record<string, number> {
  const times = Object.entries(pids).flatMap(([name, pid]) => {
    const ms = cpuMs(pid);
    return ms === undefined ? [] : [[name, ms] as const];
  });
  return Object.fromEntries(times);
}
