// Diagnostics as they travel: with lines and columns, for whoever has no offsets.
import type { PolicyDiagnostic } from '@router-mesh/contracts';
import { positionAt, type Diagnostic } from '@router-mesh/wend';

/** So many are told of at most: the first ones say enough, and a message has an end. */
const most = 100;

/** @param textOf the text of a file that they name */
export function tellDiagnostics(
  diagnostics: readonly Diagnostic[],
  textOf: (file: string) => string,
): PolicyDiagnostic[] {
  return diagnostics.slice(0, most).map(({ code, severity, message, file, span, help }) => {
    const text = textOf(file);
    const [start, end] = [positionAt(text, span.start), positionAt(text, span.end)];
    return {
      code,
      severity,
      message,
      file,
      line: start.line,
      column: start.column,
      end_line: end.line,
      end_column: end.column,
      ...(help === undefined ? {} : { help }),
    };
  });
}
