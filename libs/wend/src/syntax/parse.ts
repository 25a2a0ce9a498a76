// Text to tree.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from './tree.ts';

/** Never throws: what it does not understand it reports, and goes on at the next declaration. */
export function parse(text: string, file: string): { source: SourceFile; diagnostics: readonly Diagnostic[] } {
  throw new Error(`not built: ${file} ${text.length}`);
}
