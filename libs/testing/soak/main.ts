// `npm run soak`: load, a kill every now and then, and a balance at the end. Exits with 1 when it does not hold.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { drawMemory } from './chart.ts';
import { readOptions, usage, type Options } from './options.ts';
import { formatReport, formatResult } from './report.ts';
import { soak } from './soak.ts';

const docs = join(import.meta.dirname, '../../../docs');

const options = readOptionsOrExit();
if (process.env['NATS_SERVER'] === undefined) throw new Error('NATS_SERVER is not set: run this by npm run soak');
const result = await soak(options, (line) => {
  process.stderr.write(`${process.stderr.isTTY ? styleText('dim', line) : line}\n`);
});
process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${formatResult(result)}\n`);
if (options.report) {
  const place = {
    at: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    node: process.versions.node,
  };
  writeFileSync(join(docs, 'soak.md'), formatReport(result, place));
  writeFileSync(join(docs, 'soak.svg'), drawMemory(result.curves, result.kills, options.durationMs));
}
process.exitCode = result.holds ? 0 : 1;

/** What cannot be understood is said in one line, with what can be. */
function readOptionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
}
