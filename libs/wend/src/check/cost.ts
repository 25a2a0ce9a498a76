// The cost model `wend/cost/1`, its static part: what a region costs when it is entered.
//
// - Every `Ir` node and every `Step` costs 1, operands and all, except where they stand in a region of their own (the right of `and`, `or` and `??`, the branches of a
//   conditional or an `if`, the body of a loop, the condition of a `while`, the body of a lambda, an experiment's arms, what a call calls): that region charges them when it is entered.
// - A lambda itself costs nothing: its body is charged each time it is called.
// - The arms of a `split`, the fields of a record and the items of a list are operands. What is fixed in an effect costs nothing.
// - A region costs 1 at least, so that no turn of a loop is free.
// - A call of a function makes room for all of its locals, used or not: 1 for every 16 of them.
//
// What an operation touches beyond its node is charged by the runtime. A change of any of this is a new version (limits.ts, `costModel`).
import type { Code, Ir, IrLambda, Lazy, Step } from '../ir/ir.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { exact } from '../exact.ts';
import { spanOf } from './span.ts';

/** An expression as a region. */
export function lazy(body: Ir, at: Span): Lazy {
  return { at: spanOf(at), cost: costOf(body), body };
}

/** Statements as a region. */
export function code(body: readonly Step[], at: Span): Code {
  return { at: spanOf(at), cost: Math.max(1, sum(body, costOfStep)), body: exact(body) };
}

/** The body of a function, with what its locals cost. */
export function withLocals(body: Code, slots: number): Code {
  return { ...body, cost: body.cost + (slots >> 4) };
}

/** INVARIANT (a depth is a depth): recursion follows operands, whose depth the parser bounds. */
function costOf(ir: Ir | IrLambda): number {
  switch (ir.kind) {
    case 'lambda':
      return 0;
    case 'constant':
    case 'local':
    case 'input':
    case 'value':
      return 1;
    case 'field':
    case 'optional-field':
      return 1 + costOf(ir.of);
    case 'lookup':
      return 1 + costOf(ir.of) + costOf(ir.key);
    case 'operation':
      return 1 + sum(ir.operands, costOf);
    case 'and':
    case 'or':
    case 'coalesce':
      return 1 + costOf(ir.left);
    case 'conditional':
      return 1 + costOf(ir.condition);
    case 'list':
      return 1 + sum(ir.items, costOf);
    case 'record':
      return 1 + sum(ir.fields, ({ value }) => costOf(value));
    case 'call':
    case 'library':
      return 1 + sum<Ir | IrLambda>(ir.arguments, costOf);
  }
}

function costOfStep(step: Step): number {
  switch (step.kind) {
    case 'set':
      return 1 + costOf(step.value);
    case 'if':
      return 1 + costOf(step.condition);
    case 'for':
      return 1 + costOf(step.of);
    case 'while':
    case 'break':
    case 'continue':
      return 1;
    case 'return':
      return 1 + (step.value === undefined ? 0 : costOf(step.value));
    case 'effect':
      return 1 + sum(step.operands, costOf);
    case 'experiment':
      return 1 + costOf(step.key);
  }
}

function sum<Item>(items: readonly Item[], cost: (item: Item) => number): number {
  return items.reduce((total, item) => total + cost(item), 0);
}
