/** The demo as a process: prints where it listens, stops on SIGTERM and SIGINT. */
import { startDemo } from './server.ts';
import { readSettings } from './settings.ts';

const demo = await startDemo(readSettings(process.env));
process.stdout.write(`${JSON.stringify({ demo: demo.url })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void demo.stop().then(() => process.exit(0)));
