// Work that is done in slices, one a turn of the event loop, the newest first: whatever waits, requests are answered in between.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How many slices may wait for something from elsewhere at a time. */
const mostElsewhere = 32;

/** Undefined when it is done; a promise when it must wait for something from elsewhere. */
export type Waits = Promise<unknown> | undefined;

export class Slices {
  readonly #work: (key: string) => Generator<undefined, Waits>;
  /** What came together, the newest last; in each the next one is at `next`. */
  readonly #batches: { readonly keys: readonly string[]; next: number }[] = [];
  /** A key that was asked for again is done with the newer ones: in older batches it is passed over. */
  readonly #waiting = new Map<string, object>();
  readonly #elsewhere = new Set<Promise<unknown>>();
  readonly #idle: () => void;
  #running = false;
  /** One is being done. */
  #busy = false;
  /** Ends a wait for what comes from elsewhere: there is something to do here. */
  #wake: () => void = () => undefined;

  /**
   * @param work of one key, in steps; a promise when it must wait for something from elsewhere: it is done again then. Must not throw or reject.
   * @param idle called when nothing is left
   */
  constructor(work: (key: string) => Generator<undefined, Waits>, idle: () => void = () => undefined) {
    this.#work = work;
    this.#idle = idle;
  }

  /** How many are not done. */
  get left(): number {
    return this.#waiting.size + this.#elsewhere.size + (this.#busy ? 1 : 0);
  }

  /** Do these before all that waits, in their order. */
  add(keys: readonly string[]): void {
    if (keys.length === 0) return;
    const batch = { keys, next: 0 };
    for (const key of keys) this.#waiting.set(key, batch);
    this.#batches.push(batch);
    if (this.#running) this.#wake();
    else void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      await nextTurn();
      const key = this.#take();
      if (key !== undefined) await this.#do(key);
      else if (this.#elsewhere.size === 0) break;
      if (this.#elsewhere.size >= mostElsewhere) await Promise.race(this.#elsewhere);
      else if (key === undefined) await this.#woken();
    }
    this.#running = false;
    this.#idle();
  }

  async #woken(): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    await Promise.race([woken, ...this.#elsewhere]);
  }

  async #do(key: string): Promise<void> {
    this.#busy = true;
    const { result: waits } = await inSlices(this.#work(key));
    this.#busy = false;
    if (waits === undefined) return;
    const elsewhere: Promise<unknown> = waits.then(() => {
      this.#elsewhere.delete(elsewhere);
      if (!this.#waiting.has(key)) this.add([key]);
    });
    this.#elsewhere.add(elsewhere);
  }

  #take(): string | undefined {
    for (;;) {
      const batch = this.#batches.at(-1);
      if (batch === undefined) return undefined;
      const key = batch.keys[batch.next];
      batch.next += 1;
      if (key === undefined) this.#batches.pop();
      else if (this.#waiting.get(key) === batch) {
        this.#waiting.delete(key);
        return key;
      }
    }
  }
}

/** How long others wait for a slice, in ms, unless one of its steps takes longer. */
const sliceMs = 5;

/** Do all steps; after each slice requests are answered. */
export async function inSlices<Result>(steps: Generator<undefined, Result>): Promise<{ readonly result: Result }> {
  let next = steps.next();
  for (let begun = performance.now(); next.done !== true; next = steps.next()) {
    if (performance.now() - begun < sliceMs) continue;
    await nextTurn();
    begun = performance.now();
  }
  // In a record: what is awaited by returning it would be the promise of what is missing.
  return { result: next.value };
}
