// Where a V8 sampling heap profile says that memory was allocated: by package, and by function. Pure.
import { nameOf, packageOf, rank, type CallFrame, type Ranking } from './ranking.ts';

/** The parts of a `.heapprofile` that are read here. */
export interface HeapProfile {
  readonly head: HeapNode;
}

interface HeapNode {
  readonly callFrame: CallFrame;
  /** What was allocated here and not below, bytes, scaled up from the samples. */
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** Bytes by name, most first. */
export interface Allocations {
  readonly bytes: number;
  readonly byPackage: Ranking;
  readonly bySelf: Ranking;
}

export function allocations({ head }: HeapProfile): Allocations {
  const byPackage = new Map<string, number>();
  const bySelf = new Map<string, number>();
  let bytes = 0;
  const rest = [head];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    rest.push(...node.children);
    if (node.selfSize === 0) continue;
    bytes += node.selfSize;
    const inPackage = packageOf(node.callFrame);
    const name = nameOf(node.callFrame);
    byPackage.set(inPackage, (byPackage.get(inPackage) ?? 0) + node.selfSize);
    bySelf.set(name, (bySelf.get(name) ?? 0) + node.selfSize);
  }
  return { bytes, byPackage: rank(byPackage), bySelf: rank(bySelf) };
}
