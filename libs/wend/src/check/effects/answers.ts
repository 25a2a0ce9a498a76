// `deny`, `limit`, `cache`, `hedge`, `tag`.
import type { LimitName } from '../../data/decision.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { Step } from '../../ir/ir.ts';
import type { Cache, Deny, Hedge, Limit, Tag } from '../../syntax/tree.ts';
import { expect, infer } from '../expressions.ts';
import { report } from '../place.ts';
import { spanOf } from '../span.ts';
import type { Inside } from '../statements.ts';
import { checkRange, expectKey, expectPositive } from './constants.ts';

const defaultStatus = 403;

export function checkDeny(inside: Inside, node: Deny): Step {
  if (node.status !== undefined) checkRange(inside, node.status, node.status.value, 'a status', [400, 599]);
  const message = node.message && expect(inside, node.message, { kind: 'String' });
  return {
    kind: 'effect',
    effect: {
      kind: 'deny',
      reason: node.reason.value,
      status: node.status?.value ?? defaultStatus,
      hasMessage: message !== undefined,
    },
    operands: message === undefined ? [] : [message.ir],
    at: spanOf(node),
  };
}

const limitTypes: Readonly<Record<LimitName, 'Int' | 'Duration'>> = {
  max_tokens: 'Int',
  timeout: 'Duration',
  rpm: 'Int',
  tpm: 'Int',
  concurrency: 'Int',
};

export function checkLimit(inside: Inside, node: Limit): Step | undefined {
  const what = node.what.text;
  if (!isLimit(what)) {
    infer(inside, node.value);
    const known = Object.keys(limitTypes);
    const help = didYouMean(what, known, `there are ${known.join(', ')}`);
    if (what !== '') report(inside, 'E205', node.what, `there is no limit "${what}"`, help);
    return undefined;
  }
  const value = expectPositive(inside, node.value, { kind: limitTypes[what] }, 'a limit');
  return { kind: 'effect', effect: { kind: 'limit', what }, operands: [value.ir], at: spanOf(node) };
}

function isLimit(name: string): name is LimitName {
  return Object.hasOwn(limitTypes, name);
}

export function checkCache(inside: Inside, { on, ...node }: Cache): Step {
  if (on === undefined) return { kind: 'effect', effect: { kind: 'cache', off: true }, operands: [], at: spanOf(node) };
  const key = expectKey(inside, on.key, infer(inside, on.key));
  const ttl = expectPositive(inside, on.ttl, { kind: 'Duration' }, 'a time to live');
  return { kind: 'effect', effect: { kind: 'cache', off: false }, operands: [key.ir, ttl.ir], at: spanOf(node) };
}

export function checkHedge(inside: Inside, node: Hedge): Step {
  const after = expectPositive(inside, node.after, { kind: 'Duration' }, 'the wait before the second call');
  return { kind: 'effect', effect: { kind: 'hedge' }, operands: [after.ir], at: spanOf(node) };
}

export function checkTag(inside: Inside, node: Tag): Step {
  const value = infer(inside, node.value, { kind: 'Json' });
  const name = node.path.parts.map(({ text }) => text).join('.');
  return { kind: 'effect', effect: { kind: 'tag', name }, operands: [value.ir], at: spanOf(node) };
}
