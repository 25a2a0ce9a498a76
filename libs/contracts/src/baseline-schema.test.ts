import { describe, expect, test } from 'vitest';
import { breaks, changed, directionOf, edited, isObject, now, schemas, type Mutable } from './baseline.testing.ts';

describe('a message', () => {
  const nodes = schemas(now);
  const objects = nodes.filter(({ node }) => isObject(node['properties']));

  test.each(Object.keys(now.messages))('%s cannot be removed', (name) => {
    expect(breaks(changed(({ messages }) => delete messages[name]))).toEqual([
      `message ${name}: was removed or renamed`,
    ]);
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
        expect(breaks(edited(path, (copy) => (copy['required'] = [...required, field])))).toEqual([
          expect.stringContaining(`.${field}: is required now`),
        ]);
      }
    }
  });

  test('keeps the type of everything', () => {
    for (const { path, node } of nodes.filter(({ node: { type } }) => type !== undefined)) {
      expect(breaks(edited(path, (copy) => (copy['type'] = 'other'))), path.join('.')).not.toEqual([]);
      expect(breaks(edited(path, (copy) => delete copy['type'])).length, path.join('.')).toBeGreaterThanOrEqual(
        directionOf(path) === 'told' ? 1 : 0,
      );
      if (node['type'] !== 'null')
        expect(breaks(edited(path, (copy) => (copy['const'] = 'only this'))), path.join('.')).not.toEqual([]);
    }
  });

  test('keeps its limits, patterns and constants', () => {
    for (const { path, node } of nodes) {
      for (const keyword of [
        'minLength',
        'maxLength',
        'pattern',
        'minimum',
        'exclusiveMinimum',
        'maximum',
        'minItems',
        'maxItems',
        'format',
        'const',
      ].filter((name) => name in node)) {
        expect(breaks(edited(path, (copy) => (copy[keyword] = 'other'))), `${path.join('.')} ${keyword}`).not.toEqual(
          [],
        );
      }
    }
  });

  test('keeps every value that it may have, and every form', () => {
    for (const { path, node } of nodes) {
      for (const keyword of ['enum', 'anyOf', 'oneOf'].filter((name) => Array.isArray(node[name]))) {
        expect(
          breaks(edited(path, (copy) => (copy[keyword] = (copy[keyword] as unknown[]).slice(1)))),
          path.join('.'),
        ).not.toEqual([]);
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
        const dropped = edited(
          path,
          (copy) => (copy['required'] = (copy['required'] as string[]).filter((name) => name !== field)),
        );
        expect(breaks(dropped).length > 0, path.join('.')).toBe(direction === 'told');
      }
    }
  });

  test('refuses no fields that it let pass', () => {
    for (const { path, node } of objects.filter(
      ({ node: { additionalProperties } }) => additionalProperties !== false,
    )) {
      expect(breaks(edited(path, (copy) => (copy['additionalProperties'] = false))), JSON.stringify(node)).not.toEqual(
        [],
      );
    }
  });

  test('may get an optional field anywhere', () => {
    for (const { path } of objects) {
      expect(
        breaks(edited(path, (copy) => Object.assign(copy['properties'] as Mutable, { new: { type: 'string' } }))),
        path.join('.'),
      ).toEqual([]);
    }
  });

  test('cannot pass from those that we take to those that we tell', () => {
    expect(breaks(changed(({ messages }) => Object.assign(messages['plan'] ?? {}, { direction: 'taken' })))).toEqual([
      'message plan: was told and is taken',
    ]);
  });
});
