// `npm run bench -- report`: the generated parts of docs/performance.md and docs/scaling.md, and their charts, from the results files. Nothing is measured.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resultsFile } from '../options.ts';
import type { SuiteName } from '../suites.ts';
import { replacePart } from './page.ts';
import { parts, type Page } from './parts.ts';

export const docs = join(import.meta.dirname, '../../../../docs');

/** The text of each file of the report, by its path below docs. A suite without a results file leaves its parts as they stand. */
export function reportOf(
  pages: Readonly<Record<Page, string>>,
  results: (suite: SuiteName) => object | undefined,
): Record<string, string> {
  const files: Record<string, string> = { ...pages };
  for (const { page, name, suite, markdown, charts = {} } of parts) {
    const measured = results(suite);
    if (measured === undefined) continue;
    files[page] = replacePart(files[page] ?? '', name, markdown(measured));
    for (const [file, draw] of Object.entries(charts)) files[`performance/${file}`] = draw(measured);
  }
  return files;
}

/** As they stand. */
export function readPages(): Record<Page, string> {
  const read = (page: Page): string => readFileSync(join(docs, page), 'utf8');
  return { 'performance.md': read('performance.md'), 'scaling.md': read('scaling.md') };
}

/** What a suite wrote last in a full run; undefined when there is none. */
export function readResults(suite: SuiteName): object | undefined {
  const file = resultsFile(suite);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : undefined;
}

export async function writeReport(): Promise<void> {
  for (const [file, text] of Object.entries(reportOf(readPages(), readResults))) {
    mkdirSync(dirname(join(docs, file)), { recursive: true });
    writeFileSync(join(docs, file), text);
    process.stdout.write(`wrote docs/${file}\n`);
  }
}
