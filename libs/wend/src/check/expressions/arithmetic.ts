// `+ - * / div mod`: which types each takes, and what it is then.
import type { Operation } from '../../ir/ir.ts';
import type { Binary, BinaryOperator } from '../../syntax/tree.ts';
import { isAssignable, join } from '../../types/assignable.ts';
import { show } from '../../types/show.ts';
import type { Basic, Type } from '../../types/type.ts';
import { infer } from '../expressions.ts';
import { report, unknown, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';
import { bounded } from './literals.ts';
import { sayOperand } from './operand.ts';

export type Arithmetic = Extract<BinaryOperator, '+' | '-' | '*' | '/' | 'div' | 'mod'>;

interface Overload {
  readonly left: Basic;
  readonly right: Basic;
  readonly gives: Basic;
  readonly operation: Operation;
  /** The operation takes the right side first. */
  readonly turned?: true;
}

const overload = (left: Basic, right: Basic, gives: Basic, operation: Operation): Overload => ({
  left,
  right,
  gives,
  operation,
});

/** The first that fits: an Int fits a Float. */
const overloads: Readonly<Record<Arithmetic, readonly Overload[]>> = {
  '+': [
    overload('Int', 'Int', 'Int', 'int-add'),
    overload('Float', 'Float', 'Float', 'float-add'),
    overload('Money', 'Money', 'Money', 'money-add'),
    overload('Duration', 'Duration', 'Duration', 'duration-add'),
    overload('Time', 'Duration', 'Time', 'time-add'),
    overload('String', 'String', 'String', 'string-concat'),
  ],
  '-': [
    overload('Int', 'Int', 'Int', 'int-subtract'),
    overload('Float', 'Float', 'Float', 'float-subtract'),
    overload('Money', 'Money', 'Money', 'money-subtract'),
    overload('Duration', 'Duration', 'Duration', 'duration-subtract'),
    overload('Time', 'Time', 'Duration', 'time-difference'),
    overload('Time', 'Duration', 'Time', 'time-subtract'),
  ],
  '*': [
    overload('Int', 'Int', 'Int', 'int-multiply'),
    overload('Float', 'Float', 'Float', 'float-multiply'),
    overload('Money', 'Float', 'Money', 'money-scale'),
    { ...overload('Float', 'Money', 'Money', 'money-scale'), turned: true },
    overload('Duration', 'Float', 'Duration', 'duration-scale'),
    { ...overload('Float', 'Duration', 'Duration', 'duration-scale'), turned: true },
  ],
  '/': [
    overload('Int', 'Int', 'Float', 'int-divide'),
    overload('Float', 'Float', 'Float', 'float-divide'),
    overload('Money', 'Float', 'Money', 'money-shrink'),
    overload('Money', 'Money', 'Float', 'money-ratio'),
    overload('Duration', 'Float', 'Duration', 'duration-shrink'),
    overload('Duration', 'Duration', 'Float', 'duration-ratio'),
  ],
  div: [overload('Int', 'Int', 'Int', 'int-div')],
  mod: [overload('Int', 'Int', 'Int', 'int-mod')],
};

export function inferArithmetic(place: Place, node: Binary, operator: Arithmetic, hint: Type | undefined): Typed {
  const listHint = operator === '+' && hint?.kind === 'list' ? hint : undefined;
  const left = infer(place, node.left, listHint);
  const right = infer(place, node.right, listHint ?? (left.type.kind === 'list' ? left.type : undefined));
  if (operator === '+' && left.type.kind === 'list' && right.type.kind === 'list')
    return concat(place, node, left, right);
  const found = overloads[operator].find(
    (one) => isAssignable(left.type, { kind: one.left }) && isAssignable(right.type, { kind: one.right }),
  );
  if (isUnknown(left) || isUnknown(right)) return unknown(place);
  if (found === undefined) {
    sayWhy(place, node, operator, left, right);
    return unknown(place);
  }
  const operands = found.turned === true ? [right.ir, left.ir] : [left.ir, right.ir];
  return {
    ir: { kind: 'operation', name: found.operation, operands, at: spanOf(node) },
    type: { kind: found.gives },
  };
}

function concat(place: Place, node: Binary, left: Typed, right: Typed): Typed {
  const type = join(left.type, right.type);
  if (type === undefined)
    report(place, 'E119', node.right, `this is ${show(right.type)}, and the list before it is ${show(left.type)}`);
  return {
    ir: { kind: 'operation', name: 'list-concat', operands: [left.ir, right.ir], at: spanOf(node) },
    type: type === undefined ? { kind: 'Unknown' } : bounded(place, node, type),
  };
}

function sayWhy(place: Place, node: Binary, operator: Arithmetic, left: Typed, right: Typed): void {
  const nulls = [sayOperand(place, node.left, left, operator), sayOperand(place, node.right, right, operator)];
  if (nulls.includes(true)) return;
  report(
    place,
    'E102',
    node,
    `"${operator}" does not take ${show(left.type)} and ${show(right.type)}`,
    helpFor(operator, left, right),
  );
}

function helpFor(operator: Arithmetic, left: Typed, right: Typed): string | undefined {
  const kinds = [left.type.kind, right.type.kind];
  const number = [left, right].find(({ type }) => type.kind === 'Int' || type.kind === 'Float')?.constant;
  if (operator === '+' && kinds.includes('String')) return 'a text of both: f"…{a}…{b}…"';
  if (kinds.includes('Json')) return 'as_int(), as_float() and as_string() read what JSON holds';
  if (typeof number === 'number' && kinds.includes('Money')) return `an amount of money is written $${number}`;
  if (typeof number === 'number' && (kinds.includes('Duration') || kinds.includes('Time')))
    return `a duration has a unit: ${number}ms`;
  if ((operator === 'div' || operator === 'mod') && kinds.includes('Float')) return `"${operator}" is of whole numbers`;
  return undefined;
}

function isUnknown({ type }: Typed): boolean {
  return type.kind === 'Unknown' || type.kind === 'Never';
}
