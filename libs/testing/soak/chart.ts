// The memory curves as a small picture: SVG without a library, readable on light and dark pages. Pure.
import type { Kill } from './balance.ts';
import type { Curve } from './memory.ts';

const size = { width: 760, height: 260, left: 48, right: 12, top: 14, bottom: 28 };
const colours: Readonly<Record<string, string>> = { policy: '#2a7de1', provider: '#e1722a', 'nats-server': '#2aa04a' };

/** One line a process, one tick a kill; the x axis is minutes, the y axis MB. */
export function drawMemory(curves: readonly Curve[], kills: readonly Kill[], durationMs: number): string {
  const topMb =
    Math.ceil(Math.max(50, ...curves.flatMap(({ samples }) => samples.map(({ bytes }) => bytes / 1e6))) / 50) * 50;
  const x = (ms: number): number => size.left + (ms / durationMs) * (size.width - size.left - size.right);
  const y = (mb: number): number => size.height - size.bottom - (mb / topMb) * (size.height - size.top - size.bottom);
  const line = ({ name, samples }: Curve): string => {
    const points = thin(samples).map(({ atMs, bytes }) => `${x(atMs).toFixed(1)},${y(bytes / 1e6).toFixed(1)}`);
    const colour = colours[name.replace(/ \d+$/, '')] ?? '#888';
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.3"/>`;
  };
  const tick = ({ atMs, signal }: Kill): string =>
    `<line x1="${x(atMs).toFixed(1)}" x2="${x(atMs).toFixed(1)}" y1="${y(0)}" y2="${y(0) + (signal === 'SIGKILL' ? 7 : 4)}" stroke="#c33"/>`;
  const label = (text: string, at: number, up: number, more = ''): string =>
    `<text x="${at.toFixed(1)}" y="${up.toFixed(1)}" fill="#888" font-size="11" font-family="sans-serif" ${more}>${text}</text>`;
  const legend = Object.entries(colours).map(
    ([name, colour], index) =>
      `<text x="${size.left + 8 + index * 90}" y="${size.top + 4}" fill="${colour}" font-size="12" font-family="sans-serif">${name}</text>`,
  );
  const minutes = durationMs / 60_000;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="memory of each process over time">`,
    ...[0, topMb / 2, topMb].flatMap((mb) => [
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y(mb)}" y2="${y(mb)}" stroke="#888" stroke-opacity="0.3"/>`,
      label(`${mb} MB`, size.left - 4, y(mb) + 4, 'text-anchor="end"'),
    ]),
    ...[0, 0.5, 1].map((part) =>
      label(
        `${(minutes * part).toFixed(1)} min`,
        x(durationMs * part),
        size.height - 6,
        `text-anchor="${part === 1 ? 'end' : 'middle'}"`,
      ),
    ),
    ...curves.map(line),
    ...kills.map(tick),
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

/** As many points as can be told apart. */
function thin<Point>(points: readonly Point[]): Point[] {
  const step = Math.max(1, Math.ceil(points.length / 300));
  return points.filter((_, index) => index % step === 0);
}
