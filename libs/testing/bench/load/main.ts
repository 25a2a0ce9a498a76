// The load generator: a process of its own, the same for everything that is measured. Takes orders from its parent, one at a time.
import { repeat } from './loop.ts';
import type { Order, Report } from './order.ts';
import { readStreams } from './streams.ts';
import { httpRequest, natsRequest } from './unary.ts';

process.on('message', (order: Order) => void carryOut(order).then((report) => process.send?.(report)));
process.on('disconnect', () => process.exit(0));

async function carryOut({ task, ...size }: Order): Promise<Report> {
  switch (task.kind) {
    case 'http':
      return await repeat(httpRequest(task), size);
    case 'request':
      return await repeat(await natsRequest(task), size);
    case 'stream': {
      const reading = await readStreams(task);
      const report = await repeat(reading.once, size);
      return { ...report, stream: reading.report() };
    }
  }
}
