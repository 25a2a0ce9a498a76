// What is kept of each work: its middle numbers, the times of all rounds together, and each round in a few. Pure.
import type { OpenReport, StreamReport, Times } from './load/order.ts';
import { p50, p99, pooled, rate } from './readings.ts';
import { told } from './rows.ts';
import type { Measured, Sample } from './rounds.ts';
import { median } from './statistics.ts';

/** How many different faults of one work are told. */
const mostFaults = 3;

/** What cannot be told is absent. */
export interface WorkResult {
  readonly name: string;
  /** Whole answers, in all rounds. */
  readonly count: number;
  /** Medians over the rounds. */
  readonly ratePerSecond?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** All rounds together. */
  readonly times?: Times;
  /** By process, µs a request: medians over the rounds. */
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly stream?: StreamReport;
  readonly open?: OpenReport;
  /** Round by round. */
  readonly rounds: { readonly ratePerSecond: readonly number[]; readonly p50Ms: readonly number[] };
}

export function workResults({ samples }: Measured): WorkResult[] {
  return [...samples].map(([name, measured]) => workResult(name, measured));
}

function workResult(name: string, measured: readonly Sample[]): WorkResult {
  const middle = (read: (sample: Sample) => number): number => median(measured.map(read));
  const total = (read: (sample: Sample) => number | undefined): number =>
    measured.reduce((sum, sample) => sum + (read(sample) ?? 0), 0);
  const times = pooled(measured);
  const processes = Object.keys(measured[0]?.cpuMs ?? {});
  const cpuUs = (process: string): number => middle(({ cpuMs, count }) => ((cpuMs[process] ?? 0) / count) * 1000);
  const [{ stream, open } = {}] = measured;
  return {
    name,
    count: total(({ count }) => count),
    ...told('ratePerSecond', middle(rate)),
    ...told('p50Ms', middle(p50)),
    ...told('p99Ms', middle(p99)),
    ...(times !== undefined && { times }),
    cpuUs: Object.assign({}, ...processes.map((process) => told(process, cpuUs(process)))) as Record<string, number>,
    ...(stream && {
      stream: {
        framesAStream: middle((sample) => sample.stream?.framesAStream ?? Number.NaN),
        lost: total((sample) => sample.stream?.lost),
      },
    }),
    ...(open && {
      open: {
        ratePerSecond: open.ratePerSecond,
        sent: total((sample) => sample.open?.sent),
        late: total((sample) => sample.open?.late),
        unanswered: total((sample) => sample.open?.unanswered),
      },
    }),
    rounds: { ratePerSecond: measured.map(rate), p50Ms: measured.map(p50) },
  };
}

/** Errors of one work over all rounds, the warm-up too. */
export interface Errors {
  readonly work: string;
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

/** What two runs of rounds measured, as one: the works of one are not those of the other. */
export function joined<Name extends string>(...all: readonly Measured<Name>[]): Measured<Name> {
  return {
    warmUp: new Map(all.flatMap(({ warmUp }) => [...warmUp])),
    samples: new Map(all.flatMap(({ samples }) => [...samples])),
  };
}
