// Tree to unit: names resolved, types inferred, fuel priced; or what is wrong with it.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Unit } from '../ir/ir.ts';
import type { SourceFile } from '../syntax/tree.ts';

/** What a source stands on, checked before it. */
export interface Surroundings {
  /** The layers above it, the nearest first. */
  readonly bases: readonly Unit[];
  /** By the text of the import: `name@range`. */
  readonly imports: ReadonlyMap<string, Unit>;
}

/** The unit, unless there are errors; warnings beside it. `Unit.uses` are the imports in their order, then the bases. */
export function check(
  source: SourceFile,
  surroundings: Surroundings,
): { unit: Unit | undefined; diagnostics: readonly Diagnostic[] } {
  throw new Error(`not built: ${source.file} ${surroundings.bases.length}`);
}
