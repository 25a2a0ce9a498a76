// Tables of text: aligned columns, numbers to the right. Pure.
import type { CpuShares, Errors, Yardstick } from './context.ts';
import type { Row, Target, Unit } from './rows.ts';

/** Align cells; columns are on the left unless their index is in `right`. The first line is the head. */
export function alignTable(lines: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const align = (cell: string, column: number): string =>
    right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const [head = '', ...body] = lines.map((cells) => cells.map(align).join('  ').trimEnd());
  return [head, rule, ...body].join('\n');
}

/** Write a number with its unit: three places at most, thousands apart. */
export function formatValue(value: number | undefined, unit: Unit): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const written = unit === 'ms' ? value.toFixed(2) : unit === 'MB' ? value.toFixed(0) : thousands(Math.round(value));
  return unit === '/s' ? `${written}/s` : unit === '' ? written : `${written} ${unit === 'us' ? 'µs' : unit}`;
}

function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' '); // before every third digit from the right
}

/** The main table: work, ours, yardstick, ratio, target, met or not. `paint` may colour whether a target is met. */
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
  const table = alignTable([['work', 'ours', 'yardstick', 'against', 'ratio', 'target', 'met?'], ...lines], [1, 2, 4]);
  return table.replace(/(met|not yet)$/gm, (text) => paint(text, text === 'met'));
}

function formatResult({ judged, result, unit }: Row): string {
  if (result === undefined) return '–';
  if (judged === 'ratio') return result.toFixed(2);
  return judged === 'difference' ? signed(result, unit) : '';
}

function formatTarget({ judged, unit }: Row, { sense, value }: Target): string {
  const sign = sense === 'at most' ? '≤' : '≥';
  if (judged === 'ratio') return `${sign} ${value.toFixed(2)} ×`;
  if (judged === 'difference') return `${sign} +${value} ${unit}`;
  return `${sign} ${value}${unit === '' ? '' : ` ${unit}`}`;
}

function signed(value: number, unit: Unit): string {
  return `${value < 0 ? '−' : '+'}${formatValue(Math.abs(value), unit)}`;
}

export function formatYardsticks(yardsticks: readonly Yardstick[]): string {
  const lines = yardsticks.map(({ way, p50Ms, p99Ms, ratePerSecond, cpuUs }) => [
    way,
    formatValue(p50Ms, 'ms'),
    formatValue(p99Ms, 'ms'),
    formatValue(ratePerSecond, '/s'),
    formatValue(cpuUs, 'us'),
  ]);
  return alignTable([['way to an answer', 'p50 at 1', 'p99 at 1', 'rate at 32', 'CPU at 32'], ...lines], [1, 2, 3, 4]);
}

export function formatCpuShares({ ours, bare }: CpuShares): string {
  const cells = (shares: Readonly<Record<string, number>>): string =>
    Object.entries(shares)
      .map(([name, us]) => `${name} ${formatValue(us, 'us')}`)
      .join(', ');
  if (Object.keys(ours).length === 0) return 'CPU a request: this system does not tell (Linux does)';
  return `CPU a unary request at 32 in flight, by process:\n  ours: ${cells(ours)}\n  bare mesh: ${cells(bare)}`;
}

export function formatErrors(errors: readonly Errors[]): string {
  if (errors.length === 0) return 'errors: 0';
  const lines = errors.map(({ work, errors: count, faults }) => `  ${work}: ${count} (${faults.join('; ')})`);
  return `errors: ${errors.reduce((sum, { errors: count }) => sum + count, 0)}\n${lines.join('\n')}`;
}
