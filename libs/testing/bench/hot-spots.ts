// Where a V8 CPU profile says that the time went: by package, by function, and by function with all that it calls. Pure.

/** The parts of a `.cpuprofile` that are read here; times in µs of the monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** Time by name, longest first, µs. */
export type Ranking = readonly (readonly [name: string, us: number])[];

export interface HotSpots {
  /** All time in the window but idle, µs. */
  readonly busyUs: number;
  readonly byPackage: Ranking;
  readonly bySelf: Ranking;
  /** A function counts once a sample, however often it stands on the stack. */
  readonly byTotal: Ranking;
}

/** Rank what ran between two moments. */
export function hotSpots(profile: CpuProfile, fromUs: number, toUs: number): HotSpots {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  );
  const byPackage = new Map<string, number>();
  const bySelf = new Map<string, number>();
  const byTotal = new Map<string, number>();
  let busyUs = 0;
  let at = profile.startTime;
  profile.samples.forEach((sample, index) => {
    const us = profile.timeDeltas[index + 1] ?? 0; // a sample stands for the time until the next one
    at += profile.timeDeltas[index] ?? 0;
    const node = byId.get(sample);
    if (at < fromUs || at > toUs || node === undefined || node.callFrame.functionName === '(idle)') return;
    busyUs += us;
    add(byPackage, packageOf(node.callFrame.url), us);
    add(bySelf, nameOf(node), us);
    const stack = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const above = byId.get(id);
      if (above !== undefined) stack.add(nameOf(above));
    }
    for (const name of stack) add(byTotal, name, us);
  });
  return { busyUs, byPackage: rank(byPackage), bySelf: rank(bySelf), byTotal: rank(byTotal) };
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  if (url === '') return functionName;
  return `${functionName || '(anonymous)'} ${shorten(url)}:${lineNumber + 1}`;
}

/** `undici`, `libs/wire`, `node:internal`; what has no file is V8's own. */
function packageOf(url: string): string {
  if (url === '') return 'v8: native code, garbage collection, system calls';
  const [, dependency] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  const [, ours] = /\/((?:libs|services)\/[^/]+)\//.exec(url) ?? [];
  return dependency ?? ours ?? (url.startsWith('node:') ? 'node' : 'other');
}

function shorten(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\/.*?\/((?:libs|services)\/)/, '$1');
}

function add(times: Map<string, number>, name: string, us: number): void {
  times.set(name, (times.get(name) ?? 0) + us);
}

function rank(times: ReadonlyMap<string, number>): Ranking {
  return [...times].sort(([, a], [, b]) => b - a);
}
