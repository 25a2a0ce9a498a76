// Our mesh beside its yardsticks, on one machine, in one run. Prints a table; fails on nothing but a crash.
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { Bed, type Pids } from './bed.ts';
import { cpuSharesOf, errorsOf, yardsticksOf } from './context.ts';
import { residentMb } from './measure.ts';
import type { Options } from './options.ts';
import { rate } from './readings.ts';
import { measureRounds, type Sample } from './rounds.ts';
import { memoryRows, rowsOf, type Memory } from './rows.ts';
import { formatCpuShares, formatErrors, formatRows, formatValue, formatYardsticks } from './table.ts';
import { worksOf, type Work } from './works.ts';

/** How long after its start a process counts as idle. */
const settleMs = 1500;

/** The suite without a name. */
export async function benchMesh(options: Options): Promise<void> {
  const { rounds, seconds } = options;
  const [loadBefore = 0] = loadavg();
  say('starting our mesh, the bare mesh and the yardsticks');
  await using bed = await Bed.start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void bed[Symbol.asyncDispose]().then(() => process.exit(1)));
  await sleep(settleMs);
  const idle = memory();
  const works = worksOf(bed).filter(({ name }) => options.only.test(name));
  const measured = await measureRounds(bed, works, options, progress);
  const { samples } = measured;

  const versions = { node: process.versions.node, nats: await natsVersion(), cores: availableParallelism() };
  const results = {
    at: new Date().toISOString(),
    ...versions,
    rounds,
    seconds,
    loadBefore,
    rows: [...rowsOf(samples), ...memoryRows(idle)],
    yardsticks: yardsticksOf(samples),
    cpuUs: cpuSharesOf(samples),
    memoryMb: { idle, afterLoad: memory() },
    errors: errorsOf(measured),
    troubles: bed.troubles,
    samples: Object.fromEntries(samples),
  };
  writeFileSync(options.out, `${JSON.stringify(results, undefined, 2)}\n`);
  process.stdout.write(options.json ? `${JSON.stringify(results)}\n` : `${report()}\n`);

  function report(): string {
    const paint = (text: string, met: boolean): string =>
      process.stdout.isTTY ? styleText(met ? 'green' : 'yellow', text) : text;
    const { ours, bare } = results.memoryMb.afterLoad;
    const afterLoad = Object.entries({ ...ours, 'first stop': bare['first stop'], 'second stop': bare['second stop'] });
    const troubles =
      bed.troubles.length === 0 ? [] : [`our services complained:\n  ${bed.troubles.slice(0, 5).join('\n  ')}`];
    return [
      '',
      formatRows(results.rows, paint),
      '',
      formatYardsticks(results.yardsticks),
      '',
      formatCpuShares(results.cpuUs),
      `memory after the load: ${afterLoad.map(([name, mb]) => `${name} ${formatValue(mb, 'MB')}`).join(', ')}`,
      formatErrors(results.errors),
      ...troubles,
      `medians of ${rounds} rounds of ${seconds} s; Node ${versions.node}, nats-server ${versions.nats}`,
      `${versions.cores} cores, shared by everything above: services, nats-servers, demo model and load generator; load average before the start ${loadBefore.toFixed(2)}`,
    ].join('\n');
  }

  function memory(): { readonly ours: Memory; readonly bare: Memory } {
    const resident = (pids: Pids): Memory =>
      Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, residentMb(pid)]));
    return { ours: resident(bed.ours), bare: resident(bed.bareMesh) };
  }

  async function natsVersion(): Promise<string> {
    const nc = await bed.mesh.nats.connect();
    const version = nc.info?.version ?? '';
    await nc.close();
    return version;
  }

  function progress(round: number, { name }: Work, sample: Sample): void {
    const head = round === 0 ? 'warm-up' : `round ${round}/${rounds}`;
    const bad = sample.errors === 0 ? '' : `  ${sample.errors} errors: ${sample.faults[0] ?? ''}`;
    say(
      `${head.padEnd(10)}  ${name.padEnd(22)}  ${formatValue(rate(sample), '/s').padStart(9)}  p50 ${formatValue(sample.latencyMs.p50, 'ms')}${bad}`,
    );
  }
}

function say(line: string): void {
  process.stderr.write(`${process.stderr.isTTY ? styleText('dim', line) : line}\n`);
}
