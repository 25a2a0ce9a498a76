// Tree to text, in the one way it is written.
import type { SourceFile } from './tree.ts';

/** Of a source without syntax errors. Idempotent; the tree of what it gives is the tree of what it got. */
export function format(source: SourceFile): string {
  throw new Error(`not built: ${source.file}`);
}
