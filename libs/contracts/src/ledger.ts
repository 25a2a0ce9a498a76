// The records of METER put together: one end a call, whatever was retried, came late or was swept. Pure.

/** What a record needs to have; a reader may keep less of it than it was told. */
interface Started {
  readonly call: string;
}
interface Finished {
  readonly call: string;
  readonly swept?: boolean | undefined;
}

/**
 * Calls by the records that were read, in any order.
 *
 * INVARIANT (one record a call): of several ends the first real one counts; one that was swept counts only while there is no real one.
 */
export class Ledger<Start extends Started, End extends Finished> {
  readonly #open = new Map<string, Start>();
  readonly #ended = new Map<string, End>();

  started(record: Start): void {
    if (!this.#ended.has(record.call)) this.#open.set(record.call, record);
  }

  finished(record: End): void {
    const { call } = record;
    this.#open.delete(call);
    const kept = this.#ended.get(call);
    if (kept === undefined || (kept.swept === true && record.swept !== true)) this.#ended.set(call, record);
  }

  /** Calls that have begun and not ended, in the order of their first records. */
  get open(): Start[] {
    return [...this.#open.values()];
  }

  /** The end of each call that has one. */
  get ended(): End[] {
    return [...this.#ended.values()];
  }
}
