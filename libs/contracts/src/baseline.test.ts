import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rules, violations } from './baseline.ts';
import baseline from './baseline.json' with { type: 'json' };
import { snapshot, type Snapshot } from './generate/snapshot.ts';
import { contracts } from './registry.ts';
import { same } from './same.ts';

const now = snapshot();
type Mutable = Record<string, unknown>;

/** The snapshot as JSON, changed in one place. */
function changed(change: (copy: { contracts: Record<string, Mutable>; messages: Record<string, Mutable>; errors: Mutable; headers: Mutable; entryHeaders: string[]; frames: string[] }) => void): Snapshot {
  const copy = structuredClone(now) as unknown as Parameters<typeof change>[0];
  change(copy);
  return copy as unknown as Snapshot;
}

function breaks(later: Snapshot): string[] {
  return violations(now, later);
}

test('what was promised is kept (or, after a decision: npm run generate -- --baseline)', () => {
  expect(violations(baseline as unknown as Snapshot, now)).toEqual([]);
});

test('what the mesh tells is readable when a newer version says more', () => {
  const closed = schemas(now).filter(({ direction, node }) => direction === 'told' && node['additionalProperties'] === false);
  expect(closed.map(({ path }) => path.join('.'))).toEqual([]);
});

describe('a contract', () => {
  test.each(Object.keys(now.contracts))('%s cannot be removed or renamed', (id) => {
    const removed = changed(({ contracts: all }) => delete all[id]);
    expect(breaks(removed)).toEqual([`${id}: was removed or renamed`]);
    expect(breaks(changed(({ contracts: all }) => ((all[`${id}x`] = all[id] ?? {}), delete all[id])))).toEqual([`${id}: was removed or renamed`]);
  });

  const parts = Object.entries(now.contracts).flatMap(([id, contract]) =>
    Object.entries(contract).map(([part, value]) => ({ id, part, value, rule: rules[id.split(' ')[0] ?? '']?.[part] ?? 'fixed' })),
  );

  test.each(parts.filter(({ rule, part }) => rule === 'fixed' && part !== 'config'))('$id: $part never changes', ({ id, part }) => {
    const later = changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: 'other', config: 99 }));
    expect(breaks(later)).toEqual([expect.stringContaining(`${id}, ${part}: was `)]);
  });

  test.each(parts.filter(({ rule }) => rule === 'config'))('$id: $part changes only with a raised config number', ({ id, part }) => {
    expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: 5 })))).toEqual([expect.stringContaining('without a raised config number')]);
    expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: 5, config: 2 })))).toEqual([]);
  });

  test.each(parts.filter(({ part }) => part === 'config'))('$id: its config number is never lowered', ({ id }) => {
    expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { config: 0 })))).toEqual([`${id}, config: was lowered from 1 to 0`]);
  });

  test.each(parts.filter(({ rule, value }) => rule === 'grows' && Array.isArray(value) && value.length > 0))('$id: $part only grows', ({ id, part, value }) => {
    const list = value as unknown[];
    expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: list.slice(1) })))).toEqual([`${id}, ${part}: ${JSON.stringify(list[0])} was removed`]);
    expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: [...list, 'new'] })))).toEqual([]);
  });

  test('may be added', () => {
    expect(breaks(changed(({ contracts: all }) => Object.assign(all, { 'rpc policy.publish': { subject: 'x' } })))).toEqual([]);
  });
});

