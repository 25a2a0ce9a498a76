// What a source sees of others: its imports by their numbers, then the layers above it.
import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../syntax/tree.ts';
import type { Surroundings } from './check.ts';
import { Names, type Used } from './names.ts';
import { spanOf } from './span.ts';

export function useOthers({ imports }: SourceFile, surroundings: Surroundings, diagnostics: Diagnostics): Names {
  const used: Used[] = [];
  const spaces = new Set<string>();
  const missing = new Set<string>();
  let incomplete = false;
  for (const [index, node] of imports.entries()) {
    const as = node.as?.text;
    if (as !== undefined && spaces.has(as))
      diagnostics.report('E109', spanOf(node.as ?? node), `there are two imports as "${as}"`);
    if (as !== undefined) spaces.add(as);
    const unit = surroundings.imports.get(node.from.value);
    if (unit === undefined) {
      // Whoever looked for it has said that it is missing.
      if (as === undefined) incomplete = true;
      else missing.add(as);
      continue;
    }
    used.push({ number: index + 1, unit, as });
  }
  const bases = surroundings.bases.map((unit, index) => ({ number: imports.length + index + 1, unit, as: undefined }));
  return new Names(used, bases, missing, incomplete);
}
