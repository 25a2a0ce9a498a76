// The sweep: calls that were started and never ended, because their process was killed, are closed with an estimate. One instance at a time does it.
import { encodeRecords, meter, meterSubject, type StartedRecord } from '@router-mesh/contracts';
import type { House, Tenure } from '@router-mesh/kernel';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpenCalls, sweptRecord } from './open-calls.ts';

export interface SweepSettings {
  /** How long after its deadline a call is closed, ms. */
  readonly graceMs: number;
  /** How often to look for such calls, ms. */
  readonly everyMs?: number;
}

type SweepHouse = Pick<House, 'log' | 'readBatch' | 'look' | 'store'>;

const storeTimeoutMs = 2000;
/** So many are stored at a time. */
const batchSize = 50;

/**
 * Sweep until the lease is lost. @throws Error when METER cannot be read
 *
 * INVARIANT (everything was read): a call is closed only when all that METER held after its grace has been read, so that an end which stands there is known. An end that
 * is still on somebody's disk is not: it comes late, and replaces the swept one.
 */
export async function sweep(
  house: SweepHouse,
  tenure: Tenure,
  { graceMs, everyMs = 500 }: SweepSettings,
): Promise<void> {
  const { last } = await house.look(meter);
  const { checkpoint = 1 } = tenure;
  // A checkpoint beyond the end is one of a stream that is no more.
  const from = checkpoint > last + 1 ? 1 : checkpoint;
  const calls = new OpenCalls(from);
  const { signal, reached } = tenure;
  /** What must have been read before the calls that were due then may be closed. */
  let goal: { readonly sequence: number; readonly before: number } | undefined;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    await readOn(house, calls, signal);
    if (goal !== undefined && calls.read >= goal.sequence) {
      await closeAll(house, calls, calls.due(goal.before), signal);
      goal = undefined;
    }
    reached(calls.floor);
    const before = Date.now() - graceMs;
    if (goal === undefined && !signal.aborted && calls.due(before).length > 0) {
      const { last, messages } = await house.look(meter);
      goal = { sequence: messages === 0 ? 0 : last, before };
    }
  }
}

/** Read what has come since. Calls that end in time are looked at once and all together: nobody is woken for each. */
async function readOn({ readBatch }: SweepHouse, calls: OpenCalls, signal: AbortSignal): Promise<void> {
  for (let left = 1; left > 0 && !signal.aborted;) {
    const { facts, pending } = await readBatch(meter, calls.read + 1);
    for (const { sequence, text } of facts) calls.take(sequence, text);
    left = pending;
  }
}

/** What cannot be stored now is tried again later; what is stored twice is stored once, by its message id. */
async function closeAll(
  { store, log }: SweepHouse,
  calls: OpenCalls,
  due: readonly StartedRecord[],
  signal: AbortSignal,
): Promise<void> {
  let swept = 0;
  for (let start = 0; start < due.length && !signal.aborted; start += batchSize) {
    const batch = due.slice(start, start + batchSize).map(async (started) => {
      const { call, tenant } = started;
      const record = encodeRecords([sweptRecord(started, Date.now())]);
      const outcome = await store(meterSubject(tenant), record, {
        messageId: `${call}.swept`,
        timeoutMs: storeTimeoutMs,
      });
      if (outcome !== 'stored') return;
      calls.close(call);
      swept += 1;
    });
    await Promise.all(batch);
  }
  if (due.length > 0) log.warn({ calls: due.length, swept }, 'calls without an end are closed with an estimate');
}
