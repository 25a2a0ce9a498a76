// Offsets to lines and columns.

/** Both from 1; columns count code points, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset (UTF-16 code units) in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 };
}
