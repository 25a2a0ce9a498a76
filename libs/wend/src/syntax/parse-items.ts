// Lists between brackets, and how they end.
import type { Cursor } from './cursor.ts';
import { skipWithin } from './recovery.ts';

/** Items with commas between them up to the closing bracket, which is left; none is a list too, and the last may be followed by a comma. `cursor.height` is that of the highest. */
export function parseItems<Item>(cursor: Cursor, closing: string, parseItem: () => Item): readonly Item[] {
  const items: Item[] = [];
  let height = 0;
  while (!cursor.atSymbol(closing) && !cursor.atEnd()) {
    cursor.height = 0;
    items.push(parseItem());
    height = Math.max(height, cursor.height);
    if (!cursor.takeSymbol(',')) {
      if (!cursor.atSymbol(closing)) {
        cursor.expected(`"," or "${closing}"`);
        skipWithin(cursor, closing);
      }
      break;
    }
  }
  cursor.height = height;
  return items;
}

/** As `parseItems`, where there must be one at least. */
export function parseSomeItems<Item>(cursor: Cursor, closing: string, parseItem: () => Item): readonly Item[] {
  const items = parseItems(cursor, closing, parseItem);
  return items.length > 0 ? items : [parseItem()];
}
