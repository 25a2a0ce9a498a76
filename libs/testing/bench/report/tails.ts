// How far the tails of latencies reach: p50, p99 and p99.9 of each on one logarithmic scale. Pure.
import type { Spread } from '../load/distribution.ts';
import { colourOf, dot, gridLine, legend, line, picture, text, width } from './svg.ts';

export interface TailedRow {
  readonly label: string;
  /** Whose colour. */
  readonly side: 'ours' | 'yardstick';
  readonly spread: Spread;
}

const left = 260;
const right = 40;
const top = 30;
const rowHigh = 20;

export function drawTails(label: string, rows: readonly TailedRow[]): string {
  const values = rows.flatMap(({ spread: { p50, p999 } }) => [p50, p999]).filter((ms) => ms > 0);
  const from = Math.floor(Math.log10(Math.min(...values, 1)));
  const to = Math.ceil(Math.log10(Math.max(...values, 10)));
  const x = (ms: number): number =>
    left + ((Math.log10(Math.max(ms, 10 ** from)) - from) / (to - from)) * (width - left - right);
  const bottom = top + rows.length * rowHigh;
  const scale = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index)).flatMap((ms) => [
    gridLine(x(ms), top, x(ms), bottom),
    text(x(ms), bottom + 15, `${ms} ms`, { anchor: 'middle', quiet: true }),
  ]);
  const drawn = rows.flatMap(({ label: said, side, spread: { p50, p99, p999 } }, index) => {
    const y = top + index * rowHigh + rowHigh / 2;
    const colour = colourOf(side);
    return [
      text(left - 8, y + 4, said, { anchor: 'end' }),
      line(
        [
          [x(p50), y],
          [x(p999), y],
        ],
        colour,
      ),
      dot(x(p50), y, 5, colour),
      dot(x(p99), y, 3.5, colour),
      dot(x(p999), y, 2, colour),
    ];
  });
  const sizes = text(left + 170, 14, 'from large to small: p50, p99, p99.9', { quiet: true });
  return picture(bottom + 24, label, [...legend(['ours', 'yardstick'], left, 14), sizes, ...scale, ...drawn]);
}
