// From the memory of processes over time to rows and a table. Pure.
import type { ResidentSeries } from '../resident.ts';
import { atMost, judge, told, type Row } from '../rows.ts';
import { alignTable, formatValue } from '../table.ts';
import { trendOf } from './trend.ts';

/** A heap breathes: what a line through the second half rises by from its start to its end may be chance, MB. The longer the run, the finer it judges. */
const breathingMb = 5;

/** A row for each process. Ours are judged; nats-server keeps what JetStream holds. */
export function memoryTrendRows({ everyMs, mb }: ResidentSeries, errors: number): Row[] {
  return Object.entries(mb).map(([process, samples]) => {
    const slope = trendOf(samples, everyMs).slopeMbAMinute;
    const halfMinutes = (samples.length * everyMs) / 2 / 60_000;
    const row: Row = {
      work: `memory under load: ${process}`,
      unit: 'MB/min',
      against: '',
      judged: 'value',
      ...told('ours', slope),
      ...told('result', slope),
    };
    if (!ours.includes(process)) return row;
    return judge(row, atMost(breathingMb / halfMinutes), errors > 0);
  });
}

const ours = ['policy', 'provider'];

export function formatTrends({ everyMs, mb }: ResidentSeries): string {
  const lines = Object.entries(mb).map(([process, samples]) => {
    const { startMb, endMb, maxMb, slopeMbAMinute } = trendOf(samples, everyMs);
    return [
      process,
      ...[startMb, endMb, maxMb].map((value) => formatValue(value, 'MB')),
      formatValue(slopeMbAMinute, 'MB/min'),
    ];
  });
  return alignTable([['process', 'at rest', 'at the end', 'most', 'slope of the second half'], ...lines], [1, 2, 3, 4]);
}
