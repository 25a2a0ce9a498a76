// Where a V8 CPU profile says that the time went: by package, by function, and by function with all that it calls. Pure.
import { nameOf, packageOf, rank, type CallFrame, type Ranking } from './ranking.ts';

/** The parts of a `.cpuprofile` that are read here; times in µs of the monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** Time by name, µs. */
export interface HotSpots {
  /** All time but idle, µs. */
  readonly busyUs: number;
  readonly byPackage: Ranking;
  readonly bySelf: Ranking;
  /** A function counts once a sample, however often it stands on the stack. */
  readonly byTotal: Ranking;
}

/** Rank what ran. */
export function hotSpots(profile: CpuProfile): HotSpots {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  );
  const byPackage = new Map<string, number>();
  const bySelf = new Map<string, number>();
  const byTotal = new Map<string, number>();
  let busyUs = 0;
  profile.samples.forEach((sample, index) => {
    const us = profile.timeDeltas[index + 1] ?? 0; // a sample stands for the time until the next one
    const node = byId.get(sample);
    if (node === undefined || node.callFrame.functionName === '(idle)') return;
    busyUs += us;
    add(byPackage, packageOf(node.callFrame), us);
    add(bySelf, nameOf(node.callFrame), us);
    const stack = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const above = byId.get(id);
      if (above !== undefined) stack.add(nameOf(above.callFrame));
    }
    for (const name of stack) add(byTotal, name, us);
  });
  return { busyUs, byPackage: rank(byPackage), bySelf: rank(bySelf), byTotal: rank(byTotal) };
}

function add(times: Map<string, number>, name: string, us: number): void {
  times.set(name, (times.get(name) ?? 0) + us);
}
