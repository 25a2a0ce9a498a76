// What of our mesh is held against what: the works and targets of docs/performance.md. Pure.
import { addedP50, cpuUs, firstDeltaMs, gapsP99Ms, lostDeltas, p50, p99, rate } from '../readings.ts';
import type { Samples } from '../rounds.ts';
import { atLeast, atMost, compare, judge, told, type Comparison, type Row } from '../rows.ts';
import type { WorkName } from './works.ts';

const mesh = { against: 'bare mesh', judged: 'ratio' } as const;
const one = { ...mesh, of: 'ours 1', to: 'bare 1', unit: 'ms', tail: 'latency' } as const;
const many = { ...mesh, of: 'ours 32', to: 'bare 32' } as const;
const framedOne = { ...one, of: 'ours framed 1', to: 'bare framed 1' } as const;
const framedMany = { ...mesh, of: 'ours framed 32', to: 'bare framed 32' } as const;
const decideMany = { of: 'decide 32', to: 'responder 32', against: 'bare responder', judged: 'ratio' } as const;
const streams = { against: 'bare mesh', of: 'ours streams 16', to: 'bare streams 16' } as const;
const paced = { ...streams, of: 'ours paced streams 16', to: 'bare paced streams 16' } as const;
const first = { judged: 'difference', unit: 'ms', read: firstDeltaMs, tail: 'first', target: atMost(1) } as const;
const gaps = { judged: 'difference', unit: 'ms', read: gapsP99Ms, tail: 'gap', target: atMost(2) } as const;
const lost = { judged: 'value', unit: '', read: lostDeltas, target: atMost(0) } as const;
const ofStreams = 'streams of 100, 16 in flight';
const ofPaced = 'streams of 100, 5 ms apart';
const offered = { judged: 'ratio', unit: 'ms', read: p50, tail: 'latency' } as const;

const comparisons: readonly Comparison<WorkName>[] = [
  { ...one, work: 'unary, 1 in flight: added p50', read: addedP50, target: atMost(1.3) },
  { ...one, work: 'unary, 1 in flight: p50', read: p50 },
  { ...one, work: 'unary, 1 in flight: p99', read: p99 },
  { ...many, work: 'unary, 32 in flight', unit: '/s', read: rate, target: atLeast(0.7) },
  { ...many, work: 'unary, 32 in flight: CPU a request', unit: 'us', read: cpuUs, target: atMost(1.2) },
  { ...mesh, ...offered, work: 'unary, offered half: p50', of: 'ours open', to: 'bare open' },
  { ...framedOne, work: 'unary in frames, 1 in flight: p50', read: p50 },
  { ...framedMany, work: 'unary in frames, 32 in flight', unit: '/s', read: rate },
  { ...framedMany, work: 'unary in frames, 32 in flight: CPU a request', unit: 'us', read: cpuUs },
  {
    ...mesh,
    ...offered,
    work: 'unary in frames, offered half: p50',
    of: 'ours framed open',
    to: 'bare framed open',
  },
  { ...decideMany, work: 'decide, 32 in flight', unit: '/s', read: rate, target: atLeast(0.7) },
  { ...decideMany, work: 'decide, 32 in flight: CPU a request', unit: 'us', read: cpuUs },
  { ...decideMany, ...offered, work: 'decide, offered half: p50', of: 'decide open', to: 'responder open' },
  { ...streams, work: ofStreams, judged: 'ratio', unit: '/s', read: rate, target: atLeast(0.8) },
  { ...streams, work: `${ofStreams}: CPU a stream`, judged: 'ratio', unit: 'us', read: cpuUs },
  { ...streams, ...first, work: `${ofStreams}: first delta p50` },
  { ...streams, ...gaps, work: `${ofStreams}: gaps p99` },
  { ...streams, ...lost, work: `${ofStreams}: lost deltas` },
  { ...paced, ...first, work: `${ofPaced}: first delta p50` },
  { ...paced, ...gaps, work: `${ofPaced}: gaps p99` },
  { ...paced, ...lost, work: `${ofPaced}: lost deltas` },
  {
    ...streams,
    ...offered,
    read: firstDeltaMs,
    tail: 'first',
    work: 'streams of 100, offered half: first delta p50',
    of: 'ours streams open',
    to: 'bare streams open',
  },
];

/** A row for each comparison whose works were measured. */
export function rowsOf(samples: Samples<WorkName>): Row[] {
  return compare(comparisons, samples);
}

/** Resident memory by process, MB. */
export type Memory = Readonly<Record<string, number | undefined>>;

/** A row for each of our services' memory, beside a bare process that has the client library and nothing else. */
export function memoryRows({ ours, bare }: { readonly ours: Memory; readonly bare: Memory }): Row[] {
  const services = Object.entries(ours).filter(([name]) => name !== 'nats-server');
  return services.map(([name, memory]) =>
    judge(
      {
        work: `idle memory: ${name}`,
        unit: 'MB',
        against: 'bare stop',
        judged: 'value',
        ...told('ours', memory),
        ...told('yardstick', bare['first stop']),
        ...told('result', memory),
      },
      atMost(90),
    ),
  );
}
