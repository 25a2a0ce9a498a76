// The rule of versions: within router.v2 only optional things are added. Compares what a version promised with what the next one does.
import { schemaViolations } from './baseline-schema.ts';
import type { MessagePromise, Snapshot } from './generate/snapshot.ts';
import { same, show } from './same.ts';

/**
 * How a part of a contract may change.
 * `fixed`: never. `grows`: a list to which things are added. `config`: with a raised `config` number. `message`: as its schema may.
 */
export type Rule = 'fixed' | 'grows' | 'config' | 'message';

/** By kind and part; a part that is not named here is `fixed`. */
export const rules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  entry: { from: 'grows' },
  stop: { from: 'grows' },
  rpc: { request: 'message', reply: 'message', errors: 'grows' },
  signal: { from: 'grows', to: 'grows', body: 'message' },
  event: { body: 'message' },
  counter: { from: 'grows' },
  bucket: { readers: 'grows', value: 'message', owner: 'config', history: 'config', maxBytes: 'config' },
  stream: {
    from: 'grows',
    readers: 'grows',
    batchReaders: 'grows',
    consumers: 'grows',
    owner: 'config',
    maxAgeSeconds: 'config',
    maxBytes: 'config',
    duplicateWindowSeconds: 'config',
    discard: 'config',
    compression: 'config',
  },
};

/** What the later version breaks of what the earlier one promised, a sentence each; none when it breaks nothing. */
export function violations(before: Snapshot, after: Snapshot): string[] {
  return [
    ...(before.root === after.root ? [] : [`root: was "${before.root}" and is "${after.root}"`]),
    ...entries(before.headers, after.headers, 'header'),
    ...grows(before.entryHeaders, after.entryHeaders, 'headers at the entry'),
    ...grows(before.frames, after.frames, 'frames'),
    ...entries(before.errors, after.errors, 'error'),
    ...kept(before.contracts, after.contracts, '', contractViolations),
    ...kept(before.messages, after.messages, 'message ', messageViolations),
  ];
}

type Part = Readonly<Record<string, unknown>>;

function contractViolations(was: Part, is: Part, id: string): string[] {
  const kind = id.split(' ')[0] ?? '';
  const raised = Number(is['config'] ?? 0) > Number(was['config'] ?? 0);
  return Object.keys({ ...was, ...is }).flatMap((part): string[] => {
    const where = `${id}, ${part}`;
    if (part === 'config')
      return Number(is[part]) < Number(was[part])
        ? [`${where}: was lowered from ${show(was[part])} to ${show(is[part])}`]
        : [];
    if (same(was[part], is[part])) return [];
    switch (rules[kind]?.[part] ?? 'fixed') {
      case 'grows':
        return grows(was[part], is[part], where);
      case 'message':
        return messageViolations(was[part] as MessagePromise, is[part] as MessagePromise, where);
      case 'config':
        return raised
          ? []
          : [`${where}: was ${show(was[part])} and is ${show(is[part])} without a raised config number`];
      case 'fixed':
        return [`${where}: was ${show(was[part])} and is ${show(is[part])}`];
    }
  });
}

function messageViolations(was: MessagePromise, is: MessagePromise, where: string): string[] {
  if (was.direction !== is.direction) return [`${where}: was ${was.direction} and is ${is.direction}`];
  return schemaViolations(was.schema, is.schema, where, was.direction);
}

/** Everything that was there still is, and changed only as it may. */
function kept<Value>(
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
  what: string,
  compare: (was: Value, is: Value, where: string) => string[],
): string[] {
  return Object.entries(before).flatMap(([name, was]) => {
    const is = after[name];
    return is === undefined ? [`${what}${name}: was removed or renamed`] : compare(was, is, `${what}${name}`);
  });
}

function entries(before: Part, after: Part, what: string): string[] {
  return kept(before, after, `${what} `, (was, is, where) =>
    same(was, is) ? [] : [`${where}: was ${show(was)} and is ${show(is)}`],
  );
}

function grows(was: unknown, is: unknown, where: string): string[] {
  const [before, after] = [list(was), list(is)];
  return before.filter((item) => !after.includes(item)).map((item) => `${where}: ${show(item)} was removed`);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
