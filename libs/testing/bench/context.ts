// What stands beside the table: the yardsticks in absolute numbers, whose CPU time a request takes, and every error. Pure.
import { cpuUs, p50, p99, rate } from './readings.ts';
import type { Measured, Sample, Samples } from './rounds.ts';
import { median } from './statistics.ts';
import type { WorkName } from './works.ts';

/** How many different faults of one work are told. */
const mostFaults = 3;

/** A way to an answer, at one in flight and at 32. */
export interface Yardstick {
  readonly way: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly ratePerSecond: number;
  /** At 32 in flight; the demo model and the load generator aside. */
  readonly cpuUs: number | undefined;
}

const ways = [
  ['direct', 'the model, called directly'],
  ['proxy', 'through a bare HTTP proxy'],
  ['responder', 'bare NATS request/reply'],
  ['bare', 'bare mesh'],
  ['decide', 'ours: decide'],
  ['ours', 'ours: chat'],
] as const;

export function yardsticksOf(samples: Samples): Yardstick[] {
  const measured = ways.filter(([name]) => samples.has(`${name} 1`) && samples.has(`${name} 32`));
  return measured.map(([name, way]) => {
    const middle = (work: WorkName, read: (sample: Sample) => number): number =>
      median((samples.get(work) ?? []).map(read));
    const cpu = middle(`${name} 32`, cpuUs);
    return {
      way,
      p50Ms: middle(`${name} 1`, p50),
      p99Ms: middle(`${name} 1`, p99),
      ratePerSecond: middle(`${name} 32`, rate),
      cpuUs: Number.isNaN(cpu) ? undefined : cpu,
    };
  });
}

/** CPU time of one unary request at 32 in flight, by process, µs. */
export interface CpuShares {
  readonly ours: Readonly<Record<string, number>>;
  readonly bare: Readonly<Record<string, number>>;
}

export function cpuSharesOf(samples: Samples): CpuShares {
  const shares = (work: WorkName): Record<string, number> => {
    const measured = samples.get(work) ?? [];
    const names = Object.keys(measured[0]?.cpuMs ?? {});
    return Object.fromEntries(
      names.map((name) => [name, median(measured.map(({ cpuMs, count }) => ((cpuMs[name] ?? 0) / count) * 1000))]),
    );
  };
  return { ours: shares('ours 32'), bare: shares('bare 32') };
}

/** Errors of one work over all rounds, the warm-up too. */
export interface Errors {
  readonly work: WorkName;
  readonly errors: number;
  readonly faults: readonly string[];
}

/** Only works that had any. */
export function errorsOf({ warmUp, samples }: Measured): Errors[] {
  return [...samples].flatMap(([work, counted]) => {
    const measured = [...(warmUp.get(work) ?? []), ...counted];
    const errors = measured.reduce((sum, sample) => sum + sample.errors, 0);
    const faults = new Set(measured.flatMap((sample) => sample.faults));
    return errors === 0 ? [] : [{ work, errors, faults: [...faults].slice(0, mostFaults) }];
  });
}
