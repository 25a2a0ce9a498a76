// Diagnostics for people: message, line, caret, help.
import type { Source } from '../link/link.ts';
import type { Diagnostic } from './diagnostic.ts';

/** `error[E201]: …`, `--> file:line:column`, the line, a caret, `= help: …`; one after the other. */
export function render(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  options: { readonly colour: boolean },
): string {
  throw new Error(`not built: ${diagnostics.length} ${sources.length} ${options.colour}`);
}
