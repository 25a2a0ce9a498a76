// What became of tests, as text and as JSON. Pure.
import { positionAt, type Covered } from '@router-mesh/wend';
import { table, warning } from '../output.ts';
import type { Tested } from './test.ts';

/** A line a test, below each failed one what did not hold, and last how many there were. */
export function showReports(tested: readonly Tested[]): string {
  const results = tested.flatMap(({ report }) => report.results);
  const failed = results.filter(({ passed }) => !passed).length;
  const counts = `${results.length - failed} passed${failed === 0 ? '' : `, ${failed} failed`}`;
  const shown = tested.filter(({ report }) => report.results.length > 0 || report.coverage !== undefined).map(showOne);
  return [...shown, results.length === 0 ? 'there are no tests' : counts].join('\n\n');
}

function showOne({ source, report }: Tested): string {
  const lines = report.results.flatMap(({ name, passed, failures }) => [
    `  ${passed ? '✓' : warning('✗')} ${name}`,
    ...failures.map(({ span, message }) => `      ${place(source, span.start)}  ${message}`),
  ]);
  const coverage = report.coverage === undefined ? [] : ['', showCoverage(source.text, report.coverage)];
  return [source.file, ...lines, ...coverage].join('\n');
}

function place({ file, text }: Tested['source'], offset: number): string {
  const { line, column } = positionAt(text, offset);
  return `${file}:${line}:${column}`;
}

function showCoverage(text: string, covered: readonly Covered[]): string {
  const regions = covered.reduce((sum, one) => sum + one.regions, 0);
  const missed = covered.reduce((sum, one) => sum + one.missed.length, 0);
  const share = regions === 0 ? 100 : Math.floor((100 * (regions - missed)) / regions);
  const columns = [
    { title: '' },
    { title: 'NAME' },
    { title: 'APPLIED' },
    { title: 'SKIPPED' },
    { title: 'NEVER ENTERED' },
  ];
  const rows = covered.map((one) => [
    one.kind,
    one.name,
    ...(one.kind === 'fn' ? ['', ''] : [yes(one.applied), yes(one.skipped)]),
    linesOf(text, one.missed),
  ]);
  return `${table(columns, rows)}\n${share} % of the code was entered`;
}

function yes(seen: boolean): string {
  return seen ? 'yes' : 'no';
}

/** `line 12, 17` */
function linesOf(text: string, spans: Covered['missed']): string {
  const lines = [...new Set(spans.map(({ start }) => positionAt(text, start).line))].sort((a, b) => a - b);
  return lines.length === 0 ? '' : `line ${lines.join(', ')}`;
}

export function testsAsJson({ source, report }: Tested): object {
  const { results, coverage } = report;
  return {
    file: source.file,
    results: results.map(({ name, passed, span, failures }) => ({
      name,
      passed,
      ...positionAt(source.text, span.start),
      failures: failures.map((failure) => ({
        ...positionAt(source.text, failure.span.start),
        message: failure.message,
      })),
    })),
    ...(coverage === undefined ? {} : { coverage: coverage.map((one) => coveredAsJson(source.text, one)) }),
  };
}

function coveredAsJson(text: string, { kind, name, applied, skipped, regions, missed }: Covered): object {
  return { kind, name, applied, skipped, regions, missed: missed.map(({ start }) => positionAt(text, start)) };
}
