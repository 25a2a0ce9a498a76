// The thread of a group of works: does one as often as there is time for, and says how long it took.
//
// It is CPU time of the thread: what else runs on the machine takes none of it, though it slows everything by the caches that it shares.
import { parentPort, workerData } from 'node:worker_threads';
import type { Work } from './timing.ts';
import { worksOf } from './works.ts';

export interface Order {
  readonly work: string;
  readonly ms: number;
}

export interface Answer {
  /** An evaluation. */
  readonly ns: number;
  readonly errors: number;
}

const batch = 12;
const works = new Map(worksOf(workerData as string).map((work) => [work.name, work]));

parentPort?.on('message', ({ work: name, ms }: Order) => {
  const work = works.get(name);
  if (work === undefined) throw new Error(`there is no work "${name}"`);
  void time(work, ms).then((answer) => parentPort?.postMessage(answer));
});

async function time({ run, asynchronous = false }: Work, ms: number): Promise<Answer> {
  const end = performance.now() + ms;
  const before = process.threadCpuUsage();
  let count = 0;
  let errors = 0;
  do {
    try {
      if (asynchronous) for (let turn = 0; turn < batch; turn += 1) await run();
      else for (let turn = 0; turn < batch; turn += 1) run();
    } catch {
      errors += 1;
    }
    count += batch;
  } while (performance.now() < end);
  const { user, system } = process.threadCpuUsage(before);
  return { ns: ((user + system) / count) * 1000, errors };
}
