// Models, aliases and extensions that a source names, against those that there are.
import type { Catalogue } from '../data/catalogue.ts';
import { Diagnostics, type Diagnostic, type Severity } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/suggest.ts';
import type { CatalogueLiteral, Unit } from '../ir/ir.ts';

/** What of a unit's literals is not there, with what may have been meant; no more than can be read. */
export function catalogueDiagnostics(unit: Unit, catalogue: Catalogue, severity: Severity): readonly Diagnostic[] {
  const diagnostics = new Diagnostics(unit.file);
  for (const { kind, text, at } of unit.literals) {
    const name = kind === 'extension' ? text.replace(/@.*$/, '') : text; // without its range of versions
    if (isThere(kind, name, catalogue)) continue;
    const [code, names] = known(kind, catalogue);
    diagnostics.report(code, at, `there is no ${kind} "${name}"`, didYouMean(name, names));
  }
  return diagnostics.list.map((one) => ({ ...one, severity }));
}

function isThere(kind: CatalogueLiteral['kind'], name: string, catalogue: Catalogue): boolean {
  if (kind === 'extension') return catalogue.extensions?.has(name) ?? true;
  if (kind === 'alias') return catalogue.byAlias.has(name);
  const slash = name.indexOf('/');
  return catalogue.byId.has(name) || (slash > 0 && catalogue.open.has(name.slice(0, slash)));
}

function known(
  kind: CatalogueLiteral['kind'],
  { byId, byAlias, extensions }: Catalogue,
): readonly ['E430' | 'E431' | 'E432', Iterable<string>] {
  if (kind === 'model') return ['E430', byId.keys()];
  return kind === 'alias' ? ['E431', byAlias.keys()] : ['E432', extensions ?? []];
}
