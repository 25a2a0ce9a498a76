// The thread of the pacer: told a moment of the monotonic clock, ms, it sleeps until then and answers.
import { parentPort } from 'node:worker_threads';

const never = new Int32Array(new SharedArrayBuffer(4));

parentPort?.on('message', (dueMs: number) => {
  const leftMs = dueMs - Number(process.hrtime.bigint()) / 1e6;
  if (leftMs > 0) Atomics.wait(never, 0, 0, leftMs); // by the kernel's clock: about 50 µs late
  parentPort?.postMessage('due');
});
