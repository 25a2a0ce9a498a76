// What a command prints: text for a reader, JSON for a program.
import { styleText } from 'node:util';

/** A whole answer: JSON when that was asked for, else the text. */
export function print({ json }: { readonly json?: boolean }, value: unknown, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text()}\n`);
}

/** Something beside the answer, for whoever sits there; what is piped on stays clean. */
export function hint(text: string): void {
  if (process.stdout.isTTY) process.stderr.write(`${styleText('dim', text, { stream: process.stderr })}\n`);
}

/** How far something has come, on one line of a terminal that is written over and at last wiped out; nothing where nobody sits. */
export function progress(everyMs = 200): (text: (() => string) | undefined) => void {
  if (!process.stderr.isTTY) return () => undefined;
  let shownAt = performance.now();
  let shown = false;
  return (text) => {
    if (text === undefined) return void (shown && process.stderr.write('\r\x1b[K'));
    if (performance.now() - shownAt < everyMs) return;
    shownAt = performance.now();
    shown = true;
    process.stderr.write(`\r\x1b[K${text()}`);
  };
}

export function dim(text: string): string {
  return styleText('dim', text, { stream: process.stdout });
}

export function warning(text: string): string {
  return styleText('yellow', text, { stream: process.stdout });
}

/** A column; numbers are set to the right. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** Rows below the titles, in columns as wide as they need. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right }, index) => {
        const cell = cells[index] ?? '';
        const width = widths[index] ?? 0;
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [dim(line(columns.map(({ title }) => title))), ...rows.map(line)].join('\n');
}

/** Names and values, one a line. */
export function list(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${dim(name.padEnd(width))}  ${value}`).join('\n');
}
