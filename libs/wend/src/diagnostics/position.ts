// Offsets to lines and columns, and the lines of a source.

/** Both from 1; columns count code points, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset (UTF-16 code units) in a text. Makes nothing of the text, which may be one line of 256 KiB. */
export function positionAt(text: string, offset: number): Position {
  const { line, start } = lineAt(text, offset);
  let column = 1;
  const end = Math.min(offset, text.length);
  for (let place = start; place < end; place += 1) {
    const point = text.codePointAt(place) ?? 0;
    if (point > 0xffff && place + 1 < end) place += 1;
    column += 1;
  }
  return { line, column };
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

/** From 1, of any offset in a text: for who asks about many, which costs one look at the text. */
export function linesOf(text: string): (offset: number) => number {
  const ends: number[] = [];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) ends.push(end);
  return (offset) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
