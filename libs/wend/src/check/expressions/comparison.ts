// `== !=` and `< <= > >=`.
import type { Operation } from '../../ir/ir.ts';
import type { Binary, Expression } from '../../syntax/tree.ts';
import { isAssignable, presentOf } from '../../types/assignable.ts';
import { isComparable, isScalar } from '../../types/comparable.ts';
import { show } from '../../types/show.ts';
import type { Basic, Type } from '../../types/type.ts';
import { infer, mismatch } from '../expressions.ts';
import { report, unknown, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';
import { testsOf } from '../warnings/contradiction.ts';
import { timeForm } from './time.ts';
import { sayOperand } from './operand.ts';

/** Each side hints at the other, so that a text in quotes can be one of an enum or a time. */
function sidesOf(place: Place, node: Binary): readonly [left: Typed, right: Typed] {
  if (isLiteral(node.left)) {
    const right = infer(place, node.right);
    return [infer(place, node.left, right.type), right];
  }
  const left = infer(place, node.left);
  return [left, infer(place, node.right, left.type)];
}

export function inferEquality(place: Place, node: Binary): Typed {
  const [left, right] = sidesOf(place, node);
  const equal = node.operator === '==';
  if (!sayImpossible(place, node, left, right)) warnConstant(place, node, left, right);
  const isCheap =
    left.type.kind === 'Null' || right.type.kind === 'Null' || (isScalar(left.type) && isScalar(right.type));
  const name: Operation = isCheap ? (equal ? 'same' : 'not-same') : equal ? 'equal' : 'not-equal';
  const same = whenSame(left, right);
  const differs = whenDiffers(left, right);
  return {
    ir: { kind: 'operation', name, operands: [left.ir, right.ir], at: spanOf(node) },
    type: { kind: 'Bool' },
    whenTrue: equal ? same : differs,
    whenFalse: equal ? differs : same,
    tests: testsOf(node.operator, left, right),
  };
}

/** What equals a value that is not null is not null. */
function whenSame(left: Typed, right: Typed): ReadonlySet<string> {
  const proven = [
    ...(isNeverNull(right.type) ? (left.proves ?? []) : []),
    ...(isNeverNull(left.type) ? (right.proves ?? []) : []),
  ];
  return new Set(proven);
}

/** What differs from null is not null. */
function whenDiffers(left: Typed, right: Typed): ReadonlySet<string> {
  return new Set([
    ...(right.type.kind === 'Null' ? (left.proves ?? []) : []),
    ...(left.type.kind === 'Null' ? (right.proves ?? []) : []),
  ]);
}

function isNeverNull({ kind }: Type): boolean {
  return !['Null', 'optional', 'Json', 'Unknown', 'Never'].includes(kind);
}

/** Whether it was said that the sides can never be equal. */
function sayImpossible(place: Place, node: Binary, left: Typed, right: Typed): boolean {
  for (const [one, other, at] of [
    [left, right, node.right],
    [right, left, node.left],
  ] as const) {
    const wanted = presentOf(one.type);
    if (wanted.kind !== 'enum' || typeof other.constant !== 'string' || wanted.values.includes(other.constant))
      continue;
    mismatch(place, at, other, wanted);
    return true;
  }
  if (isComparable(left.type, right.type)) return false;
  const help = [left, right].some(({ type }) => presentOf(type).kind === 'Model')
    ? 'compare its field "id"'
    : (timeHelp(left, right) ?? unitHelp(left, right));
  report(place, 'E102', node, `${show(left.type)} and ${show(right.type)} are never equal`, help);
  return true;
}

function warnConstant(place: Place, node: Binary, left: Typed, right: Typed): void {
  const neverNull =
    (left.type.kind === 'Null' && isNeverNull(right.type)) || (right.type.kind === 'Null' && isNeverNull(left.type));
  if (neverNull) report(place, 'W304', node, `this is never null: the comparison is always ${node.operator === '!='}`);
  warnLiterals(place, node, left, right);
}

function warnLiterals(place: Place, node: Binary, left: Typed, right: Typed): void {
  if (left.constant === undefined || right.constant === undefined) return;
  if (left.type.kind === 'Null' || right.type.kind === 'Null') return;
  report(place, 'W302', node, 'both sides are literals: this is always the same');
}

const ordered: readonly Basic[] = ['Float', 'Money', 'Duration', 'Time', 'String'];
const orderNames = { '<': 'less', '<=': 'less-equal', '>': 'greater', '>=': 'greater-equal' } as const;

export function inferOrder(place: Place, node: Binary, operator: '<' | '<=' | '>' | '>='): Typed {
  const [left, right] = sidesOf(place, node);
  if ([left, right].some(({ type }) => type.kind === 'Unknown' || type.kind === 'Never'))
    return { ...unknown(place), type: { kind: 'Bool' } };
  const kind = ordered.find((one) => [left, right].every(({ type }) => isAssignable(type, { kind: one })));
  const isEnum = left.type.kind === 'enum' || right.type.kind === 'enum';
  if (kind === undefined || isEnum) sayUnordered(place, node, left, right);
  else warnLiterals(place, node, left, right);
  const name = `${kind === 'String' ? 'string' : 'number'}-${orderNames[operator]}` as const;
  return {
    ir: { kind: 'operation', name, operands: [left.ir, right.ir], at: spanOf(node) },
    type: { kind: 'Bool' },
    tests: testsOf(operator, left, right),
  };
}

function sayUnordered(place: Place, node: Binary, left: Typed, right: Typed): void {
  const nulls = [
    sayOperand(place, node.left, left, node.operator),
    sayOperand(place, node.right, right, node.operator),
  ];
  if (nulls.includes(true)) return;
  const enumeration = [left, right].some(({ type }) => type.kind === 'enum');
  const help = enumeration
    ? 'the values of an enum have no order: use "==" or "in"'
    : [left, right].some(({ type }) => type.kind === 'Json')
      ? 'as_int(), as_float() and as_string() read what JSON holds'
      : timeHelp(left, right);
  report(place, 'E102', node, `"${node.operator}" does not take ${show(left.type)} and ${show(right.type)}`, help);
}

/** A bare number beside an amount or a duration. */
function unitHelp(left: Typed, right: Typed): string | undefined {
  const kinds = [left.type.kind, right.type.kind];
  const number = [left, right].find(({ type }) => type.kind === 'Int' || type.kind === 'Float')?.constant;
  if (typeof number !== 'number') return undefined;
  if (kinds.includes('Money')) return `an amount of money is written $${number}`;
  return kinds.includes('Duration') ? `a duration has a unit: ${number}ms` : undefined;
}

/** A text beside a time is one, or was meant to be. */
function timeHelp(left: Typed, right: Typed): string | undefined {
  const kinds = [left.type.kind, right.type.kind];
  return kinds.includes('Time') && kinds.includes('String') ? timeForm : undefined;
}

function isLiteral(node: Expression): boolean {
  return node.kind === 'parentheses' ? isLiteral(node.of) : node.kind === 'string' || node.kind === 'list';
}
