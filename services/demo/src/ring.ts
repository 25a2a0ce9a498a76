/** A list that keeps the last so many: memory stays bounded however long the demo runs. */

/** The last `limit` items pushed. */
export class Ring<T> {
  readonly #limit: number;
  #items: T[] = [];
  #oldest = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Add an item; the oldest gives way when there are `limit`. */
  push(item: T): void {
    if (this.#items.length < this.#limit) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.#limit;
  }

  /** The items, oldest first. */
  toArray(): T[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }

  /** Forget all items. */
  clear(): void {
    this.#items = [];
    this.#oldest = 0;
  }
}
