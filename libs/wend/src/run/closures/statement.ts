// Statements as closures.
import type { Code, Ir, IrLambda, Step } from '../../ir/ir.ts';
import type { Value } from '../instance.ts';
import { captured } from '../operations/captured.ts';
import { enterRegion, type Context } from './context.ts';
import { expression, lambda, lazy } from './expression.ts';
import { Frame, type Ended, type Expression, type Statement } from './frame.ts';

type Of<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** A block: charged when it is entered. */
export function code(context: Context, { at, cost, body }: Code): Statement {
  const steps = body.map((step) => statement(context, step));
  return (frame) => {
    enterRegion(frame, cost, at);
    for (const step of steps) {
      const ended = step(frame);
      if (ended !== 'end') return ended;
    }
    return 'end';
  };
}

function statement(context: Context, step: Step): Statement {
  switch (step.kind) {
    case 'set': {
      const { slot } = step;
      const value = expression(context, step.value);
      return (frame) => {
        frame.locals[slot] = value(frame);
        return 'end';
      };
    }
    case 'if': {
      const condition = expression(context, step.condition);
      const then = code(context, step.then);
      const otherwise = step.otherwise === undefined ? undefined : code(context, step.otherwise);
      return (frame) => (condition(frame) === true ? then(frame) : (otherwise?.(frame) ?? 'end'));
    }
    case 'for':
      return forLoop(context, step);
    case 'while':
      return whileLoop(context, step);
    case 'break':
      return () => 'break';
    case 'continue':
      return () => 'continue';
    case 'return':
      return leave(step.value === undefined ? undefined : expression(context, step.value));
    case 'effect':
      return effect(context, step);
    case 'experiment':
      return experiment(context, step);
  }
}

function forLoop(context: Context, { slot, of, body }: Of<'for'>): Statement {
  const list = expression(context, of);
  const turn = code(context, body);
  return (frame) => {
    for (const one of list(frame) as readonly Value[]) {
      frame.locals[slot] = one;
      const ended = turn(frame);
      if (ended === 'break') break;
      if (ended === 'return') return ended;
    }
    return 'end';
  };
}

function whileLoop(context: Context, { condition, body }: Of<'while'>): Statement {
  const goesOn = lazy(context, condition);
  const turn = code(context, body);
  return (frame) => {
    while (goesOn(frame) === true) {
      const ended = turn(frame);
      if (ended === 'break') break;
      if (ended === 'return') return ended;
    }
    return 'end';
  };
}

function leave(value: Expression | undefined): Statement {
  return (frame) => {
    if (value !== undefined) frame.result = value(frame);
    return 'return';
  };
}

/** A denial ends its rule. */
function effect(context: Context, { effect: spec, operands, test, at }: Of<'effect'>): Statement {
  const values = operands.map((one: Ir) => expression(context, one));
  const tests = test === undefined ? undefined : filter(context, test);
  const ended: Ended = spec.kind === 'deny' ? 'return' : 'end';
  return (frame) => {
    const computed: Value[] = [];
    for (const value of values) computed.push(value(frame));
    frame.run.effects.effect(spec, computed, tests?.(frame), at);
    return ended;
  };
}

/** Called when the rule is long over: it has the locals that it reads as they were. */
function filter(context: Context, test: IrLambda): (frame: Frame) => (model: Value) => boolean {
  const of = lambda(context, test);
  const slots = captured(test);
  return (frame) => {
    const locals: Value[] = [];
    for (const slot of slots) locals[slot] = frame.locals[slot] ?? null;
    return (model) => of(new Frame(frame.unit, frame.run, locals))(model) === true;
  };
}

/** What ends an arm ends no more than it. */
function experiment(context: Context, { name, key, arms, at }: Of<'experiment'>): Statement {
  const subject = expression(context, key);
  const all = arms.map((arm) => ({ name: arm.name, run: code(context, arm.code) }));
  return (frame) => {
    const { effects } = frame.run;
    effects.experiment(name, subject(frame), at);
    for (const arm of all) {
      effects.beginArm(arm.name);
      arm.run(frame);
      effects.endArm();
    }
    return 'end';
  };
}
