// Diagnostics for CI: SARIF 2.1.0.
import type { Source } from '../link/link.ts';
import type { Diagnostic } from './diagnostic.ts';

/** One run of the tool, as a document of the standard. */
export function toSarif(diagnostics: readonly Diagnostic[], sources: readonly Source[]): object {
  throw new Error(`not built: ${diagnostics.length} ${sources.length}`);
}
