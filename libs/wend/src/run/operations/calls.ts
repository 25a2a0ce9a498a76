// Calls of functions: how deep they may be.
import type { At, Code, Ir, IrLambda, Lazy, Procedure, Step } from '../../ir/ir.ts';
import { isCode } from '../../ir/read.ts';
import { valueLimits } from '../../limits.ts';
import { PolicyFailure, type Meter } from '../meter.ts';

/**
 * Before a call. `levels` is how deep the caller nests: the stack that it holds meanwhile.
 * @throws PolicyFailure
 */
export function enter(meter: Meter, levels: number, at: At): void {
  meter.depth -= 1;
  meter.levels -= levels;
  if (meter.depth < 0)
    throw new PolicyFailure('policy_limit', `calls within calls deeper than ${meter.limits.depth}`, at);
  if (meter.levels < 0)
    throw new PolicyFailure('policy_limit', `expressions within calls deeper than ${valueLimits.levels} levels`, at);
}

/** After it. Not after a failure: that ends the layer. */
export function leave(meter: Meter, levels: number): void {
  meter.depth += 1;
  meter.levels += levels;
}

/** What a function of the library and the lambda that it calls have on the stack, in levels of some 100 bytes. */
const lambdaLevels = 6;
const procedureLevels = 4;
/** Locals, and operands that wait for those behind them, take 8 bytes each. */
const heldByLevel = 8;

/**
 * How much of the stack a procedure holds at most where it calls. Both back ends charge it, though closures have a frame a level, and generated
 * code has its locals there.
 */
export function levelsOf({ slots, body }: Procedure<Lazy | Code>): number {
  const nested = isCode(body) ? deepest(body.body, ofStep) : ofIr(body.body);
  return procedureLevels + Math.ceil(slots / heldByLevel) + nested;
}

function ofLazy({ body }: Lazy): number {
  return 1 + ofIr(body);
}

function ofCode({ body }: Code): number {
  return 1 + deepest(body, ofStep);
}

function ofStep(step: Step): number {
  switch (step.kind) {
    case 'set':
      return 1 + ofIr(step.value);
    case 'if':
      return 1 + Math.max(ofIr(step.condition), ofCode(step.then), step.otherwise ? ofCode(step.otherwise) : 0);
    case 'for':
      return 1 + Math.max(ofIr(step.of), ofCode(step.body));
    case 'while':
      return 1 + Math.max(ofLazy(step.condition), ofCode(step.body));
    case 'break':
    case 'continue':
      return 1;
    case 'return':
      return step.value === undefined ? 1 : 1 + ofIr(step.value);
    case 'effect':
      return 1 + Math.max(widest(step.operands, ofIr), step.test ? ofArgument(step.test) : 0);
    case 'experiment':
      return (
        1 +
        Math.max(
          ofIr(step.key),
          deepest(step.arms, ({ code }) => ofCode(code)),
        )
      );
  }
}

function ofIr(ir: Ir): number {
  switch (ir.kind) {
    case 'constant':
    case 'local':
    case 'input':
    case 'value':
      return 1;
    case 'field':
    case 'optional-field':
      return 1 + ofIr(ir.of);
    case 'lookup':
      return 1 + Math.max(ofIr(ir.of), ofIr(ir.key));
    case 'operation':
      return 1 + widest(ir.operands, ofIr);
    case 'and':
    case 'or':
    case 'coalesce':
      return 1 + Math.max(ofIr(ir.left), ofLazy(ir.right));
    case 'conditional':
      return 1 + Math.max(ofIr(ir.condition), ofLazy(ir.then), ofLazy(ir.otherwise));
    case 'list':
      return 1 + widest(ir.items, ofIr);
    case 'record':
      return 2 + widest(ir.fields, ({ value }) => ofIr(value));
    case 'call':
      return 1 + widest(ir.arguments, ofIr);
    case 'library':
      return 1 + widest(ir.arguments, ofArgument);
  }
}

function ofArgument(argument: Ir | IrLambda): number {
  return argument.kind === 'lambda' ? lambdaLevels + ofLazy(argument.body) : ofIr(argument);
}

function deepest<Of>(all: readonly Of[], of: (one: Of) => number): number {
  let most = 0;
  for (const one of all) most = Math.max(most, of(one));
  return most;
}

/** Of operands, each of which waits for those behind it. */
function widest<Of>(all: readonly Of[], of: (one: Of) => number): number {
  return Math.ceil(all.length / heldByLevel) + deepest(all, of);
}
