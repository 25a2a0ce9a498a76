// From samples to what each feature costs, by process. Pure.
import { cpuUs, sharedProcesses } from '../readings.ts';
import { told } from '../rows.ts';
import type { Sample, Samples } from '../rounds.ts';
import { median } from '../statistics.ts';
import { alignTable, formatSigned, formatValue } from '../table.ts';

/** CPU time of a request, µs; what the system does not tell is absent. */
export interface Cost {
  readonly feature: string;
  /** What it is held against. */
  readonly to: string;
  readonly withoutUs?: number;
  readonly withUs?: number;
  /** The median over the rounds of what it costs more, µs. */
  readonly addedUs?: number;
  readonly addedByProcess: Readonly<Record<string, number>>;
  /** Either had errors: the numbers tell nothing. */
  readonly errors: boolean;
}

/** @param features each with what it is held against; a work called `<to> beside <feature>` goes before one called `<to>` */
export function costsOf(features: readonly (readonly [feature: string, to: string])[], samples: Samples): Cost[] {
  return features.flatMap(([feature, to]) => {
    const on = samples.get(feature);
    const off = samples.get(`${to} beside ${feature}`) ?? samples.get(to);
    return on === undefined || off === undefined ? [] : [costOf(feature, to, on, off)];
  });
}

function costOf(feature: string, to: string, on: readonly Sample[], off: readonly Sample[]): Cost {
  const added = (read: (sample: Sample) => number): number =>
    median(on.map((sample, round) => read(sample) - readAt(off, round, read)));
  const processes = Object.keys(on[0]?.cpuMs ?? {}).filter((process) => !sharedProcesses.includes(process));
  const ofProcess =
    (process: string) =>
    ({ cpuMs, count }: Sample) =>
      ((cpuMs[process] ?? 0) / count) * 1000;
  return {
    feature,
    to,
    ...told('withoutUs', median(off.map(cpuUs))),
    ...told('withUs', median(on.map(cpuUs))),
    ...told('addedUs', added(cpuUs)),
    addedByProcess: Object.assign(
      {},
      ...processes.map((process) => told(process, added(ofProcess(process)))),
    ) as Record<string, number>,
    errors: [...on, ...off].some(({ errors }) => errors > 0),
  };
}

function readAt(samples: readonly Sample[], round: number, read: (sample: Sample) => number): number {
  const sample = samples[round];
  return sample === undefined ? Number.NaN : read(sample);
}

export function formatCosts(costs: readonly Cost[]): string {
  const processes = [...new Set(costs.flatMap(({ addedByProcess }) => Object.keys(addedByProcess)))];
  const lines = costs.map(({ feature, to, withoutUs, withUs, addedUs, addedByProcess, errors }) => [
    feature,
    to,
    formatValue(withoutUs, 'us'),
    formatValue(withUs, 'us'),
    errors ? 'errors' : formatSigned(addedUs, 'us'),
    ...processes.map((process) => formatSigned(addedByProcess[process], 'us')),
  ]);
  const head = ['feature', 'against', 'without', 'with', 'added', ...processes];
  return alignTable([head, ...lines], [2, 3, 4, ...processes.map((_, index) => index + 5)]);
}
