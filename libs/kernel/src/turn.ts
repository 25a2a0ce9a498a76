// One request at a stop, from when it was let in until its handler is done: whatever it comes to, it is answered and counted once.
import type { RouterError } from '@router-mesh/contracts';
import type { Arrival, Arriving } from './arrival.ts';
import type { Gate } from './gate.ts';
import { judge } from './judge.ts';
import { stopping, type Passage } from './passage.ts';
import type { StopCounts } from './stop-counts.ts';

/** A stop that is served. */
export interface Served<P extends Passage> extends Arriving {
  readonly gate: Gate;
  readonly counts: StopCounts;
  /** What is under way at all stops of the process. */
  readonly underWay: Set<Turn>;
  handle(passage: P): void | Promise<void>;
}

/** INVARIANT (answered once): the first of the handler's end, its failure and `abandon` ends the turn, and gives back all that it took. */
export class Turn<P extends Passage = Passage> {
  readonly #at: Served<P>;
  readonly #arrival: Arrival<P>;
  readonly #began = performance.now();
  #passage: P | undefined;
  #over = false;

  /** For a request that has entered the gate. */
  constructor(at: Served<P>, arrival: Arrival<P>) {
    this.#at = at;
    this.#arrival = arrival;
  }

  run(): void {
    const { link, counts, underWay } = this.#at;
    link.flight.begin();
    counts.began();
    underWay.add(this);
    try {
      this.#passage = this.#arrival.open();
      const working = this.#at.handle(this.#passage);
      if (working === undefined) this.#finish();
      else
        working.then(
          () => this.#finish(),
          (thrown: unknown) => this.#fail(thrown),
        );
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** The process can wait no longer: whoever listens to the passage's signal ends by itself. */
  interrupt(): void {
    this.#passage?.interrupt();
  }

  /** Answer now: the handler will not. */
  abandon(): void {
    this.#fail(this.#passage?.interruption() ?? stopping(this.#at.stop));
  }

  /** The body is held no more. */
  freed(): void {
    this.#at.gate.freed(this.#arrival.body.length);
  }

  #finish(): void {
    if (this.#over) return;
    if (this.#passage?.done === true) this.#end(this.#passage.code);
    else this.#fail(new Error('the handler neither answered nor forwarded the request'));
  }

  #fail(thrown: unknown): void {
    if (this.#over) return;
    const { link, stop } = this.#at;
    const request = this.#passage?.request;
    const error = judge(link.log, thrown, 'a stop failed', { stop, request });
    try {
      this.#refuse(error);
    } catch (unanswered) {
      link.log.error({ err: unanswered, stop, request }, 'an error could not be answered');
    }
    this.#end(error.code);
  }

  #refuse(error: RouterError): void {
    if (this.#passage === undefined) this.#arrival.refuse(error);
    else if (!this.#passage.done) this.#passage.refuse(error);
  }

  #end(code: string): void {
    this.#over = true;
    const { link, gate, counts, underWay } = this.#at;
    underWay.delete(this);
    this.#passage?.release();
    this.#passage?.trace?.end(code);
    const workedMs = performance.now() - this.#began;
    counts.ended(code, workedMs);
    gate.ended(workedMs);
    if (this.#passage === undefined) this.freed();
    else this.#passage.whenFreed(this);
    link.flight.end();
  }
}
