// Diagnostics as a command prints them: with line and caret, as JSON, or as SARIF.
import { positionAt, render, toSarif, type Diagnostic, type Severity, type Source } from '@router-mesh/wend';
import type { GlobalOptions } from '../global-options.ts';

export interface DiagnosticOptions extends GlobalOptions {
  readonly sarif?: boolean;
}

/** A diagnostic as JSON: lines and columns from 1, columns count code points, the end is behind the last. */
export interface ToldDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
  readonly help?: string;
}

/** For people: on stderr, so that what is piped on stays clean. */
export function showOnStderr(diagnostics: readonly Diagnostic[], sources: readonly Source[]): void {
  if (diagnostics.length > 0) process.stderr.write(`${rendered(diagnostics, sources, process.stderr)}\n`);
}

/** With colours where the stream is a terminal that wants them. */
export function rendered(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return render(diagnostics, sources, { colour: stream.isTTY === true && stream.hasColors() });
}

/** What CI reads. */
export function asSarif(diagnostics: readonly Diagnostic[], sources: readonly Source[]): string {
  return JSON.stringify(toSarif(diagnostics, sources), undefined, 2);
}

export function asJson(diagnostics: readonly Diagnostic[], sources: readonly Source[]): ToldDiagnostic[] {
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  return diagnostics.map(({ code, severity, message, file, span, help }) => {
    const text = texts.get(file) ?? '';
    const [from, to] = [positionAt(text, span.start), positionAt(text, span.end)];
    const place = { line: from.line, column: from.column, end_line: to.line, end_column: to.column };
    return { code, severity, message, file, ...place, ...(help === undefined ? {} : { help }) };
  });
}
