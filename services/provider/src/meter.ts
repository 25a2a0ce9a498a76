// What calls leave in METER: a record before each, and one of its end, both in groups with those of other calls of the tenant.
import { finishedLine, lateLine, meterSubject, startedLine, type RecordedEnd } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';
import type { CallFacts } from './records.ts';

/** How long a record may take to be stored before the answer goes out without it, ms. */
const storeTimeoutMs = 2000;

export class Meter {
  readonly #house: Pick<House, 'log' | 'tellLine' | 'storeLine'>;

  constructor(house: Pick<House, 'log' | 'tellLine' | 'storeLine'>) {
    this.#house = house;
  }

  /**
   * A call is about to go out: when this resolves. Nobody waits for it to be stored.
   *
   * INVARIANT (no call unseen): a SIGKILL finds a call either not made or on its way to METER, where it is open until it is swept.
   */
  started({ tenant, text }: CallFacts): Promise<void> {
    return this.#house.tellLine(meterSubject(tenant), startedLine(text));
  }

  /** A call has ended. Resolves to whether that was stored in time; an answer is not held hostage to it. What is not waits on disk. */
  async finished({ call, request, tenant, text }: CallFacts, end: RecordedEnd): Promise<boolean> {
    const outcome = await this.#house.storeLine(meterSubject(tenant), finishedLine(text, end), {
      messageId: call,
      timeoutMs: storeTimeoutMs,
      late: lateLine,
    });
    if (outcome === 'lost') this.#house.log.error({ call, request, outcome: end.outcome }, 'usage was not stored');
    return outcome === 'stored';
  }
}
