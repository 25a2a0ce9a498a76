// Names of sources and extensions, `name@range`, and versions.
import { isRange, parseVersion } from '../semver.ts';
import { isReferenceName, splitReference, type Reference } from '../syntax/reference.ts';
import type { Text } from '../syntax/tree.ts';
import { report, type Place } from './place.ts';

/** `name` or `name@range`. */
export function checkReference(place: Place, node: Text): Reference {
  const reference = splitReference(node.value);
  if (node.start === node.end) return reference; // the parser missed it
  if (!isReferenceName(reference.name))
    sayNoName(place, node, reference.name, 'it is written as "name@^1.2" or "vendor/name"');
  else if (reference.range !== undefined && !isRange(reference.range))
    report(
      place,
      'E216',
      node,
      `${JSON.stringify(reference.range)} is no range of versions`,
      'there are ^1.2, ~1.2, 1.x, 1.2.3 and *',
    );
  return reference;
}

export function checkVersion(place: Place, node: Text | undefined): string | undefined {
  if (node === undefined || node.start === node.end) return undefined;
  if (parseVersion(node.value) === undefined)
    report(place, 'E216', node, `${JSON.stringify(node.value)} is no version`, 'a version is written as "1.2.3"');
  return node.value;
}

/**
 * What a source calls itself: others must be able to name it.
 * @param written with its quotes; what the parser missed, or found broken, is none to judge
 */
export function checkName(place: Place, node: Text, written: string): void {
  const isWhole = written.length > 1 && written.endsWith('"');
  if (isWhole && !isReferenceName(node.value))
    sayNoName(place, node, node.value, 'it is written as "name" or "tenant/name", and its version behind "version"');
}

function sayNoName(place: Place, node: Text, name: string, help: string): void {
  report(place, 'E215', node, `${JSON.stringify(name)} is no name`, help);
}
