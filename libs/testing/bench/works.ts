// Every measurement of a round: a task, how many in flight, and whose CPU time it takes.
import { header, requestSubject } from '@router-mesh/contracts';
import type { Bed, Pids } from './bed.ts';
import type { Task } from './load/order.ts';

/** `<what> <in flight>`. */
export type WorkName =
  | `${'direct' | 'proxy' | 'responder' | 'decide' | 'bare' | 'ours'} ${1 | 32}`
  | `${'bare' | 'ours'} ${'streams' | 'paced streams'} 16`;

export interface Work {
  readonly name: WorkName;
  readonly task: Task;
  readonly inFlight: number;
  readonly spreadMs?: number;
  /** Whose CPU time is taken, besides the shared processes'. */
  readonly pids: Pids;
}

const deltas = 100;
/** Between two deltas of a paced stream: 3 200 deltas a second at 16 in flight, whoever carries them. */
const paceMs = 5;
const tenant = 'demo';

/** What is measured, in the order of a round: each of ours stands beside its yardstick. */
export function worksOf(bed: Bed): Work[] {
  const { ours, bareMesh, bareResponder, proxy } = bed;
  const ourServer = { url: bed.mesh.nats.url };
  const bareServer = { url: bed.bareNats.url, user: 'root' };
  const path = '/v1/chat/completions';
  const direct: Task = {
    kind: 'http',
    url: bed.mesh.demo.url + path,
    body: requestBody('echo'),
    expected: '"choices"',
  };
  const request = (server: typeof ourServer, subject: string, body: string, expected: string): Task => ({
    kind: 'request',
    server,
    subject,
    body,
    expected,
  });
  const stream = (ofOurs: boolean, told: Readonly<Record<string, number>>): Task => ({
    kind: 'stream',
    server: ofOurs ? ourServer : bareServer,
    subject: ofOurs ? requestSubject('chat', tenant) : 'bare.request.stream',
    body: requestBody(ofOurs ? 'demo/echo' : 'echo', { stream: true, demo: { chunks: deltas, ...told } }),
    frames: ofOurs ? { kind: header.frame, sequence: header.seq } : { kind: 'Frame', sequence: 'Seq' },
    deltas,
  });

  const unary = ([1, 32] as const).flatMap((inFlight): Work[] => [
    { name: `direct ${inFlight}`, inFlight, pids: {}, task: direct },
    { name: `proxy ${inFlight}`, inFlight, pids: proxy, task: { ...direct, url: bed.proxyUrl + path } },
    {
      name: `responder ${inFlight}`,
      inFlight,
      pids: bareResponder,
      task: request(bareServer, 'bare.answer', requestBody('echo'), '"bare"'),
    },
    {
      name: `decide ${inFlight}`,
      inFlight,
      pids: ours,
      task: request(ourServer, requestSubject('decide', tenant), requestBody('demo/echo'), '"itinerary"'),
    },
    {
      name: `bare ${inFlight}`,
      inFlight,
      pids: bareMesh,
      task: request(bareServer, 'bare.request.chat', requestBody('echo'), '"choices"'),
    },
    {
      name: `ours ${inFlight}`,
      inFlight,
      pids: ours,
      task: request(ourServer, requestSubject('chat', tenant), requestBody('demo/echo'), '"usage_stored":true'),
    },
  ]);
  const apart = { inFlight: 16, spreadMs: (deltas * paceMs) / 16 };
  return [
    ...unary,
    { name: 'bare streams 16', inFlight: 16, pids: bareMesh, task: stream(false, {}) },
    { name: 'ours streams 16', inFlight: 16, pids: ours, task: stream(true, {}) },
    { name: 'bare paced streams 16', ...apart, pids: bareMesh, task: stream(false, { delay_ms: paceMs }) },
    { name: 'ours paced streams 16', ...apart, pids: ours, task: stream(true, { delay_ms: paceMs }) },
  ];
}

/** A chat request of about 1 KB. */
function requestBody(model: string, more: Readonly<Record<string, unknown>> = {}): string {
  const messages = [
    { role: 'system', content: 'You are a careful assistant who answers in few words and names its sources.' },
    { role: 'user', content: 'What did the committee decide about the harbour, and why? '.repeat(14) },
  ];
  return JSON.stringify({ model, messages, temperature: 0.2, max_tokens: 512, ...more });
}
