// Values over time: one line each. Pure.
import { colourOf, gridLine, legend, line, picture, text, width } from './svg.ts';

export interface Curves {
  /** How far apart the values are. */
  readonly everyMs: number;
  /** By the name that its colour stands for. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly unit: string;
}

const size = { left: 56, right: 14, top: 30, bottom: 26, high: 230 };
/** More points than that cannot be told apart. */
const mostPoints = 150;

export function drawLines(label: string, { everyMs, values, unit }: Curves): string {
  const series = Object.entries(values);
  const most = Math.max(1, ...series.map(([, each]) => each.length - 1));
  const highest = Math.max(...series.flatMap(([, each]) => each), 1);
  const step = 10 ** Math.floor(Math.log10(highest));
  const ceiling = Math.ceil(highest / step) * step;
  const x = (index: number): number => size.left + (index / most) * (width - size.left - size.right);
  const y = (value: number): number =>
    size.high - size.bottom - (value / ceiling) * (size.high - size.top - size.bottom);
  const minutes = (most * everyMs) / 60_000;
  return picture(size.high, label, [
    ...legend(
      series.map(([name]) => name),
      size.left,
      14,
    ),
    ...[0, 0.5, 1].flatMap((part) => [
      gridLine(size.left, y(ceiling * part), width - size.right, y(ceiling * part)),
      text(size.left - 6, y(ceiling * part) + 4, `${ceiling * part} ${unit}`, { anchor: 'end', quiet: true }),
      text(x(most * part), size.high - 8, `${(minutes * part).toFixed(1)} min`, {
        anchor: part === 0 ? 'start' : part === 1 ? 'end' : 'middle',
        quiet: true,
      }),
    ]),
    ...series.map(([name, each]) =>
      line(thin(each.map((value, index) => [x(index), y(value)] as const)), colourOf(name)),
    ),
  ]);
}

function thin<Point>(points: readonly Point[]): Point[] {
  const step = Math.max(1, Math.ceil(points.length / mostPoints));
  return points.filter((_, index) => index % step === 0);
}
