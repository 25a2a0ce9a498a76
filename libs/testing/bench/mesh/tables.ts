// What stands beside the main table: every yardstick in absolute numbers, latencies at an offered rate, and whose CPU time a request takes. Pure.
import { sharedProcesses } from '../readings.ts';
import { alignTable, formatValue } from '../table.ts';
import type { WorkResult } from '../work-results.ts';

/** Ways to an answer, by the names of their works. */
export const ways = {
  direct: 'the model, called directly',
  proxy: 'through a bare HTTP proxy',
  responder: 'bare NATS request/reply',
  'two stops': 'bare two-stop itinerary',
  bare: 'bare mesh',
  'bare framed': 'bare mesh, in frames',
  'bare streams': 'bare mesh, streams of 100',
  decide: 'ours: decide',
  ours: 'ours: chat',
  'ours framed': 'ours: chat, in frames',
  'ours streams': 'ours: streams of 100',
} as const;

/** Whole answers at one in flight and at 32. */
export function formatYardsticks(works: readonly WorkResult[]): string {
  const lines = Object.entries(ways).flatMap(([way, told]) => {
    const one = works.find(({ name }) => name === `${way} 1`);
    const many = works.find(({ name }) => name === `${way} 32`);
    if (one === undefined || many === undefined) return [];
    const cells = [
      formatValue(one.p50Ms, 'ms'),
      formatValue(one.p99Ms, 'ms'),
      formatValue(one.times?.latency.p999, 'ms'),
    ];
    return [[told, ...cells, formatValue(many.ratePerSecond, '/s'), formatValue(cpuOf(many), 'us')]];
  });
  if (lines.length === 0) return '';
  const head = ['way to an answer', 'p50 at 1', 'p99 at 1', 'p99.9 at 1', 'rate at 32', 'CPU at 32'];
  return alignTable([head, ...lines], [1, 2, 3, 4, 5]);
}

/** Latencies of the open loop, all rounds together; of streams also to their first delta. */
export function formatLatencies(works: readonly WorkResult[]): string {
  const lines = works.flatMap(({ name, times, open }) => {
    if (times === undefined || open === undefined) return [];
    const told = ways[name.replace(/ open$/, '') as keyof typeof ways];
    const { latency, first } = times;
    return [
      ...(first === undefined ? [] : [[`${told}: to the first delta`, first] as const]),
      [first === undefined ? told : `${told}: whole`, latency] as const,
    ].map(([what, { count, p50, p99, p999, max }]) => [
      what,
      formatValue(open.ratePerSecond, '/s'),
      ...[p50, p99, p999, max].map((ms) => formatValue(ms, 'ms')),
      formatValue(count, ''),
      formatValue(open.late, ''),
      formatValue(open.unanswered, ''),
    ]);
  });
  if (lines.length === 0) return '';
  const head = ['at an offered rate', 'offered', 'p50', 'p99', 'p99.9', 'max', 'of times', 'sent late', 'unanswered'];
  return alignTable([head, ...lines], [1, 2, 3, 4, 5, 6, 7, 8]);
}

/** CPU time of a request by process, of every work. */
export function formatCpu(works: readonly WorkResult[]): string {
  const lines = works.flatMap((work) => {
    const own = Object.entries(work.cpuUs).filter(([process]) => !sharedProcesses.includes(process));
    if (own.length === 0) return [];
    return [
      [work.name, formatValue(cpuOf(work), 'us'), own.map(([process, us]) => `${process} ${us.toFixed(0)}`).join(', ')],
    ];
  });
  if (lines.length === 0) return '';
  return alignTable([['CPU a request', 'all', 'by process, µs'], ...lines], [1]);
}

/** CPU time of all processes but the shared ones, µs a request; undefined where there are none, or the system does not tell. */
export function cpuOf({ cpuUs }: WorkResult): number | undefined {
  const own = Object.entries(cpuUs).filter(([process]) => !sharedProcesses.includes(process));
  return own.length === 0 ? undefined : own.reduce((sum, [, us]) => sum + us, 0);
}
