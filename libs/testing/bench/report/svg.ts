// Small pictures without a library: SVG that can be read on light and dark pages. Pure.

/** Wide enough for a page, ems of its text. */
export const width = 760;

/** Colours that stand out on white and on black, by what they stand for. */
export const colours: Readonly<Record<string, string>> = {
  ours: '#2a7de1',
  yardstick: '#8a929c',
  provider: '#e1722a',
  policy: '#2a7de1',
  'nats-server': '#2aa04a',
  'first stop': '#9a6fd8',
  'second stop': '#c9971c',
  responder: '#d0578f',
  proxy: '#7d8590',
};

const style =
  'text{font:12px system-ui,sans-serif;fill:#4d5761}.quiet{fill:#78828c}.grid{stroke:#8a929c;stroke-opacity:.35}' +
  '@media(prefers-color-scheme:dark){text{fill:#c4ccd4}.quiet{fill:#949ea8}}';

/** A picture; `label` is what it shows, for those who do not see it. */
export function picture(height: number, label: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(label)}">`,
    `<style>${style}</style>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

export interface TextOptions {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly quiet?: boolean;
}

export function text(
  x: number,
  y: number,
  said: string,
  { anchor = 'start', quiet = false }: TextOptions = {},
): string {
  const more = `${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${quiet ? ' class="quiet"' : ''}`;
  return `<text x="${short(x)}" y="${short(y)}"${more}>${escape(said)}</text>`;
}

export function bar(x: number, y: number, wide: number, high: number, colour: string): string {
  return `<rect x="${short(x)}" y="${short(y)}" width="${short(wide)}" height="${short(high)}" fill="${colour}"/>`;
}

export function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}"/>`;
}

export function line(points: readonly (readonly [x: number, y: number])[], colour: string): string {
  const written = points.map(([x, y]) => `${short(x)},${short(y)}`).join(' ');
  return `<polyline points="${written}" fill="none" stroke="${colour}" stroke-width="1.6"/>`;
}

export function dot(x: number, y: number, radius: number, colour: string): string {
  return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}" fill="${colour}"/>`;
}

/** Names in their colours, side by side. */
export function legend(names: readonly string[], x: number, y: number): string[] {
  let at = x;
  return names.flatMap((name) => {
    const parts = [bar(at, y - 9, 10, 10, colourOf(name)), text(at + 14, y, name)];
    at += 30 + name.length * 6.6;
    return parts;
  });
}

export function colourOf(name: string): string {
  return colours[name] ?? '#8a929c';
}

/** A tenth of a unit is finer than anybody sees. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(said: string): string {
  return said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
