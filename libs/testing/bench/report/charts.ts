// The pictures of docs/performance.md, from results. Pure.
import type { MemoryResults } from '../memory/main.ts';
import { cpuOf, ways } from '../mesh/tables.ts';
import { sharedProcesses } from '../readings.ts';
import { formatValue } from '../table.ts';
import type { WorkResult } from '../work-results.ts';
import { drawBars, type Bar } from './bars.ts';
import { drawLines } from './lines.ts';
import { drawTails, type TailedRow } from './tails.ts';

/** Works that are compared with each other, by name; what was not measured is left out. */
const sideBySide = [
  ['direct 32', 'proxy 32', 'bare 32', 'ours 32'],
  ['bare framed 32', 'ours framed 32'],
  ['responder 32', 'two stops 32', 'decide 32'],
  ['bare streams 16', 'ours streams 16'],
];

export function drawThroughput(works: readonly WorkResult[]): string {
  return drawBars(
    'answers a second of our mesh beside its yardsticks',
    groupsOf(works, (work): Bar[] => {
      const { name, ratePerSecond } = work;
      if (ratePerSecond === undefined) return [];
      const side = isOurs(name) ? 'ours' : 'yardstick';
      return [{ label: labelOf(name), parts: { [side]: ratePerSecond }, said: formatValue(ratePerSecond, '/s') }];
    }),
  );
}

/** Of requests; what a stream takes would make all else too small to see. */
export function drawCpu(works: readonly WorkResult[]): string {
  const whole = works.filter(({ name }) => !name.includes('streams'));
  return drawBars(
    'CPU time of a request by process',
    groupsOf(whole, (work): Bar[] => {
      const cpu = cpuOf(work);
      if (cpu === undefined) return [];
      const parts = Object.entries(work.cpuUs).filter(([process]) => !sharedProcesses.includes(process));
      return [{ label: labelOf(work.name), parts: Object.fromEntries(parts), said: formatValue(cpu, 'us') }];
    }),
  );
}

export function drawLatencies(works: readonly WorkResult[]): string {
  const rows = works.flatMap(({ name, times }): TailedRow[] => {
    if (!name.endsWith(' open') || times === undefined) return [];
    const side = isOurs(name) ? 'ours' : 'yardstick';
    const ofStream = times.first === undefined ? '' : ', first delta';
    return [{ label: labelOf(name) + ofStream, side, spread: times.first ?? times.latency }];
  });
  return drawTails('latencies of requests offered at the same rate: p50, p99 and p99.9', rows);
}

export function drawMemory({ series }: MemoryResults): string {
  return drawLines('resident memory of each process under a steady load', {
    everyMs: series.everyMs,
    values: series.mb,
    unit: 'MB',
  });
}

function groupsOf(works: readonly WorkResult[], barsOf: (work: WorkResult) => Bar[]): Bar[][] {
  const groups = sideBySide.map((names) =>
    names.flatMap((name) => works.filter((work) => work.name === name).flatMap(barsOf)),
  );
  return groups.filter((group) => group.length > 0);
}

function isOurs(name: string): boolean {
  return /^(ours|decide)/.test(name);
}

/** `ours: chat, in frames` of `ours framed 32`. */
function labelOf(name: string): string {
  const way = name.replace(/ (\d+|open)$/, '');
  return ways[way as keyof typeof ways] ?? way;
}
