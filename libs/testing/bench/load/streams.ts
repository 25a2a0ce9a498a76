// One request and its answer in frames, read from an inbox of its own.
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { bodyOf } from './body.ts';
import { connectionTo } from './connections.ts';
import { Unanswered, type Once } from './once.ts';
import type { Task } from './order.ts';
import type { Recorder } from './recorder.ts';
import { headersOf } from './unary.ts';

type FramesTask = Extract<Task, { kind: 'frames' }>;

const timeoutMs = 30_000;
/** What stands once in every delta that has content, and in nothing else. */
const deltaMark = '"delta":{"content"';

/** Read answers in frames; the recorder hears what their reader sees of them. */
export async function readFrames(task: FramesTask, recorder: Recorder): Promise<Once> {
  const nc = await connectionTo(task.server);
  const body = bodyOf(task.body);
  return async (startedMs) => {
    const pieces = await readOne(nc, task, body());
    const [first] = pieces;
    if (first !== undefined) recorder.first.record(first.at - startedMs);
    for (const gapMs of gapsOf(pieces)) recorder.gap.record(gapMs);
    recorder.streams += 1;
    recorder.frames += pieces.length;
    const missing = task.deltas - deltasIn(pieces.map(({ text }) => text).join(''));
    recorder.lost += Math.abs(missing);
    if (missing !== 0) throw new Error(`a stream of ${task.deltas} deltas came with ${task.deltas - missing}`);
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

/** Resolves at the `end` frame. Rejects when a frame is missing or out of order, on an error frame, and when it takes too long. */
function readOne(nc: NatsConnection, task: FramesTask, body: Uint8Array): Promise<readonly Piece[]> {
  const { subject, frames, headers, expected } = task;
  return new Promise((resolve, reject) => {
    const inbox = createInbox();
    const pieces: Piece[] = [];
    let next = 0;
    const settle = (done: () => void): void => {
      clearTimeout(late);
      subscription.unsubscribe();
      done();
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const late = setTimeout(
      () => fail(new Unanswered(`an answer in frames did not end within ${timeoutMs} ms`)),
      timeoutMs,
    );

    const read = (message: Msg): void => {
      const kind = message.headers?.get(frames.kind) ?? '';
      const place = placeOf(message.headers?.get(frames.sequence) ?? '');
      if (kind === 'beat') return;
      if (kind === 'error' || kind === '')
        return fail(new Error(`unexpected frame: ${message.string().slice(0, 200)}`));
      if (place !== next) return fail(new Error(`frame ${next} is missing, ${place} came`));
      next += 1;
      if (kind === 'end') {
        const said = message.string();
        if (!said.includes(expected)) return fail(new Error(`unexpected end: ${said.slice(0, 200)}`));
        return settle(() => resolve(pieces));
      }
      if (kind === 'delta') pieces.push({ at: performance.now(), text: message.string() });
    };
    const subscription = nc.subscribe(inbox, { callback: (_error, message) => read(message) });
    nc.publish(subject, body, { reply: inbox, ...(headers !== undefined && { headers: headersOf(headers) }) });
  });
}

/** `7` of `7`, and of `0.7`, where the leg stands before it. */
function placeOf(sequence: string): number {
  return Number(sequence.slice(sequence.indexOf('.') + 1));
}
