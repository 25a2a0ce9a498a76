// Lists that are kept for long, without the room for more that they grew up with: V8 makes room for 16 at the first push.

const none: readonly never[] = Object.freeze([]);

/** The same items; one list for all that have none. */
export function exact<Item>(items: readonly Item[]): readonly Item[] {
  return items.length === 0 ? none : items.slice();
}
