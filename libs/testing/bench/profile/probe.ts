// Loaded into a process before its own code (`--import`), with PROFILE_FOLDER in its environment. Each SIGUSR2 begins or ends the next of two windows:
// the first for CPU time, event-loop delay and garbage collection, the second for allocations. What was found is written at the end of each.
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import { foundFile, type Loop } from './found.ts';

const folder = process.env['PROFILE_FOLDER'] ?? '';
/** How often the loop is looked at, ms. */
const resolution = 1;
const nsAMs = 1e6;

if (isMainThread) {
  const session = new Session();
  session.connect();
  const steps = windows(session);
  process.on('SIGUSR2', () => void steps.shift()?.());
}

function windows(session: Session): (() => Promise<void>)[] {
  const delay = monitorEventLoopDelay({ resolution });
  const pausesMs: number[] = [];
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) pausesMs.push(duration);
  });
  return [
    async () => {
      collections.observe({ entryTypes: ['gc'] });
      delay.enable();
      await session.post('Profiler.enable');
      await session.post('Profiler.start');
    },
    async () => {
      delay.disable();
      collections.disconnect();
      const { profile } = await session.post('Profiler.stop');
      const beyond = (ns: number): number => Math.max(0, ns / nsAMs - resolution);
      const delayMs = { p50: beyond(delay.percentile(50)), p99: beyond(delay.percentile(99)), max: beyond(delay.max) };
      write('loop', { delayMs, pausesMs } satisfies Loop);
      write('cpuprofile', profile);
    },
    async () => {
      // All that is allocated, not only what is still there at the end.
      await session.post('HeapProfiler.startSampling', {
        samplingInterval: 16_384,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
    },
    async () => write('heapprofile', (await session.post('HeapProfiler.stopSampling')).profile),
  ];
}

/** Under its name only when it is whole. */
function write(kind: 'loop' | 'cpuprofile' | 'heapprofile', found: object): void {
  const file = foundFile(folder, process.pid, kind);
  writeFileSync(`${file}.part`, JSON.stringify(found));
  renameSync(`${file}.part`, file);
}
