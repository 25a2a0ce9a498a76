// How long one evaluation takes: all works in turn, round after round, every other one backwards.
//
// Each group of works has a thread of its own, with code that was compiled for it alone: what one of them teaches the compiler disturbs no other.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Answer, Order } from './timing-thread.ts';

/** An evaluation, to be repeated. What waits (`asynchronous`) is awaited before the next. */
export interface Work {
  readonly name: string;
  readonly asynchronous?: boolean;
  readonly run: () => unknown;
}

/** ns an evaluation, one number a round, and how many batches threw. */
export interface Timed {
  readonly ns: ReadonlyMap<string, readonly number[]>;
  readonly errors: number;
}

/** The name of a work, and of the group in whose thread it is run. */
export interface Place {
  readonly group: string;
  readonly work: string;
}

/** For so long each work is done before the first round: until the compiler has seen enough of it. */
const warmUpMs = 700;

/** Only one of them runs at a time. */
export async function timeRounds(
  places: readonly Place[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Timed> {
  const ns = new Map<string, number[]>(places.map(({ work }) => [work, []]));
  const threads = new Map<string, Worker>();
  let errors = 0;
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const { group, work } of round % 2 === 0 ? places : places.toReversed()) {
        const thread = threads.get(group) ?? new Worker(threadFile, { workerData: group });
        threads.set(group, thread);
        thread.postMessage({ work, ms: round === 0 ? warmUpMs : seconds * 1000 } satisfies Order);
        const [answer] = (await once(thread, 'message')) as [Answer];
        errors += answer.errors;
        if (round > 0) ns.get(work)?.push(answer.ns);
      }
    }
  } finally {
    await Promise.all([...threads.values()].map((thread) => thread.terminate()));
  }
  return { ns, errors };
}

const threadFile = new URL('timing-thread.ts', import.meta.url);
