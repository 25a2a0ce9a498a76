// The bulkhead of one model: it gets so many calls at once and no more, so that one that is slow does not take everything.
import { NotCalled } from './failure.ts';

/** Places for calls under one number. */
export class Places {
  readonly most: number;
  #taken = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** @throws NotCalled `overloaded` */
  take(): void {
    if (this.#taken >= this.most)
      throw new NotCalled('overloaded', `not called, for ${this.most} calls are under way here (max_in_flight)`);
    this.#taken += 1;
  }

  giveBack(): void {
    this.#taken -= 1;
  }
}

export class Bulkhead {
  #places: Places | undefined;

  /**
   * Take a place for a call among at most `most` at once, as the document says now; calls under a former number are not counted against a new one.
   * @returns where it is to be given back; undefined where nothing limits them
   * @throws NotCalled `overloaded` when there are as many already
   */
  enter(most: number | undefined): Places | undefined {
    if (most !== this.#places?.most) this.#places = most === undefined ? undefined : new Places(most);
    this.#places?.take();
    return this.#places;
  }
}
