// What the tests of the baseline share: the snapshot of now, and ways to change it in one place.
import { violations } from './baseline.ts';
import { snapshot, type Snapshot } from './generate/snapshot.ts';
import { same } from './same.ts';

export const now = snapshot();
export type Mutable = Record<string, unknown>;

/** The snapshot as JSON, changed in one place. */
export function changed(
  change: (copy: {
    contracts: Record<string, Mutable>;
    messages: Record<string, Mutable>;
    errors: Mutable;
    headers: Mutable;
    entryHeaders: string[];
    frames: string[];
  }) => void,
): Snapshot {
  const copy = structuredClone(now) as unknown as Parameters<typeof change>[0];
  change(copy);
  return copy as unknown as Snapshot;
}

/** What a later version breaks of what is promised now. */
export function breaks(later: Snapshot): string[] {
  return violations(now, later);
}

export interface Found {
  /** Keys from the snapshot to the schema. */
  readonly path: readonly string[];
  readonly node: Mutable;
  readonly direction: unknown;
}

/** Every schema inside the snapshot, at any depth. */
export function schemas(from: Snapshot): Found[] {
  const found: Found[] = [];
  const walk = (value: unknown, path: readonly string[], direction: unknown): void => {
    if (!isObject(value)) return;
    found.push({ path, node: value, direction });
    for (const keyword of ['items', 'additionalProperties', 'propertyNames'])
      walk(value[keyword], [...path, keyword], direction);
    for (const keyword of ['properties', 'anyOf', 'oneOf']) {
      for (const [name, inner] of Object.entries(value[keyword] ?? {}))
        walk(inner, [...path, keyword, name], direction);
    }
  };
  const start = (value: unknown, path: readonly string[]): void => {
    if (isObject(value) && 'schema' in value) walk(value['schema'], [...path, 'schema'], value['direction']);
  };
  for (const [name, message] of Object.entries(from.messages)) start(message, ['messages', name]);
  for (const [id, contract] of Object.entries(from.contracts))
    for (const [part, value] of Object.entries(contract)) start(value, ['contracts', id, part]);
  return found.filter(({ node }) => !same(node, {}));
}

export function directionOf(path: readonly string[]): unknown {
  return schemas(now).find((found) => same(found.path, path))?.direction;
}

export function edited(path: readonly string[], edit: (node: Mutable) => void): Snapshot {
  return changed((copy) => edit(path.reduce<Mutable>((node, key) => node[key] as Mutable, copy as unknown as Mutable)));
}

export function isObject(value: unknown): value is Mutable {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
