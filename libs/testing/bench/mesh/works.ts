// Every measurement of a round: a task, how it is offered, and whose CPU time it takes.
import { header, requestSubject } from '@router-mesh/contracts';
import type { Bed } from '../bed.ts';
import type { Task } from '../load/order.ts';
import type { Pids } from '../measure.ts';
import { chatBody } from '../request.ts';
import type { Work } from '../rounds.ts';

/** A way to an answer. */
export type Way = keyof ReturnType<typeof waysOf>;

/** `<way> <in flight>`, in a closed loop. */
export type ClosedName = `${Way} ${1 | 16 | 32}` | `${'bare' | 'ours'} paced streams 16`;
/** `<way> open`, in an open loop. */
export type OpenName = `${Way} open`;
export type WorkName = ClosedName | OpenName;

const deltas = 100;
/** Between two deltas of a paced stream: 3 200 deltas a second at 16 in flight, whoever carries them. */
const paceMs = 5;
const tenant = 'demo';

interface Found {
  readonly task: Task;
  readonly pids: Pids;
}

/** What is measured in closed loops, in the order of a round: each of ours stands beside its yardstick. */
export function closedWorks(bed: Bed): Work<ClosedName>[] {
  const ways = waysOf(bed);
  const whole = (
    ['direct', 'proxy', 'responder', 'two stops', 'decide', 'bare', 'ours', 'bare framed', 'ours framed'] as const
  ).flatMap((way) =>
    ([1, 32] as const).map((inFlight): Work<ClosedName> => ({
      name: `${way} ${inFlight}`,
      ...ways[way],
      loop: { kind: 'closed', inFlight },
    })),
  );
  const streams = { kind: 'closed', inFlight: 16 } as const;
  const paced = { ...streams, spreadMs: (deltas * paceMs) / 16 };
  return [
    ...whole.filter(({ name }) => name.endsWith(' 1')),
    ...whole.filter(({ name }) => name.endsWith(' 32')),
    { name: 'bare streams 16', ...ways['bare streams'], loop: streams },
    { name: 'ours streams 16', ...ways['ours streams'], loop: streams },
    { name: 'bare paced streams 16', ...streamOf(bed, false, { delay_ms: paceMs }), loop: paced },
    { name: 'ours paced streams 16', ...streamOf(bed, true, { delay_ms: paceMs }), loop: paced },
  ];
}

/** What is offered to both at the same rate, and where both said how much they can do in a closed loop. */
export const offered = [
  { of: ['decide', 'responder'], inFlight: 32 },
  { of: ['ours', 'bare'], inFlight: 32 },
  { of: ['ours framed', 'bare framed'], inFlight: 32 },
  { of: ['ours streams', 'bare streams'], inFlight: 16 },
] as const satisfies readonly { readonly of: readonly [Way, Way]; readonly inFlight: 16 | 32 }[];

export function openWork(bed: Bed, way: Way, ratePerSecond: number): Work<OpenName> {
  return { name: `${way} open`, ...waysOf(bed)[way], loop: { kind: 'open', ratePerSecond } };
}

function waysOf(bed: Bed) {
  const { ours, bareMesh, bareResponder, proxy } = bed;
  const path = '/v1/chat/completions';
  const model = { kind: 'http', body: chatBody('echo'), expected: '"choices"' } as const;
  const bare = { kind: 'request', ...bareServer(bed), body: chatBody('echo') } as const;
  const our = { kind: 'request', ...ourServer(bed), body: chatBody('demo/echo') } as const;
  const stored = '"usage_stored":true';
  const framed = { kind: 'frames', deltas: 0 } as const;
  return {
    direct: { pids: {}, task: { ...model, url: bed.mesh.demo.url + path } },
    proxy: { pids: proxy, task: { ...model, url: bed.proxyUrl + path } },
    responder: { pids: bareResponder, task: { ...bare, subject: 'bare.answer', expected: '"bare"' } },
    'two stops': { pids: bareMesh, task: { ...bare, subject: 'bare.request.pass', expected: '"bare"' } },
    decide: { pids: ours, task: { ...our, subject: requestSubject('decide', tenant), expected: '"itinerary"' } },
    bare: { pids: bareMesh, task: { ...bare, subject: 'bare.request.chat', expected: '"choices"' } },
    ours: { pids: ours, task: { ...our, subject: requestSubject('chat', tenant), expected: stored } },
    'bare framed': {
      pids: bareMesh,
      task: { ...bare, ...framed, frames: bareFrames, subject: 'bare.request.framed', expected: '"choices"' },
    },
    'ours framed': {
      pids: ours,
      task: {
        ...our,
        ...framed,
        frames: ourFrames,
        subject: requestSubject('chat', tenant),
        headers: { [header.frames]: '1' },
        expected: stored,
      },
    },
    'bare streams': streamOf(bed, false, {}),
    'ours streams': streamOf(bed, true, {}),
  } as const satisfies Record<string, Found>;
}

function streamOf(bed: Bed, ofOurs: boolean, told: Readonly<Record<string, number>>): Found {
  const body = chatBody(ofOurs ? 'demo/echo' : 'echo', { stream: true, demo: { chunks: deltas, ...told } });
  const stream = { kind: 'frames', body, deltas } as const;
  if (!ofOurs) {
    const subject = 'bare.request.stream';
    return { pids: bed.bareMesh, task: { ...stream, ...bareServer(bed), subject, frames: bareFrames, expected: '' } };
  }
  const subject = requestSubject('chat', tenant);
  const expected = '"usage_stored":true';
  return { pids: bed.ours, task: { ...stream, ...ourServer(bed), subject, frames: ourFrames, expected } };
}

const ourFrames = { kind: header.frame, sequence: header.seq };
const bareFrames = { kind: 'Frame', sequence: 'Seq' };

function ourServer({ mesh }: Bed) {
  return { server: { url: mesh.nats.url } };
}

function bareServer({ bareNats }: Bed) {
  return { server: { url: bareNats.url, user: 'root' } };
}
