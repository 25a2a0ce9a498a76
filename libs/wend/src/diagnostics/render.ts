// Diagnostics for people: message, line, caret, help.
import type { Source } from '../data/source.ts';
import type { Diagnostic, Severity, Span } from './diagnostic.ts';
import { lineAt, positionAt } from './position.ts';
import { layOut, visible } from './width.ts';

/** Columns of a source line that are shown at most: around its carets. */
const widest = 160;

type Paint = (style: keyof typeof styles, text: string) => string;

const styles = { error: '1;31', warning: '1;33', bold: '1', frame: '1;34', help: '1;36' } as const;

/**
 * `error[E201]: …`, `--> file:line:column`, the line, carets, `= help: …`; one after the other, and last how many they are.
 *
 * In the order of the sources and of places in them. Nothing where there are no diagnostics; no line break at the end.
 */
export function render(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  options: { readonly colour: boolean },
): string {
  if (diagnostics.length === 0) return '';
  const paint: Paint = (style, text) => (options.colour ? `\x1b[${styles[style]}m${text}\x1b[0m` : text);
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  const order = [...texts.keys()];
  const sorted = diagnostics.toSorted(
    (a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.span.start - b.span.start,
  );
  return [...sorted.map((one) => renderOne(one, texts.get(one.file), paint)), summary(diagnostics)].join('\n\n');
}

function renderOne(diagnostic: Diagnostic, text: string | undefined, paint: Paint): string {
  const { code, severity, message, file, span, help } = diagnostic;
  const head = `${paint(severity, `${severity}[${code}]`)}${paint('bold', `: ${visible(message)}`)}`;
  if (text === undefined) {
    return [head, `${paint('frame', '-->')} ${visible(file)}`, ...helpLine(help, '', paint)].join('\n');
  }
  const { line, column } = positionAt(text, span.start);
  const margin = ' '.repeat(String(line).length);
  const { shown, indent, carets } = excerpt(text, span);
  const bar = paint('frame', '|');
  return [
    head,
    `${margin}${paint('frame', '-->')} ${visible(file)}:${line}:${column}`,
    `${margin} ${bar}`,
    `${paint('frame', String(line))} ${bar} ${shown}`.trimEnd(),
    `${margin} ${bar} ${' '.repeat(indent)}${paint(severity, '^'.repeat(carets))}`,
    ...helpLine(help, margin, paint),
  ].join('\n');
}

function helpLine(help: string | undefined, margin: string, paint: Paint): string[] {
  if (help === undefined) return [];
  return [`${margin} ${paint('frame', '=')} ${paint('help', 'help')}: ${visible(help)}`];
}

/** The line where a span begins, and a caret a column up to the end of the span or of the line; at least one. */
function excerpt(text: string, span: Span): Excerpt {
  const { start, end } = lineAt(text, span.start);
  const from = Math.min(span.start, end);
  const before = layOut(text.slice(start, from));
  const all = layOut(text.slice(start, end));
  const marked = [...text.slice(from, Math.max(from, Math.min(span.end, end)))].length;
  const skipped = Math.max(0, widthOf(before) - widest / 2);
  return crop(all, before.length, marked, skipped);
}

interface Excerpt {
  readonly shown: string;
  /** Columns before the first caret, and how many carets. */
  readonly indent: number;
  readonly carets: number;
}

type Cell = { readonly shown: string; readonly width: number };

/** @param skipped columns at the start that are not shown */
function crop(all: readonly Cell[], before: number, marked: number, skipped: number): Excerpt {
  let column = 0;
  let shown = skipped > 0 ? '…' : '';
  let indent = shown.length;
  let carets = 0;
  for (const [index, cell] of all.entries()) {
    column += cell.width;
    if (column <= skipped) continue;
    if (column > skipped + widest) {
      shown += '…';
      break;
    }
    shown += cell.shown;
    if (index < before) indent += cell.width;
    else if (index < before + marked) carets += cell.width;
  }
  return { shown, indent, carets: Math.max(1, carets) };
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

/** `2 errors, 1 warning` */
function summary(diagnostics: readonly Diagnostic[]): string {
  const counts = (['error', 'warning'] as const).map((severity: Severity) => {
    const count = diagnostics.filter((one) => one.severity === severity).length;
    return count === 0 ? '' : `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return counts.filter((text) => text !== '').join(', ');
}
