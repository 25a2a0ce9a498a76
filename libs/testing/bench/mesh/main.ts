// Our mesh beside its yardsticks, on one machine, in one run. Prints tables; fails on nothing but a crash.
import { setTimeout as sleep } from 'node:timers/promises';
import { Bed } from '../bed.ts';
import { residentMb, type Pids } from '../measure.ts';
import type { Options } from '../options.ts';
import { rate } from '../readings.ts';
import { ResidentSampler, type ResidentSeries } from '../resident.ts';
import { headingOf, machineLoad, writeResults, type Heading } from '../results.ts';
import { measureRounds, type Samples, type Work } from '../rounds.ts';
import type { Row } from '../rows.ts';
import { formatHeading, paintMet, say, sayRounds } from '../say.ts';
import { median } from '../statistics.ts';
import { formatErrors, formatRows, formatValue } from '../table.ts';
import { errorsOf, joined, workResults, type Errors, type WorkResult } from '../work-results.ts';
import { memoryRows, rowsOf, type Memory } from './rows.ts';
import { formatCpu, formatLatencies, formatYardsticks } from './tables.ts';
import { closedWorks, offered, openWork, type OpenName, type WorkName } from './works.ts';

/** How long after its start a process counts as idle. */
const settleMs = 1500;
/** How much is offered in open loops, of what the slower of two carried in a closed one. */
const share = 0.5;
/** An open loop takes so many times longer than a closed one: its tails are what it is for. */
const openTimes = 2;

/** What the suite writes. */
export interface MeshResults extends Heading {
  readonly rows: readonly Row[];
  readonly works: readonly WorkResult[];
  readonly memoryMb: { readonly idle: SidesMemory; readonly afterLoad: SidesMemory; readonly series: ResidentSeries };
  readonly errors: readonly Errors[];
  /** What our services complained of. */
  readonly troubles: readonly string[];
}

interface SidesMemory {
  readonly ours: Memory;
  readonly bare: Memory;
}

export async function benchMesh(options: Options): Promise<void> {
  const { rounds, seconds, only } = options;
  const loadBefore = machineLoad();
  say('starting our mesh, the bare mesh and the yardsticks');
  await using bed = await Bed.start();
  await sleep(settleMs);
  const idle = memoryOf(bed);
  using residents = new ResidentSampler({ ...bed.ours, ...prefixed('bare ', bed.bareMesh), ...bed.shared });

  const pairs = offered.filter(({ of }) => of.some((way) => only.test(`${way} open`)));
  // What is offered hangs on what was carried.
  const needed = pairs.flatMap(({ of, inFlight }) => of.map((way) => `${way} ${inFlight}`));
  const closed = closedWorks(bed).filter(({ name }) => only.test(name) || needed.includes(name));
  const carried = await measureRounds(bed, closed, { rounds, seconds }, sayRounds(rounds));
  const open = pairs.flatMap(({ of, inFlight }): Work<OpenName>[] => {
    const slower = Math.min(...of.map((way) => middleRate(carried.samples, `${way} ${inFlight}`)));
    return slower > 0 ? of.map((way) => openWork(bed, way, slower * share)) : [];
  });
  const waited = await measureRounds(bed, open, { rounds, seconds: seconds * openTimes }, sayRounds(rounds));
  const measured = joined<WorkName>(carried, waited);

  const results: MeshResults = {
    ...(await headingOf(options, bed.mesh.nats, loadBefore)),
    rows: [...rowsOf(measured.samples), ...memoryRows(idle)],
    works: workResults(measured),
    memoryMb: { idle, afterLoad: memoryOf(bed), series: residents.series },
    errors: errorsOf(measured),
    troubles: bed.troubles,
  };
  writeResults(options.out, results);
  process.stdout.write(options.json ? `${JSON.stringify(results)}\n` : `${format(results)}\n`);
}

function format({ rows, works, memoryMb, errors, troubles, ...heading }: MeshResults): string {
  const { ours, bare } = memoryMb.afterLoad;
  const afterLoad = Object.entries({ ...ours, 'first stop': bare['first stop'], 'second stop': bare['second stop'] });
  return [
    '',
    formatRows(rows, paintMet),
    '',
    ...[formatLatencies(works), formatYardsticks(works), formatCpu(works)].flatMap((table) =>
      table === '' ? [] : [table, ''],
    ),
    `memory after the load: ${afterLoad.map(([name, mb]) => `${name} ${formatValue(mb, 'MB')}`).join(', ')}`,
    formatErrors(errors),
    ...(troubles.length === 0 ? [] : [`our services complained:\n  ${troubles.slice(0, 5).join('\n  ')}`]),
    formatHeading(heading),
  ].join('\n');
}

function memoryOf({ ours, bareMesh }: Bed): SidesMemory {
  const resident = (pids: Pids): Memory =>
    Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, residentMb(pid)]));
  return { ours: resident(ours), bare: resident(bareMesh) };
}

function prefixed(prefix: string, pids: Pids): Pids {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [prefix + name, pid]));
}

/** Answers a second, the median over the rounds; 0 when there were none. */
function middleRate(samples: Samples, name: string): number {
  return median((samples.get(name) ?? []).map(rate)) || 0;
}
