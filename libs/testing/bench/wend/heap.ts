// What ten thousand policies take: small children of one parent, as a mesh with many tenants has them.
// As a program of its own, with `--expose-gc`, it links them in a process that has nothing else, and prints what `Heap` says.
import { decide, generate, UnitCache, type LinkedPolicy } from '@router-mesh/wend';
import { runAlone } from './child.ts';
import { smallChild } from './linking.ts';
import { linked, requests } from './representative.ts';

/** MB of 1 000 000 bytes, more than without them. */
export interface Heap {
  readonly linkedMb: number;
  /** After each of them decided once. */
  readonly decidedMb: number;
}

export const policies = 10_000;

export async function measureHeap(): Promise<Heap> {
  return (await runAlone(import.meta.filename, [], ['--expose-gc'])) as Heap;
}

if (import.meta.main) process.stdout.write(JSON.stringify(heap()));

function heap(): Heap {
  const units = new UnitCache();
  const child = (place: number): LinkedPolicy =>
    linked({ file: `t${place}/main.wend`, text: smallChild(place) }, { backEnd: generate, units });
  const [facts] = requests;
  if (facts === undefined) throw new Error('there is no request');
  decide(child(policies), facts);
  const before = usedBytes();
  const all = Array.from({ length: policies }, (_, place) => child(place));
  const linkedMb = (usedBytes() - before) / 1e6;
  for (const policy of all) decide(policy, facts);
  const decidedMb = (usedBytes() - before) / 1e6;
  if (all.length + units.size < policies) throw new Error('they were let go'); // and so they are in use until here
  return { linkedMb, decidedMb };
}

function usedBytes(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  globalThis.gc();
  globalThis.gc(); // what finalisers held, the second time
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
