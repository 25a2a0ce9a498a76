// Whether a decision is what a case says: what it does not mention may be anything.
import { isDeepStrictEqual } from 'node:util';

type Fields = { readonly [key: string]: unknown };

/** Below these, too, only what is mentioned counts: what failed is told in words of the implementation, and arms are whole decisions. */
const partial: ReadonlySet<string> = new Set(['unavailable', 'policy', 'position', 'experiments', 'arms']);

/** Where they differ, as a path and both sides; undefined where they do not. A field that is expected to be null is absent. */
export function differenceOf(expected: Fields, actual: Fields, path = ''): string | undefined {
  for (const [key, wanted] of Object.entries(expected)) {
    const found = actual[key];
    const at = `${path}${key}`;
    const difference =
      partial.has(key) || path.endsWith('arms.') ? within(wanted, found, at) : exact(wanted, found, at);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function within(wanted: unknown, found: unknown, at: string): string | undefined {
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length)
    return wanted.map((one, place) => within(one, found[place], `${at}.${place}`)).find((one) => one !== undefined);
  if (isFields(wanted) && isFields(found)) return differenceOf(wanted, found, `${at}.`);
  return exact(wanted, found, at);
}

function exact(wanted: unknown, found: unknown, at: string): string | undefined {
  if (isDeepStrictEqual(wanted ?? null, plain(found))) return undefined;
  return `${at} is ${JSON.stringify(found)}, and not ${JSON.stringify(wanted)}`;
}

/** As JSON reads it: records of the language have no prototype. */
function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
