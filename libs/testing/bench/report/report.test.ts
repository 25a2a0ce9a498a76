import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WorkResult } from '../work-results.ts';
import { drawBars } from './bars.ts';
import { drawCpu, drawLatencies, drawThroughput } from './charts.ts';
import { drawLines } from './lines.ts';
import { docs, readPages, readResults, reportOf } from './main.ts';
import { replacePart } from './page.ts';
import { parts } from './parts.ts';

const spread = (p50: number) => ({ count: 1000, p50, p99: 5 * p50, p999: 20 * p50, max: 30 * p50 });
const work = (name: string, ratePerSecond: number, p50: number): WorkResult => ({
  name,
  count: 1000,
  ratePerSecond,
  times: { latency: spread(p50) },
  cpuUs: { policy: 40, provider: 120, 'demo model': 500 },
  rounds: { ratePerSecond: [], p50Ms: [] },
});
const works = [
  work('bare 32', 5000, 1),
  work('ours 32', 2500, 2),
  work('bare open', 900, 1),
  work('ours open', 900, 2),
];

const pages = readPages();

describe('the committed report', () => {
  const files = reportOf(pages, readResults);

  test('is what the committed results give: npm run bench -- report writes it', () => {
    for (const [file, text] of Object.entries(files)) {
      expect(existsSync(join(docs, file)), file).toBe(true);
      expect(readFileSync(join(docs, file), 'utf8'), file).toBe(text);
    }
  });

  test('has small pictures, and shows each of them', () => {
    const pictures = Object.entries(files).filter(([file]) => file.endsWith('.svg'));
    for (const [file, text] of pictures) {
      expect(Buffer.byteLength(text), file).toBeLessThan(10_000);
      expect(pages['performance.md']).toContain(`](${file})`);
    }
  });

  test('has a place for every part', () => {
    for (const { page, name } of parts) expect(() => replacePart(pages[page], name, ''), name).not.toThrow();
  });
});

test('a part of a page is replaced, and what people wrote around it stays', () => {
  const written =
    'above\n\n<!-- generated: a -->\nold\n<!-- /generated -->\n\nbetween\n\n<!-- generated: b --><!-- /generated -->\nbelow\n';
  const once = replacePart(replacePart(written, 'a', 'new a'), 'b', 'new b');
  expect(once).toBe(
    'above\n\n<!-- generated: a -->\n\nnew a\n\n<!-- /generated -->\n\nbetween\n\n<!-- generated: b -->\n\nnew b\n\n<!-- /generated -->\nbelow\n',
  );
  expect(replacePart(once, 'a', 'new a')).toBe(once);
  expect(() => replacePart(written, 'c', '')).toThrow('generated: c');
});

