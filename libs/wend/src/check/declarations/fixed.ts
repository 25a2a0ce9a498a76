// `breaker`, `combine`, `meta`: what is fixed when it is read.
import type { Json } from '../../data/json.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { IrBreaker } from '../../ir/ir.ts';
import type { Breaker, Combine, Expression, Meta, RecordLiteral } from '../../syntax/tree.ts';
import { infer } from '../expressions.ts';
import { report, type Place } from '../place.ts';
import { spanOf } from '../span.ts';

const breakerFields = {
  calls: { type: 'Int', says: 'a whole number from 1' },
  failures: { type: 'Float', says: 'a share above 0 and up to 100%' },
  open: { type: 'Duration', says: 'a duration above 0' },
} as const;

export function checkBreaker(place: Place, node: Breaker): IrBreaker | undefined {
  if (node.model !== undefined) infer(place, node.model);
  for (const { key } of node.value.entries)
    if (!Object.hasOwn(breakerFields, key.text))
      report(place, 'E219', key, `a breaker has no "${key.text}"`, didYouMean(key.text, Object.keys(breakerFields)));
  const calls = breakerField(place, node.value, 'calls');
  const failureRate = breakerField(place, node.value, 'failures');
  const openMs = breakerField(place, node.value, 'open');
  if (calls === undefined || failureRate === undefined || openMs === undefined) return undefined;
  return { model: node.model?.value, calls, failureRate, openMs, at: spanOf(node) };
}

function breakerField(place: Place, node: RecordLiteral, name: keyof typeof breakerFields): number | undefined {
  const { type, says } = breakerFields[name];
  const entry = node.entries.find(({ key }) => key.text === name);
  if (entry === undefined) {
    report(place, 'E219', node, `a breaker says "${name}": ${says}`);
    return undefined;
  }
  const value = infer(place, entry.value);
  const fits = value.type.kind === type || (type === 'Float' && value.type.kind === 'Int');
  const { constant } = value;
  if (fits && typeof constant === 'number' && constant > 0 && (name !== 'failures' || constant <= 1)) return constant;
  if (value.type.kind !== 'Unknown') report(place, 'E219', entry.value, `"${name}" is a literal: ${says}`);
  return undefined;
}

export function checkCombine(
  place: Place,
  nodes: readonly Combine[],
  isRoot: boolean,
): Readonly<Record<string, string>> {
  if (nodes.length === 0) return nothing;
  const combine: Record<string, string> = {};
  for (const { what, how, ...node } of nodes) {
    const isKnown = what.text === 'pipeline' && how.text === 'replace';
    if (!isKnown)
      report(
        place,
        'E211',
        what,
        `there is no "combine ${what.text} ${how.text}"`,
        'there is "combine pipeline replace"',
      );
    else if (!isRoot) report(place, 'E211', node, 'the root policy says how its layers are combined');
    else if (combine.pipeline !== undefined) report(place, 'E109', what, '"combine pipeline" stands here twice');
    else combine.pipeline = 'replace';
  }
  return combine;
}

/** Records of literals, one on top of the other. */
export function checkMeta(place: Place, nodes: readonly Meta[]): Json {
  const [first, second] = nodes;
  if (second !== undefined) report(place, 'E109', second, '"meta" stands here twice');
  if (first === undefined) return nothing;
  infer(place, first.value, { kind: 'Json' });
  return literalOf(place, first.value);
}

/** One for all that say nothing. */
const nothing: Readonly<Record<string, never>> = Object.freeze({});

/** What JSON makes of it: no keys but its own. */
function literalOf(place: Place, node: Expression): Json {
  switch (node.kind) {
    case 'true':
    case 'false':
      return node.kind === 'true';
    case 'null':
      return null;
    case 'int':
    case 'float':
    case 'percent':
    case 'duration':
    case 'money':
    case 'string':
    case 'model':
      return node.value;
    case 'parentheses':
      return literalOf(place, node.of);
    case 'list':
      return node.items.map((item) => literalOf(place, item));
    case 'record':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, literalOf(place, value)]));
    case 'unary': {
      const of = literalOf(place, node.of);
      if (node.operator === '-' && typeof of === 'number') return -of;
    }
  }
  if (node.kind !== 'missing') report(place, 'E221', node, '"meta" is made of literals');
  return null;
}
