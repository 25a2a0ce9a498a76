// Diagnostics that the mesh tells, shown as our own are.
import { PolicyDiagnostic, RouterError } from '@router-mesh/contracts';
import type { Code, Diagnostic, Severity, Source } from '@router-mesh/wend';
import { z } from 'zod';

/** What the mesh has against a source that it refused, or nothing of the kind. */
export function diagnosticsIn(thrown: unknown): readonly PolicyDiagnostic[] | undefined {
  if (!(thrown instanceof RouterError)) return undefined;
  const parsed = z.array(PolicyDiagnostic).min(1).safeParse(thrown.details?.['diagnostics']);
  return parsed.success ? parsed.data : undefined;
}

/** With offsets in our own text; of a source that is not at hand the file is named with its line and column. */
export function fromMesh(told: readonly PolicyDiagnostic[], sources: readonly Source[]): Diagnostic[] {
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  return told.map(({ code, severity, message, file, help, ...place }) => {
    const text = texts.get(file);
    return {
      // A mesh that is newer than this command may tell codes that are not known here: they are shown as they are.
      code: code as Code,
      severity: severity satisfies Severity,
      message,
      file: text === undefined ? `${file}:${place.line}:${place.column}` : file,
      span: text === undefined ? nowhere : spanOf(text, place),
      ...(help === undefined ? {} : { help }),
    };
  });
}

const nowhere = { start: 0, end: 0 };

function spanOf(
  text: string,
  place: Pick<PolicyDiagnostic, 'line' | 'column' | 'end_line' | 'end_column'>,
): Diagnostic['span'] {
  return { start: offsetOf(text, place.line, place.column), end: offsetOf(text, place.end_line, place.end_column) };
}

/** Columns count code points, offsets UTF-16 code units. */
function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0);
  const [shown = ''] = text.slice(start).split('\n', 1);
  return Math.min(text.length, start + [...shown].slice(0, column - 1).join('').length);
}
