// Waits to a tenth of a millisecond: timers of the event loop go by whole milliseconds, longer than many an answer takes.
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Pace } from './open-loop.ts';

/** A thread that sleeps for us, and says when it is time. One waiter at a time. */
export class Pacer implements Pace {
  readonly #thread = new Worker(join(import.meta.dirname, 'pacer-thread.ts'));

  nowMs(): number {
    return performance.now();
  }

  async until(dueMs: number): Promise<void> {
    const leftMs = dueMs - performance.now();
    if (leftMs <= 0) return await turn();
    await new Promise<void>((resolve) => {
      this.#thread.once('message', () => resolve());
      // Each thread has a `performance.now()` of its own; this clock is common to both.
      this.#thread.postMessage(Number(process.hrtime.bigint()) / 1e6 + leftMs);
    });
  }
}
