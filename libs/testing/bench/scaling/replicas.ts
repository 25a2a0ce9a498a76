// More replicas of a stop against one: each with a share of a core, as a pod with a CPU limit has it, so that there are cores left for the others.
import { startMesh } from '../../src/index.ts';
import type { LoadGenerator } from '../load/generator.ts';
import { CpuSlice } from './cpu-slice.ts';
import { ask, type Answered } from './load.ts';

export interface Replicas {
  readonly stop: 'policy' | 'provider';
  readonly replicas: number;
  /** Of a core, each. */
  readonly share: number;
  readonly answered: Answered;
}

/** Small enough that two of them, and all the others, fit on two cores; smaller ones spend it on waking up. */
const share = 0.3;
const inFlight = 64;
const counts = [2, 1];
/** All together. */
const warmUpSeconds = 6;

/** Throughput by how many replicas of a stop there are, on a fresh mesh each round; empty where no process can be limited. */
export async function measureReplicas(
  load: LoadGenerator,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Replicas[]> {
  const measured: Replicas[] = [];
  for (const stop of ['provider', 'policy'] as const)
    for (let round = 0; round < rounds; round += 1) measured.push(...(await measureRound(load, stop, seconds)));
  return measured.sort((one, other) => (one.stop === other.stop ? one.replicas - other.replicas : 0));
}

/** From the most replicas down to one: all of them are warm, and have been before they were limited. */
async function measureRound(load: LoadGenerator, stop: Replicas['stop'], seconds: number): Promise<Replicas[]> {
  const most = Math.max(...counts);
  await using mesh = await startMesh({
    bundled: true,
    ...(stop === 'policy' ? { policies: most } : { providers: most }),
  });
  const verb = stop === 'policy' ? 'decide' : 'chat';
  const measure = (forSeconds: number): Promise<Answered> =>
    ask(load, { url: mesh.nats.url, verb, inFlight, seconds: forSeconds, pids: {} });
  await measure(warmUpSeconds);
  using slices = new DisposableStack();
  for (const { pid } of mesh.of(stop)) {
    const slice = CpuSlice.take(pid, share);
    if (slice === undefined) return [];
    slices.use(slice);
  }
  const measured: Replicas[] = [];
  for (const replicas of counts) {
    for (const surplus of mesh.of(stop).slice(replicas)) if (surplus.running) await surplus.stop();
    measured.push({ stop, replicas, share, answered: await measure(seconds) });
  }
  return measured;
}
