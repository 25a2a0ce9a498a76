/** What became of the calls, counted. Knows that a call was authorized, never by what; knows nothing that was said. */
import { Ring } from './ring.ts';

/** How a call ended: answered completely, failed by the demo, or left by the client before the end. */
export type Outcome = 'served' | 'failed' | 'closed';

/** One ended call. `id` is the client's own; `model` is absent when it named none that we know; `status` when no head was sent. */
export interface EndedCall {
  readonly id?: string;
  readonly model?: string;
  readonly stream: boolean;
  readonly status?: number;
  readonly outcome: Outcome;
}

/** What `GET /stats` tells: `streamed` is the part of `served` that was, `peak` the most that were open at one time, `requests` the last 100 calls, oldest first. */
export interface StatsReport {
  readonly served: number;
  readonly streamed: number;
  readonly failed: number;
  readonly closed_by_client: number;
  readonly open: number;
  readonly peak: number;
  readonly authorized: number;
  readonly by_model: Readonly<Record<string, number>>;
  readonly requests: readonly EndedCall[];
}

/** Counts of the calls to chat and embeddings since the start or the last reset. */
export class Stats {
  readonly #byOutcome: Record<Outcome, number> = { served: 0, failed: 0, closed: 0 };
  readonly #byModel = new Map<string, number>();
  readonly #latest = new Ring<EndedCall>(100);
  readonly #ids: Record<Outcome, Ring<string>>;
  #streamed = 0;
  #authorized = 0;
  #open = 0;
  #peak = 0;

  /** `idLimit` bounds the ids remembered of each outcome. */
  constructor(idLimit = 100_000) {
    this.#ids = { served: new Ring(idLimit), failed: new Ring(idLimit), closed: new Ring(idLimit) };
  }

  /** A call arrived. */
  opened(authorized: boolean): void {
    this.#open++;
    this.#peak = Math.max(this.#peak, this.#open);
    if (authorized) this.#authorized++;
  }

  /** A call that had been opened ended. */
  ended(call: EndedCall): void {
    this.#open--;
    this.#byOutcome[call.outcome]++;
    if (call.outcome === 'served' && call.stream) this.#streamed++;
    if (call.model !== undefined) this.#byModel.set(call.model, (this.#byModel.get(call.model) ?? 0) + 1);
    if (call.id !== undefined) this.#ids[call.outcome].push(call.id);
    this.#latest.push(call);
  }

  /** What `GET /stats` tells. */
  report(): StatsReport {
    return {
      served: this.#byOutcome.served,
      streamed: this.#streamed,
      failed: this.#byOutcome.failed,
      closed_by_client: this.#byOutcome.closed,
      open: this.#open,
      peak: this.#peak,
      authorized: this.#authorized,
      by_model: Object.fromEntries(this.#byModel),
      requests: this.#latest.toArray(),
    };
  }

  /** What `GET /stats/calls` tells: the ids of the calls that carried one, oldest first. */
  calls(): Record<Outcome, string[]> {
    const { served, failed, closed } = this.#ids;
    return { served: served.toArray(), failed: failed.toArray(), closed: closed.toArray() };
  }

  /** Start from zero; calls that are open stay open and are counted when they end. */
  reset(): void {
    for (const outcome of ['served', 'failed', 'closed'] as const) {
      this.#byOutcome[outcome] = 0;
      this.#ids[outcome].clear();
    }
    this.#byModel.clear();
    this.#latest.clear();
    this.#streamed = 0;
    this.#authorized = 0;
    this.#peak = this.#open;
  }
}