describe('names that everybody knows', () => {
  test.each(Object.keys(now.headers))('the header of %s cannot be renamed', (name) => {
    expect(breaks(changed(({ headers }) => (headers[name] = 'Router-Other')))).toHaveLength(1);
    expect(breaks(changed(({ headers }) => delete headers[name]))).toHaveLength(1);
  });

  test.each(now.entryHeaders)('the entry cannot stop reading %s', (name) => {
    expect(breaks(changed(({ entryHeaders }) => entryHeaders.splice(entryHeaders.indexOf(name), 1)))).toHaveLength(1);
  });

  test.each(now.frames)('the frame %s cannot be removed', (kind) => {
    expect(breaks(changed(({ frames }) => frames.splice(frames.indexOf(kind), 1)))).toHaveLength(1);
  });

  test.each(Object.keys(now.errors))('the error %s keeps its meaning', (code) => {
    expect(breaks(changed(({ errors }) => delete errors[code]))).toEqual([`error ${code}: was removed or renamed`]);
    for (const part of ['http', 'grpc', 'type', 'retryable']) {
      expect(breaks(changed(({ errors }) => Object.assign(errors[code] as Mutable, { [part]: 'other' })))).toHaveLength(1);
    }
  });

  test('a header and a frame may be added', () => {
    expect(breaks(changed(({ headers, entryHeaders, frames }) => ((headers['new'] = 'Router-New'), entryHeaders.push('Router-New'), frames.push('new'))))).toEqual([]);
  });
});

describe('a message', () => {
  const nodes = schemas(now);
  const objects = nodes.filter(({ node }) => isObject(node['properties']));

  test.each(Object.keys(now.messages))('%s cannot be removed', (name) => {
    expect(breaks(changed(({ messages }) => delete messages[name]))).toEqual([`message ${name}: was removed or renamed`]);
  });

  test('loses no field anywhere', () => {
    for (const { path, node } of objects) {
      for (const field of Object.keys(node['properties'] as Mutable)) {
        const later = edited(path, (copy) => {
          delete (copy['properties'] as Mutable)[field];
          copy['required'] = (copy['required'] as string[] | undefined)?.filter((name) => name !== field);
        });
        expect(breaks(later), `${path.join('.')} without ${field}`).toHaveLength(1);
      }
    }
  });

  test('gets no field that is required, and makes none required', () => {
    for (const { path, node } of objects) {
      const required = (node['required'] ?? []) as string[];
      const added = edited(path, (copy) => {
        Object.assign(copy['properties'] as Mutable, { new: { type: 'string' } });
        copy['required'] = [...required, 'new'];
      });
      expect(breaks(added), path.join('.')).toEqual([expect.stringContaining('.new: is required now')]);
      for (const field of Object.keys(node['properties'] as Mutable).filter((name) => !required.includes(name))) {
        expect(breaks(edited(path, (copy) => (copy['required'] = [...required, field])))).toEqual([expect.stringContaining(`.${field}: is required now`)]);
      }
    }
  });

  test('keeps the type of everything', () => {
    for (const { path, node } of nodes.filter(({ node: { type } }) => type !== undefined)) {
      expect(breaks(edited(path, (copy) => (copy['type'] = 'other'))), path.join('.')).not.toEqual([]);
      expect(breaks(edited(path, (copy) => delete copy['type'])).length, path.join('.')).toBeGreaterThanOrEqual(directionOf(path) === 'told' ? 1 : 0);
      if (node['type'] !== 'null') expect(breaks(edited(path, (copy) => (copy['const'] = 'only this'))), path.join('.')).not.toEqual([]);
    }
  });

  test('keeps its limits, patterns and constants', () => {
    for (const { path, node } of nodes) {
      for (const keyword of ['minLength', 'maxLength', 'pattern', 'minimum', 'exclusiveMinimum', 'maximum', 'minItems', 'maxItems', 'format', 'const'].filter((name) => name in node)) {
        expect(breaks(edited(path, (copy) => (copy[keyword] = 'other'))), `${path.join('.')} ${keyword}`).not.toEqual([]);
      }
    }
  });

  test('keeps every value that it may have, and every form', () => {
    for (const { path, node } of nodes) {
      for (const keyword of ['enum', 'anyOf', 'oneOf'].filter((name) => Array.isArray(node[name]))) {
        expect(breaks(edited(path, (copy) => (copy[keyword] = (copy[keyword] as unknown[]).slice(1)))), path.join('.')).not.toEqual([]);
      }
    }
  });

  test('that others read gets no value or form that they do not know, and no field that may be absent', () => {
    for (const { path, node, direction } of nodes) {
      for (const keyword of ['enum', 'anyOf'].filter((name) => Array.isArray(node[name]))) {
        const added = edited(path, (copy) => (copy[keyword] = [...(copy[keyword] as unknown[]), 'new']));
        expect(breaks(added).length > 0, path.join('.')).toBe(direction === 'told');
      }
      for (const field of (node['required'] ?? []) as string[]) {
        const dropped = edited(path, (copy) => (copy['required'] = (copy['required'] as string[]).filter((name) => name !== field)));
        expect(breaks(dropped).length > 0, path.join('.')).toBe(direction === 'told');
      }
    }
  });

  test('refuses no fields that it let pass', () => {
    for (const { path, node } of objects.filter(({ node: { additionalProperties } }) => additionalProperties !== false)) {
      expect(breaks(edited(path, (copy) => (copy['additionalProperties'] = false))), JSON.stringify(node)).not.toEqual([]);
    }
  });

  test('may get an optional field anywhere', () => {
    for (const { path } of objects) {
      expect(breaks(edited(path, (copy) => Object.assign(copy['properties'] as Mutable, { new: { type: 'string' } }))), path.join('.')).toEqual([]);
    }
  });

  test('cannot pass from those that we take to those that we tell', () => {
    expect(breaks(changed(({ messages }) => Object.assign(messages['plan'] ?? {}, { direction: 'taken' })))).toEqual(['message plan: was told and is taken']);
  });
});

