import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rules, violations } from './baseline.ts';
import baseline from './baseline.json' with { type: 'json' };
import { breaks, changed, now, schemas, type Mutable } from './baseline.testing.ts';
import { snapshot, type Snapshot } from './generate/snapshot.ts';
import { policy } from './policy.ts';
import { contracts } from './registry.ts';

test('what was promised is kept (or, after a decision: npm run generate -- --baseline)', () => {
  expect(violations(baseline as unknown as Snapshot, now)).toEqual([]);
});

test('what the mesh tells is readable when a newer version says more', () => {
  const closed = schemas(now).filter(
    ({ direction, node }) => direction === 'told' && node['additionalProperties'] === false,
  );
  expect(closed.map(({ path }) => path.join('.'))).toEqual([]);
});

describe('a contract', () => {
  test.each(Object.keys(now.contracts))('%s cannot be removed or renamed', (id) => {
    const removed = changed(({ contracts: all }) => delete all[id]);
    expect(breaks(removed)).toEqual([`${id}: was removed or renamed`]);
    expect(breaks(changed(({ contracts: all }) => ((all[`${id}x`] = all[id] ?? {}), delete all[id])))).toEqual([
      `${id}: was removed or renamed`,
    ]);
  });

  const parts = Object.entries(now.contracts).flatMap(([id, contract]) =>
    Object.entries(contract).map(([part, value]) => ({
      id,
      part,
      value,
      rule: rules[id.split(' ')[0] ?? '']?.[part] ?? 'fixed',
    })),
  );

  test.each(parts.filter(({ rule, part }) => rule === 'fixed' && part !== 'config'))(
    '$id: $part never changes',
    ({ id, part }) => {
      const later = changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: 'other', config: 99 }));
      expect(breaks(later)).toEqual([expect.stringContaining(`${id}, ${part}: was `)]);
    },
  );

  test.each(parts.filter(({ rule }) => rule === 'config'))(
    '$id: $part changes only with a raised config number',
    ({ id, part }) => {
      expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: 5 })))).toEqual([
        expect.stringContaining('without a raised config number'),
      ]);
      expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: 5, config: 99 })))).toEqual(
        [],
      );
    },
  );

  test.each(parts.filter(({ part }) => part === 'config'))(
    '$id: its config number is never lowered',
    ({ id, value }) => {
      expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { config: 0 })))).toEqual([
        `${id}, config: was lowered from ${String(value)} to 0`,
      ]);
    },
  );

  test.each(parts.filter(({ rule, value }) => rule === 'grows' && Array.isArray(value) && value.length > 0))(
    '$id: $part only grows',
    ({ id, part, value }) => {
      const list = value as unknown[];
      expect(breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: list.slice(1) })))).toEqual([
        `${id}, ${part}: ${JSON.stringify(list[0])} was removed`,
      ]);
      expect(
        breaks(changed(({ contracts: all }) => Object.assign(all[id] ?? {}, { [part]: [...list, 'new'] }))),
      ).toEqual([]);
    },
  );

  test('may be added', () => {
    expect(
      breaks(changed(({ contracts: all }) => Object.assign(all, { 'rpc policy.unheard_of': { subject: 'x' } }))),
    ).toEqual([]);
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
      expect(breaks(changed(({ errors }) => Object.assign(errors[code] as Mutable, { [part]: 'other' })))).toHaveLength(
        1,
      );
    }
  });

  test('a header and a frame may be added', () => {
    expect(
      breaks(
        changed(
          ({ headers, entryHeaders, frames }) => (
            (headers['new'] = 'Router-New'),
            entryHeaders.push('Router-New'),
            frames.push('new')
          ),
        ),
      ),
    ).toEqual([]);
  });
});

describe('a change in the code itself', () => {
  const withReply = (reply: z.ZodType): Snapshot =>
    snapshot(
      contracts.map((contract) =>
        contract.kind === 'rpc' && contract.service === 'policy' && contract.verb === 'list'
          ? { ...contract, reply }
          : contract,
      ),
    );

  test('that adds an optional field is green', () => {
    expect(breaks(withReply(policy.list.reply.extend({ total: z.int().optional() })))).toEqual([]);
  });

  test('that adds a required field is red', () => {
    expect(breaks(withReply(policy.list.reply.extend({ total: z.int() })))).toEqual([
      'rpc policy.list, reply.total: is required now',
    ]);
  });
});
