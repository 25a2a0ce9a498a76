// What was received and not yet read: filled as it comes, read at the reader's pace.

/** How a queue ends: complete, or with an error after what it holds. */
type End = { readonly error: Error | undefined };

interface Waiting<Item> {
  resolve(result: IteratorResult<Item, undefined>): void;
  reject(error: Error): void;
}

/** An async iterator over what is put into it. Whoever reads it may leave early by `return`. */
export class Queue<Item> implements AsyncIterator<Item, undefined> {
  #items: Item[] = [];
  #next = 0;
  #end: End | undefined;
  readonly #waiting: Waiting<Item>[] = [];
  readonly #left: () => void;

  /** @param left called when the reader leaves before the end */
  constructor(left: () => void) {
    this.#left = left;
  }

  push(items: readonly Item[]): void {
    if (this.#end !== undefined) return;
    for (const item of items) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#items.push(item);
      else waiting.resolve({ done: false, value: item });
    }
  }

  /** End it: with an error, `next` throws it once, after what is still to be read. */
  end(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    for (const waiting of this.#waiting.splice(0)) this.#finish(waiting);
  }

  /** Forget what is still to be read. */
  clear(): void {
    this.#items = [];
    this.#next = 0;
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#next < this.#items.length) resolve({ done: false, value: this.#take() });
      else if (this.#end !== undefined) this.#finish({ resolve, reject });
      else this.#waiting.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<Item, undefined>> {
    this.clear();
    if (this.#end === undefined) {
      this.end();
      this.#left();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Items that were taken are dropped many at a time: `shift` would move the rest for each. */
  #take(): Item {
    const item = this.#items[this.#next] as Item;
    this.#next += 1;
    const mostAreTaken = this.#next >= 1024 && this.#next * 2 >= this.#items.length;
    if (mostAreTaken || this.#next === this.#items.length) {
      this.#items = this.#items.slice(this.#next);
      this.#next = 0;
    }
    return item;
  }

  #finish({ resolve, reject }: Waiting<Item>): void {
    const error = this.#end?.error;
    this.#end = { error: undefined };
    if (error === undefined) resolve({ done: true, value: undefined });
    else reject(error);
  }
}
