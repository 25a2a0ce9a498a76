// What is said of a source that could not be read whole: not what may only follow from that.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** They say that something is missing; perhaps it stands where the source could not be read. */
const missing: ReadonlySet<string> = new Set(['E111', 'E210']);

/** Of what the checker found beside errors of syntax: the errors on lines that could be read. Warnings wait until all of them can. */
export function withoutConsequences(
  text: string,
  syntax: readonly Diagnostic[],
  checked: readonly Diagnostic[],
): readonly Diagnostic[] {
  const unread = syntax.filter(({ severity }) => severity === 'error');
  if (unread.length === 0) return checked;
  const lines = new Set(unread.map(({ span }) => lineStart(text, span.start)));
  return checked.filter(
    ({ severity, code, span }) => severity === 'error' && !missing.has(code) && !lines.has(lineStart(text, span.start)),
  );
}

/** The offset at which the line of a place begins. */
function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}
