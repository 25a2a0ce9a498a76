// `npm run bench -- profile 'ours 32'`: where the processes of one work of the mesh spend their time, what they allocate, and how late their event loops are.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { poll } from '../../src/index.ts';
import { Bed } from '../bed.ts';
import type { Report } from '../load/order.ts';
import { closedWorks } from '../mesh/works.ts';
import type { Options } from '../options.ts';
import { say } from '../say.ts';
import { alignTable } from '../table.ts';
import { allocations, type HeapProfile } from './allocations.ts';
import { foundFile, type Loop } from './found.ts';
import { hotSpots, type CpuProfile } from './hot-spots.ts';
import type { Ranking } from './ranking.ts';

/** How many lines of each ranking are shown. */
const shown = 30;
const warmUpSeconds = 3;

export async function profile({ named: name = 'ours 32', seconds }: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'router-mesh-profile-'));
  const probe = pathToFileURL(join(import.meta.dirname, 'probe.ts')).href;
  await using bed = await Bed.start({
    environment: { NODE_OPTIONS: `--import ${probe}`, PROFILE_FOLDER: folder },
    fromSources: true, // for the names of files
  });
  const works = closedWorks(bed);
  const work = works.find((candidate) => candidate.name === name);
  if (work === undefined)
    throw new Error(`no work "${name}"; there are ${works.map((each) => `"${each.name}"`).join(', ')}`);
  const { task, loop, pids } = work;
  if (loop.kind !== 'closed') throw new Error('only closed loops are profiled');
  const processes = Object.entries(pids).filter(([process]) => process !== 'nats-server'); // not Node
  const run = (forSeconds: number): Promise<Report> => bed.load.run({ task, loop, seconds: forSeconds });
  const signal = (): void => {
    for (const [, pid] of processes) process.kill(pid, 'SIGUSR2');
  };

  await run(warmUpSeconds);
  say('CPU time, event loops and garbage');
  signal();
  const timed = await run(seconds);
  signal();
  await found('cpuprofile');
  say('allocations');
  signal();
  const allocated = await run(seconds);
  signal();
  await found('heapprofile');

  const { count, errors, faults } = timed;
  if (count === 0) throw new Error(`no request was answered: ${faults.join('; ')}`);
  print(`${name}: ${count} in ${timed.seconds.toFixed(1)} s, ${errors} errors; profiles in ${folder}`);
  for (const [service, pid] of processes) {
    const { busyUs, byPackage, bySelf, byTotal } = hotSpots(read<CpuProfile>(pid, 'cpuprofile'));
    const memory = allocations(read<HeapProfile>(pid, 'heapprofile'));
    print(
      `\n${service}: busy ${(busyUs / count).toFixed(0)} µs a request; ${formatLoop(read<Loop>(pid, 'loop'), count)}`,
    );
    print(`${service}: allocates ${(memory.bytes / allocated.count / 1000).toFixed(1)} kB a request`);
    const time = { unit: 'µs a request', each: count };
    const bytes = { unit: 'bytes a request', each: allocated.count };
    print(formatRanking('by package', byPackage, time));
    print(formatRanking('by function, itself', bySelf, time));
    print(formatRanking('by function, with what it calls', byTotal, time));
    print(formatRanking('allocated by package', memory.byPackage, bytes));
    print(formatRanking('allocated by function, itself', memory.bySelf, bytes));
  }

  async function found(kind: 'cpuprofile' | 'heapprofile'): Promise<void> {
    for (const [service, pid] of processes)
      await poll(`the ${kind} of ${service}`, () => existsSync(foundFile(folder, pid, kind)) || undefined);
  }

  function read<Found>(pid: number, kind: 'loop' | 'cpuprofile' | 'heapprofile'): Found {
    return JSON.parse(readFileSync(foundFile(folder, pid, kind), 'utf8')) as Found;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function formatLoop({ delayMs, pausesMs }: Loop, count: number): string {
  const { p50, p99, max } = delayMs;
  const pauses = pausesMs.reduce((sum, ms) => sum + ms, 0);
  return [
    `event loop late by ${p50.toFixed(2)} ms p50, ${p99.toFixed(2)} p99, ${max.toFixed(2)} max`,
    `${pausesMs.length} collections of garbage, ${((pauses * 1000) / count).toFixed(1)} µs a request, the longest ${Math.max(0, ...pausesMs).toFixed(2)} ms`,
  ].join('; ');
}

function formatRanking(
  title: string,
  ranking: Ranking,
  { unit, each }: { readonly unit: string; readonly each: number },
): string {
  const lines = ranking.slice(0, shown).map(([entry, amount]) => [entry, (amount / each).toFixed(1)]);
  return `\n${alignTable([[title, unit], ...lines], [1])}`;
}