describe('a change in the code itself', () => {
  const withReply = (reply: z.ZodType): Snapshot =>
    snapshot(contracts.map((contract) => (contract.kind === 'rpc' && contract.service === 'policy' && contract.verb === 'list' ? { ...contract, reply } : contract)));
  const report = { policies: z.array(z.object({ name: z.string(), builtin: z.boolean(), of: z.string(), summary: z.string() })) };

  test('that adds an optional field is green', () => {
    expect(breaks(withReply(z.object({ ...report, total: z.int().optional() })))).toEqual([]);
  });

  test('that adds a required field is red', () => {
    expect(breaks(withReply(z.object({ ...report, total: z.int() })))).toEqual(['rpc policy.list, reply.total: is required now']);
  });
});

interface Found {
  /** Keys from the snapshot to the schema. */
  readonly path: readonly string[];
  readonly node: Mutable;
  readonly direction: unknown;
}

/** Every schema inside the snapshot, at any depth. */
function schemas(from: Snapshot): Found[] {
  const found: Found[] = [];
  const walk = (value: unknown, path: readonly string[], direction: unknown): void => {
    if (!isObject(value)) return;
    found.push({ path, node: value, direction });
    for (const keyword of ['items', 'additionalProperties', 'propertyNames']) walk(value[keyword], [...path, keyword], direction);
    for (const keyword of ['properties', 'anyOf', 'oneOf']) {
      for (const [name, inner] of Object.entries(value[keyword] ?? {})) walk(inner, [...path, keyword, name], direction);
    }
  };
  const start = (value: unknown, path: readonly string[]): void => {
    if (isObject(value) && 'schema' in value) walk(value['schema'], [...path, 'schema'], value['direction']);
  };
  for (const [name, message] of Object.entries(from.messages)) start(message, ['messages', name]);
  for (const [id, contract] of Object.entries(from.contracts)) for (const [part, value] of Object.entries(contract)) start(value, ['contracts', id, part]);
  return found.filter(({ node }) => !same(node, {}));
}

function directionOf(path: readonly string[]): unknown {
  return schemas(now).find((found) => same(found.path, path))?.direction;
}

function edited(path: readonly string[], edit: (node: Mutable) => void): Snapshot {
  return changed((copy) => edit(path.reduce<Mutable>((node, key) => node[key] as Mutable, copy as unknown as Mutable)));
}

function isObject(value: unknown): value is Mutable {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
