// What nothing uses. A name that begins with `_` is meant to be so.
import type { Library, Policy, SourceFile } from '../../syntax/tree.ts';
import { report, type Place } from '../place.ts';

/** Of a procedure, when it is done. Parameters are of the signature, items of their loop: both may go unread. */
export function warnUnusedLocals(place: Place): void {
  for (const { name, kind, at, used } of place.procedure.locals)
    if (!used && (kind === 'let' || kind === 'var') && !name.startsWith('_') && name !== '')
      report(place, 'W306', at, `nothing reads "${name}"`, 'take it out, or let its name begin with "_"');
}

/** A library's names are for others, and so is what is `open`. */
export function warnUnused(place: Place, { imports }: SourceFile, body: Policy | Library): void {
  const { names } = place.unit;
  for (const [index, node] of imports.entries()) {
    const isKnown = names.imports.some(({ number }) => number === index + 1);
    if (isKnown && !names.used.has(`import ${index + 1}`))
      report(place, 'W306', node, `nothing uses "${node.from.value}"`, 'take it out');
  }
  if (body.kind === 'library') return;
  for (const node of body.declarations) {
    if (node.kind !== 'fn' && node.kind !== 'const' && node.kind !== 'param') continue;
    const name = node.name.text;
    if (name === '' || name.startsWith('_') || names.isOfBases(node.kind, name)) continue;
    if (node.kind === 'fn' ? node.open || names.used.has(`fn ${name}`) : names.used.has(`value ${name}`)) continue;
    report(place, 'W306', node.name, `nothing here uses "${name}"`, 'take it out, or let its name begin with "_"');
  }
}
