// Offsets to lines and columns, and the lines of a source.

/** Both from 1; columns count code points, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset (UTF-16 code units) in a text. */
export function positionAt(text: string, offset: number): Position {
  const { line, start } = lineAt(text, offset);
  return { line, column: [...text.slice(start, offset)].length + 1 };
}

/** A line of a text: its number from 1, and where it is; `end` is before the line break. */
export interface Line {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** The line that an offset is in. A line ends at LF, with a CR before it or not; an offset behind the text is in its last one. */
export function lineAt(text: string, offset: number): Line {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', start)) {
    line += 1;
    start = next + 1;
  }
  const lineBreak = text.indexOf('\n', start);
  if (lineBreak === -1) return { line, start, end: text.length };
  return { line, start, end: text[lineBreak - 1] === '\r' && lineBreak > start ? lineBreak - 1 : lineBreak };
}
