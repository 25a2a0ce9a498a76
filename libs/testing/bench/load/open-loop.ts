// The open loop: requests are sent when they are due, whether earlier ones were answered or not, and their latency counts from when they were due.
import { Unanswered, type Once } from './once.ts';
import type { OpenReport } from './order.ts';
import type { Recorder } from './recorder.ts';

/** The clock of an open loop. */
export interface Pace {
  nowMs(): number;
  /** Resolves at that moment, or as soon after it as can be; never before others had their turn. */
  until(dueMs: number): Promise<void>;
}

/** What was sent later than that after it was due is late, ms. */
const lateMs = 1;

/**
 * Send a request at each due moment; resolves when all of them have ended.
 *
 * INVARIANT (no coordinated omission): a latency begins when its request was due. A server that stalls holds up no request, and one that was
 * sent late, because the generator was held up itself, has waited since it was due. What has no answer stands there with the time it was waited for.
 *
 * @param due moments from the start, ms, ascending
 */
export async function offer(
  once: Once,
  due: Float64Array,
  pace: Pace,
  recorder: Recorder,
): Promise<Omit<OpenReport, 'ratePerSecond'>> {
  const sent: Promise<void>[] = [];
  let late = 0;
  let unanswered = 0;

  const send = async (dueMs: number): Promise<void> => {
    try {
      await once(dueMs);
      recorder.answered(pace.nowMs() - dueMs);
    } catch (error) {
      recorder.failed(error);
      if (!(error instanceof Unanswered)) return;
      unanswered += 1;
      recorder.latency.record(pace.nowMs() - dueMs);
    }
  };

  const startMs = pace.nowMs();
  for (const at of due) {
    const dueMs = startMs + at;
    await pace.until(dueMs);
    if (pace.nowMs() - dueMs > lateMs) late += 1;
    sent.push(send(dueMs));
  }
  await Promise.all(sent);
  return { sent: sent.length, late, unanswered };
}
