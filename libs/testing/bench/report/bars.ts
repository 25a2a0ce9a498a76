// Bars that lie on their side, each of one part or of several. Pure.
import { bar, colourOf, legend, picture, text, width } from './svg.ts';

export interface Bar {
  readonly label: string;
  /** By the name that its colour stands for. */
  readonly parts: Readonly<Record<string, number>>;
  /** Stands at the end of the bar. */
  readonly said: string;
}

const left = 190;
const right = 90;
const rowHigh = 20;
const gapHigh = 10;
const top = 30;

/** Groups of bars, all on one scale. */
export function drawBars(label: string, groups: readonly (readonly Bar[])[]): string {
  const bars = groups.flat();
  const most = Math.max(...bars.map(totalOf), Number.MIN_VALUE);
  const names = [...new Set(bars.flatMap(({ parts }) => Object.keys(parts)))];
  const drawn = legend(names, 8, 14);
  let y = top;
  for (const group of groups) {
    for (const one of group) {
      drawn.push(...drawBar(one, y, most));
      y += rowHigh;
    }
    y += gapHigh;
  }
  return picture(y, label, drawn);
}

function drawBar({ label, parts, said }: Bar, y: number, most: number): string[] {
  let x = left;
  const drawn = [text(left - 8, y + 13, label, { anchor: 'end' })];
  for (const [name, value] of Object.entries(parts)) {
    const wide = (value / most) * (width - left - right);
    drawn.push(bar(x, y + 3, wide, rowHigh - 6, colourOf(name)));
    x += wide;
  }
  return [...drawn, text(x + 6, y + 13, said, { quiet: true })];
}

function totalOf({ parts }: Bar): number {
  return Object.values(parts).reduce((sum, value) => sum + value, 0);
}
