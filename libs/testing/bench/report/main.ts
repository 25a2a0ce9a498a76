// `npm run bench -- report`: docs/performance.md and its charts from the results files. Nothing is measured.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resultsFile } from '../options.ts';
import type { SuiteName } from '../suites.ts';
import { replacePart } from './page.ts';
import { parts } from './parts.ts';

export const docs = join(import.meta.dirname, '../../../../docs');

/** The text of each file of the report, by its path below docs. A suite without a results file leaves its parts as they stand. */
export function reportOf(page: string, results: (suite: SuiteName) => object | undefined): Record<string, string> {
  const files: Record<string, string> = { 'performance.md': page };
  for (const { name, suite, markdown, charts = {} } of parts) {
    const measured = results(suite);
    if (measured === undefined) continue;
    files['performance.md'] = replacePart(files['performance.md'] ?? '', name, markdown(measured));
    for (const [file, draw] of Object.entries(charts)) files[`performance/${file}`] = draw(measured);
  }
  return files;
}

/** What a suite wrote last in a full run; undefined when there is none. */
export function readResults(suite: SuiteName): object | undefined {
  const file = resultsFile(suite);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : undefined;
}

export async function writeReport(): Promise<void> {
  const page = readFileSync(join(docs, 'performance.md'), 'utf8');
  for (const [file, text] of Object.entries(reportOf(page, readResults))) {
    mkdirSync(dirname(join(docs, file)), { recursive: true });
    writeFileSync(join(docs, file), text);
    process.stdout.write(`wrote docs/${file}\n`);
  }
}
