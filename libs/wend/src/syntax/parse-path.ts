// Paths: places in a record, as `tenant.tier` or `attributes["x-y"].z`.
import type { Cursor } from './cursor.ts';
import type { Name, Path } from './tree.ts';

/** One name at least. */
export function parsePath(cursor: Cursor): Path {
  const { start } = cursor.token;
  const parts: Name[] = [cursor.expectIdentifier('a path')];
  for (;;) {
    if (cursor.takeSymbol('.')) {
      parts.push(cursor.expectField('the name of a field'));
    } else if (cursor.takeSymbol('[')) {
      const { value, ...span } = cursor.expectString('a string');
      parts.push({ text: value, quoted: true, ...span });
      cursor.expectSymbol(']');
    } else {
      return { parts, ...cursor.span(start) };
    }
  }
}
