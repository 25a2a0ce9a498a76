// One request and its streamed answer, read frame by frame from an inbox of its own.
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { percentiles } from '../statistics.ts';
import { connectionTo } from './connections.ts';
import type { StreamReport, Task } from './order.ts';

type StreamTask = Extract<Task, { kind: 'stream' }>;

const timeoutMs = 30_000;
/** What stands once in every delta that has content, and in nothing else. */
const deltaMark = '"delta":{"content"';

export interface StreamReading {
  once(): Promise<void>;
  report(): StreamReport;
}

/** Read streams and gather what their reader sees of them. */
export async function readStreams(task: StreamTask): Promise<StreamReading> {
  const nc = await connectionTo(task.server);
  const body = Buffer.from(task.body);
  const firstMs: number[] = [];
  const gapMs: number[] = [];
  let streams = 0;
  let frames = 0;
  let lost = 0;
  return {
    async once() {
      const { pieces, started } = await readOne(nc, task, body);
      const [first] = pieces;
      if (first !== undefined) firstMs.push(first.at - started);
      gapMs.push(...gapsOf(pieces));
      streams += 1;
      frames += pieces.length;
      const missing = task.deltas - deltasIn(pieces.map(({ text }) => text).join(''));
      lost += Math.abs(missing);
      if (missing !== 0) throw new Error(`a stream of ${task.deltas} deltas came with ${task.deltas - missing}`);
    },
    report: () => ({
      firstMs: percentiles(firstMs),
      gapMs: percentiles(gapMs),
      framesAStream: streams === 0 ? 0 : frames / streams,
      lost,
    }),
  };
}

/** The payload of a frame of deltas, and when it came. A delta may be cut in two by frames. */
export interface Piece {
  readonly at: number;
  readonly text: string;
}

/** The times between deltas: none between those that came in one frame. */
export function gapsOf(pieces: readonly Piece[]): number[] {
  return pieces.flatMap(({ at, text }, index) => {
    const before = pieces[index - 1];
    const together = Array.from({ length: Math.max(0, deltasIn(text) - 1) }, () => 0);
    return before === undefined ? together : [at - before.at, ...together];
  });
}

function deltasIn(text: string): number {
  return text.split(deltaMark).length - 1;
}

interface Read {
  readonly started: number;
  readonly pieces: readonly Piece[];
}

/** Resolves at the `end` frame. Rejects when a frame is missing or out of order, on an error frame, and when it takes too long. */
function readOne(nc: NatsConnection, { subject, frames }: StreamTask, body: Uint8Array): Promise<Read> {
  return new Promise((resolve, reject) => {
    const inbox = createInbox();
    const pieces: Piece[] = [];
    let expected = 0;
    const settle = (done: () => void): void => {
      clearTimeout(late);
      subscription.unsubscribe();
      done();
    };
    const fail = (message: string): void => settle(() => reject(new Error(message)));
    const late = setTimeout(() => fail(`a stream did not end within ${timeoutMs} ms`), timeoutMs);
    const started = performance.now();

    const read = (message: Msg): void => {
      const kind = message.headers?.get(frames.kind) ?? '';
      const place = placeOf(message.headers?.get(frames.sequence) ?? '');
      if (kind === 'beat') return;
      if (kind === 'error' || kind === '') return fail(`unexpected frame: ${message.string().slice(0, 200)}`);
      if (place !== expected) return fail(`frame ${expected} of a stream is missing, ${place} came`);
      expected += 1;
      if (kind === 'end') return settle(() => resolve({ started, pieces }));
      if (kind !== 'delta') return;
      pieces.push({ at: performance.now(), text: message.string() });
    };
    const subscription = nc.subscribe(inbox, { callback: (_error, message) => read(message) });
    nc.publish(subject, body, { reply: inbox });
  });
}

/** `7` of `7`, and of `0.7`, where the leg stands before it. */
function placeOf(sequence: string): number {
  return Number(sequence.slice(sequence.indexOf('.') + 1));
}
