// The end of a call goes into METER.
import { encodeRecords, meterSubject, type FinishedRecord } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';

/** How long a record may take to be stored before the answer goes out without it, ms. */
const storeTimeoutMs = 2000;

/** Resolves to whether the record was stored in time; an answer is not held hostage to it. What is not waits on disk. */
export async function storeRecord(house: Pick<House, 'log' | 'store'>, record: FinishedRecord): Promise<boolean> {
  const outcome = await house.store(meterSubject(record.tenant), encodeRecords([record]), {
    messageId: record.call,
    timeoutMs: storeTimeoutMs,
    late: () => encodeRecords([{ ...record, late: true }]),
  });
  if (outcome === 'lost') {
    const { call, request, outcome: end } = record;
    house.log.error({ call, request, outcome: end }, 'usage was not stored');
  }
  return outcome === 'stored';
}
