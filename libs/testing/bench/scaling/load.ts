// The same closed loop of unary requests against any mesh, with whose CPU time they take.
import { requestSubject, type Verb } from '@router-mesh/contracts';
import type { LoadGenerator } from '../load/generator.ts';
import { cpuMs, type Pids } from '../measure.ts';
import { chatBody } from '../request.ts';

/** What came of a closed loop. */
export interface Answered {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly errors: number;
  /** CPU time of each process a request, µs; empty where the system does not tell. */
  readonly cpuUs: Readonly<Record<string, number>>;
}

export interface Asking {
  readonly url: string;
  readonly verb: Verb;
  readonly inFlight: number;
  readonly seconds: number;
  readonly pids: Pids;
}

/** Ask over and over, and measure. */
export async function ask(load: LoadGenerator, { url, verb, inFlight, seconds, pids }: Asking): Promise<Answered> {
  const before = read(pids);
  const report = await load.run({
    task: {
      kind: 'request',
      server: { url },
      subject: requestSubject(verb, 'demo'),
      body: chatBody('demo/echo'),
      expected: verb === 'decide' ? '"itinerary"' : '"usage_stored":true',
    },
    loop: { kind: 'closed', inFlight },
    seconds,
  });
  const after = read(pids);
  const { count, errors, times } = report;
  return {
    perSecond: count / report.seconds,
    p50Ms: times.latency.p50,
    p99Ms: times.latency.p99,
    p999Ms: times.latency.p999,
    errors,
    cpuUs: Object.fromEntries(
      Object.entries(after).map(([name, ms]) => [name, ((ms - (before[name] ?? 0)) / count) * 1000]),
    ),
  };
}

function read(pids: Pids): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pids).flatMap(([name, pid]) => {
      const ms = cpuMs(pid);
      return ms === undefined ? [] : [[name, ms] as const];
    }),
  );
}
