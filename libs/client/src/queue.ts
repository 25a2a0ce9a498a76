// What was received and not yet read: filled as it comes, read at the reader's pace.

/** How a queue ends: complete, or with an error after what it holds. */
type End = { readonly error: Error | undefined };

interface Waiting<Item> {
  resolve(result: IteratorResult<Item, undefined>): void;
  reject(error: Error): void;
}

/** What was put in at once, and how much of it was read. */
interface Batch<Item> {
  readonly items: readonly Item[];
  /** Called when the last of them is read. */
  readonly taken: () => void;
  read: number;
  later: Batch<Item> | undefined;
}

/** An async iterator over what is put into it. Whoever reads it may leave early by `return`. */
export class Queue<Item> implements AsyncIterator<Item, undefined> {
  /** A list by links: moving the rest of an array for each batch would cost a reader that is far behind. */
  #first: Batch<Item> | undefined;
  #last: Batch<Item> | undefined;
  #end: End | undefined;
  readonly #waiting: Waiting<Item>[] = [];
  readonly #left: () => void;

  /** @param left called when the reader leaves before the end */
  constructor(left: () => void) {
    this.#left = left;
  }

  /** @param taken called when the reader has the last of them */
  push(items: readonly Item[], taken: () => void = () => undefined): void {
    if (this.#end !== undefined || items.length === 0) return;
    const batch: Batch<Item> = { items, taken, read: 0, later: undefined };
    if (this.#last === undefined) this.#first = batch;
    else this.#last.later = batch;
    this.#last = batch;
    while (this.#first !== undefined) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return;
      waiting.resolve({ done: false, value: this.#take(this.#first) });
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
    this.#first = undefined;
    this.#last = undefined;
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#first !== undefined) resolve({ done: false, value: this.#take(this.#first) });
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

  #take(batch: Batch<Item>): Item {
    const item = batch.items[batch.read] as Item;
    batch.read += 1;
    if (batch.read === batch.items.length) {
      this.#first = batch.later;
      if (this.#first === undefined) this.#last = undefined;
      batch.taken();
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
