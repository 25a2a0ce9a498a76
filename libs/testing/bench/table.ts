// Tables of text: aligned columns, numbers to the right. Pure.
import type { Row, Target, Unit } from './rows.ts';
import type { Errors } from './work-results.ts';

/** Align cells; columns are on the left unless their index is in `right`. The first line is the head. */
export function alignTable(lines: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const align = (cell: string, column: number): string =>
    right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const [head = '', ...body] = lines.map((cells) => cells.map(align).join('  ').trimEnd());
  return [head, rule, ...body].join('\n');
}

/** Units whose numbers are small. */
const fine: readonly Unit[] = ['ms', 'MB/min'];

/** Write a number with its unit: three places at most, thousands apart. */
export function formatValue(value: number | undefined, unit: Unit): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const written = fine.includes(unit) ? value.toFixed(2) : thousands(Math.round(value));
  return unit === '/s' ? `${written}/s` : unit === '' ? written : `${written} ${unit === 'us' ? 'µs' : unit}`;
}

/** A whole number, thousands apart. */
export function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' '); // before every third digit from the right
}

/** The main table: work, ours, yardstick, ratio, target, met or not, and the tails of what tells of times. `paint` may colour whether a target is met. */
export function formatRows(
  rows: readonly Row[],
  paint: (text: string, met: boolean) => string = (text) => text,
): string {
  const lines = rows.map((row) => [
    row.work,
    formatValue(row.ours, row.unit),
    formatValue(row.yardstick, row.unit),
    row.against,
    formatResult(row),
    row.target === undefined ? '' : formatTarget(row, row.target),
    row.met === undefined ? '' : row.met ? 'met' : 'not yet',
  ]);
  const head = ['work', 'ours', 'yardstick', 'against', 'ratio', 'target', 'met?'];
  const tails = rows.some(({ tail }) => tail !== undefined)
    ? [['p99.9 ours', 'yardstick', 'of times'], ...rows.map(formatTail)]
    : [];
  const table = [head, ...lines].map((cells, index) => [...cells, ...(tails[index] ?? [])]);
  return alignTable(table, [1, 2, 4, 7, 8, 9]).replace(/\b(met|not yet)(?= |$)/gm, (text) =>
    paint(text, text === 'met'),
  );
}

function formatTail({ tail }: Row): string[] {
  if (tail === undefined) return ['', '', ''];
  return [formatValue(tail.ours, 'ms'), formatValue(tail.yardstick, 'ms'), formatValue(tail.samples, '')];
}

function formatResult({ judged, result, unit }: Row): string {
  if (result === undefined) return '–';
  if (judged === 'ratio') return result.toFixed(2);
  return judged === 'difference' ? formatSigned(result, unit) : '';
}

function formatTarget({ judged, unit }: Row, { sense, value }: Target): string {
  const sign = sense === 'at most' ? '≤' : '≥';
  if (judged === 'ratio') return `${sign} ${value.toFixed(2)} ×`;
  if (judged === 'difference') return `${sign} +${value} ${unit}`;
  return `${sign} ${Math.round(value * 100) / 100}${unit === '' ? '' : ` ${unit}`}`;
}

/** A difference, with its sign. */
export function formatSigned(value: number | undefined, unit: Unit): string {
  if (value === undefined) return '–';
  return `${value < 0 ? '−' : '+'}${formatValue(Math.abs(value), unit)}`;
}

export function formatErrors(errors: readonly Errors[]): string {
  if (errors.length === 0) return 'errors: 0';
  const lines = errors.map(({ work, errors: count, faults }) => `  ${work}: ${count} (${faults.join('; ')})`);
  return `errors: ${errors.reduce((sum, { errors: count }) => sum + count, 0)}\n${lines.join('\n')}`;
}
