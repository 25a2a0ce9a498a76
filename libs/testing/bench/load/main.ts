// The load generator: a process of its own, the same for everything that is measured. Takes orders from its parent, one at a time.
import { repeat } from './closed-loop.ts';
import type { Once } from './once.ts';
import { offer } from './open-loop.ts';
import type { OpenReport, Order, Report, Task } from './order.ts';
import { Pacer } from './pacer.ts';
import { pool, Recorder } from './recorder.ts';
import { poissonSchedule } from './schedule.ts';
import { readFrames } from './streams.ts';
import { httpRequest, natsRequest } from './unary.ts';

const pacer = new Pacer();
process.on('message', (order: Order) => void carryOut(order).then((report) => process.send?.(report)));
process.on('disconnect', () => process.exit(0));

async function carryOut(order: Order): Promise<Report> {
  const { task, series } = order;
  const recorder = new Recorder();
  const once = await onceOf(task, recorder);
  const started = performance.now();
  const open = await loop(order, once, recorder);
  const seconds = (performance.now() - started) / 1000;
  const { count, errors, faults, times, streams, frames, lost } = recorder;
  return {
    count,
    errors,
    faults: [...faults],
    seconds,
    times,
    ...(series !== undefined && { pooled: pool(series, recorder) }),
    ...(task.kind === 'frames' && { stream: { framesAStream: streams === 0 ? 0 : frames / streams, lost } }),
    ...(open !== undefined && { open }),
  };
}

async function onceOf(task: Task, recorder: Recorder): Promise<Once> {
  switch (task.kind) {
    case 'http':
      return httpRequest(task);
    case 'request':
      return await natsRequest(task);
    case 'frames':
      return await readFrames(task, recorder);
  }
}

async function loop({ loop, seconds }: Order, once: Once, recorder: Recorder): Promise<OpenReport | undefined> {
  if (loop.kind === 'closed') {
    await repeat(once, loop, seconds, recorder);
    return undefined;
  }
  const due = poissonSchedule(loop.ratePerSecond, seconds, loop.seed);
  return { ratePerSecond: loop.ratePerSecond, ...(await offer(once, due, pacer, recorder)) };
}