test('every part and every picture is made from results alone', () => {
  const heading = {
    at: '2026-11-23T01:02:03Z',
    node: '26',
    nats: '2',
    cores: 2,
    rounds: 7,
    seconds: 2,
    loadBefore: 0.5,
  };
  const row = { work: 'w', unit: 'ms', against: 'bare mesh', judged: 'ratio', ours: 3, yardstick: 2, result: 1.5 };
  const open = { ratePerSecond: 900, sent: 1000, late: 3, unanswered: 0 };
  const mesh = { ...heading, rows: [row], works: [...works, { ...work('ours open', 900, 2), open }], errors: [] };
  const cost = { feature: 'traces', to: 'nothing', addedUs: 7, addedByProcess: { policy: 7 }, errors: false };
  const memory = {
    series: { everyMs: 1000, mb: { policy: [60, 61] } },
    rows: [row],
    minutes: 10,
    offered: { 'ours 32': 500 },
  };
  const answered = (perSecond: number) => ({
    perSecond,
    p50Ms: 1,
    p99Ms: 2,
    p999Ms: 3,
    errors: 0,
    cpuUs: { policy: 40, provider: 120, 'nats-server 1': 50, 'nats-server 2': 60, 'nats-server 3': 70 },
  });
  const scaling = {
    costs: [{ what: 'a record stored on 3 servers, in groups of 1', perSecond: 10_000, serverUs: 90, clientUs: 40 }],
    replicas: [1, 2].map((replicas) => ({
      stop: 'provider',
      replicas,
      share: 0.15,
      answered: answered(800 * replicas),
    })),
    cluster: [1, 3].map((servers) => ({ servers, inFlight: 32, answered: answered(1000) })),
  };
  const results = {
    mesh,
    features: { ...heading, costs: [cost], errors: [] },
    memory: { ...heading, ...memory, errors: [] },
    wend: { ...heading, rows: [row], errors: { thrown: 0, disagreements: [] } },
    scaling: { ...heading, ...scaling },
  };
  const files = reportOf(pages, (suite) => (suite in results ? results[suite as keyof typeof results] : undefined));
  const written = files['performance.md'] ?? '';
  const pictures = ['throughput', 'latency', 'cpu', 'memory'].map((name) => `performance/${name}.svg`);
  expect(Object.keys(files)).toEqual(['performance.md', 'scaling.md', ...pictures]);
  for (const file of pictures) expect(written).toContain(`](${file})`);
  expect(written).toContain('A run of 2026-11-23: medians of 7 rounds of 2 s; 2 cores');
  expect(written).toMatch(/^ours: chat +900\/s .* 3 +0$/m);
  expect(files['scaling.md']).toMatch(/^provider +2 +0.15 of a core +1 600\/s +2.00 /m);
  expect(files['scaling.md']).toMatch(/^ +1 000\/s +2 +2 /m);
  expect(written).toMatch(/^traces +nothing .* \+7 µs +\+7 µs$/m);
  expect(written).toContain('10 minutes of load, 500/s as in "ours 32".');
  expect(written.match(/^errors: 0$/gm)).toHaveLength(4);
});

test('a suite that has no results leaves its parts as they stand', () => {
  expect(reportOf(pages, () => undefined)).toEqual(pages);
});

describe('pictures', () => {
  test('are well formed, whatever the names are', () => {
    const all = [
      drawThroughput(works),
      drawCpu(works),
      drawLatencies(works),
      drawLines('a & b', { everyMs: 1000, values: { '<policy>': [1, 2, 3], empty: [] }, unit: 'MB' }),
      drawBars('nothing', []),
    ];
    for (const picture of all) expect(openElements(picture)).toEqual([]);
    expect(all.join('')).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('have bars as long as what they stand for', () => {
    const [bare = 0, ours = 0] = [...drawThroughput(works).matchAll(/<rect [^>]*width="([\d.]+)" height="14"/g)].map(
      ([, wide]) => Number(wide),
    );
    expect(bare / ours).toBeCloseTo(2, 1);
  });

  test('stack the processes of a request, without those that are nobody’s cost', () => {
    const drawn = drawCpu(works);
    expect(drawn).toContain('>provider<');
    expect(drawn).toContain('>160 µs<');
    expect(drawn).not.toContain('demo model');
  });

  test('place latencies on a logarithmic scale, p50 before p99 before p99.9', () => {
    const xs = [...drawLatencies(works).matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(xs).toHaveLength(6);
    const [p50 = 0, p99 = 0, p999 = 0] = xs;
    expect(p50 < p99 && p99 < p999).toBe(true);
    expect((p99 - p50) / (p999 - p50)).toBeCloseTo(Math.log(5) / Math.log(20), 1);
  });
});

/** Names of elements that are opened and never closed, or closed and not open. */
function openElements(xml: string): string[] {
  const open: string[] = [];
  for (const [, closes, name = '', alone] of xml.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (alone === '/') continue;
    if (closes === '') open.push(name);
    else if (open.pop() !== name) open.push(`/${name}`);
  }
  return open;
}
