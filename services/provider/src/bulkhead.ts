// The bulkhead of one model: it gets so many calls at once and no more, so that one that is slow does not take everything.
import { bulkhead, BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel';
import { NotCalled } from './failure.ts';

export class Bulkhead {
  #policy: BulkheadPolicy | undefined;
  #most: number | undefined;

  /**
   * Make a call among at most `most` at once, as the document says now; calls under a former number are not counted against a new one.
   * @throws NotCalled `overloaded` when there are as many already, else what the call throws
   */
  async run<Result>(most: number | undefined, call: () => Promise<Result>): Promise<Result> {
    if (most !== this.#most) this.#policy = most === undefined ? undefined : bulkhead(most, 0);
    this.#most = most;
    if (this.#policy === undefined) return await call();
    try {
      return await this.#policy.execute(call);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new NotCalled('overloaded', `not called, for ${most} calls are under way here (max_in_flight)`);
    }
  }
}
