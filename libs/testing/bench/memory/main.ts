// Memory of each process over minutes of a steady load: half of what our mesh carries, whole answers and streams.
import { setTimeout as sleep } from 'node:timers/promises';
import { Bed } from '../bed.ts';
import { LoadGenerator } from '../load/generator.ts';
import type { Order, Report } from '../load/order.ts';
import { closedWorks, type ClosedName } from '../mesh/works.ts';
import type { Options } from '../options.ts';
import { ResidentSampler, type ResidentSeries } from '../resident.ts';
import { headingOf, machineLoad, writeResults, type Heading } from '../results.ts';
import type { Row } from '../rows.ts';
import { formatHeading, paintMet, say } from '../say.ts';
import { formatErrors, formatRows } from '../table.ts';
import type { Errors } from '../work-results.ts';
import { formatTrends, memoryTrendRows } from './rows.ts';

/** What the suite writes. */
export interface MemoryResults extends Heading {
  readonly minutes: number;
  readonly rows: readonly Row[];
  readonly series: ResidentSeries;
  readonly offered: Readonly<Record<string, number>>;
  readonly answered: Readonly<Record<string, number>>;
  readonly errors: readonly Errors[];
  readonly troubles: readonly string[];
}

/** Of what each carries alone; together they offer half. */
const share = 0.25;
/** How long nothing is asked before: what the processes take at rest. */
const settleMs = 1500;
const carriers = ['ours 32', 'ours streams 16'] as const satisfies readonly ClosedName[];

export async function benchMemory(options: Options): Promise<void> {
  const { minutes, seconds, out, json } = options;
  const loadBefore = machineLoad();
  say('starting our mesh');
  await using bed = await Bed.start();
  // Two generators: one carries out an order at a time.
  using second = new LoadGenerator();
  await sleep(settleMs);
  using residents = new ResidentSampler(bed.ours);
  const works = closedWorks(bed);
  const orders = new Map<ClosedName, Order>();
  for (const name of carriers) {
    const work = works.find((one) => one.name === name);
    if (work === undefined || work.loop.kind !== 'closed') throw new Error(`there is no closed loop "${name}"`);
    const { count, seconds: took } = await bed.load.run({ task: work.task, loop: work.loop, seconds });
    const ratePerSecond = (count / took) * share;
    say(`${name}: ${(count / took).toFixed(0)}/s; offering ${ratePerSecond.toFixed(0)}/s for ${minutes} minutes`);
    orders.set(name, { task: work.task, loop: { kind: 'open', ratePerSecond, seed: 1 }, seconds: minutes * 60 });
  }
  const generators = [bed.load, second];
  const reports = await Promise.all(
    [...orders].map(async ([name, order], index): Promise<readonly [ClosedName, Report | undefined]> => [
      name,
      await generators[index]?.run(order),
    ]),
  );

  const { series } = residents;
  const errors = reports.flatMap(([work, report]): Errors[] =>
    report === undefined || report.errors === 0 ? [] : [{ work, errors: report.errors, faults: report.faults }],
  );
  const failed = errors.reduce((sum, { errors: count }) => sum + count, 0);
  const results: MemoryResults = {
    ...(await headingOf({ rounds: 0, seconds }, bed.mesh.nats, loadBefore)),
    minutes,
    rows: memoryTrendRows(series, failed),
    series,
    offered: Object.fromEntries(reports.map(([name, report]) => [name, report?.open?.ratePerSecond ?? 0])),
    answered: Object.fromEntries(reports.map(([name, report]) => [name, report?.count ?? 0])),
    errors,
    troubles: bed.troubles,
  };
  writeResults(out, results);
  process.stdout.write(json ? `${JSON.stringify(results)}\n` : `${formatMemory(results)}\n`);
}

function formatMemory({ series, rows, errors, troubles, minutes, ...heading }: MemoryResults): string {
  return [
    '',
    formatTrends(series),
    '',
    formatRows(rows, paintMet),
    '',
    formatErrors(errors),
    ...(troubles.length === 0 ? [] : [`our services complained:\n  ${troubles.slice(0, 5).join('\n  ')}`]),
    `${minutes} minutes of load; ${formatHeading(heading)}`,
  ].join('\n');
}
