// `name@range`, and versions.
import { isRange, parseVersion } from '../semver.ts';
import type { Text } from '../syntax/tree.ts';
import { report, type Place } from './place.ts';

export interface Reference {
  readonly name: string;
  readonly range: string | undefined;
}

// Matches segments of letters, digits, `.`, `_` and `-`, joined by slashes.
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** Without a look at its form. */
export function splitReference(text: string): Reference {
  const at = text.indexOf('@');
  return at === -1 ? { name: text, range: undefined } : { name: text.slice(0, at), range: text.slice(at + 1) };
}

/** `name` or `name@range`. */
export function checkReference(place: Place, node: Text): Reference {
  const reference = splitReference(node.value);
  if (node.start === node.end) return reference; // the parser missed it
  if (!nameForm.test(reference.name))
    report(
      place,
      'E215',
      node,
      `${JSON.stringify(reference.name)} is no name`,
      'it is written as "name@^1.2" or "vendor/name"',
    );
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
