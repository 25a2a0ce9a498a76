// Expressions as closures.
import type { Ir, IrLambda, Lazy } from '../../ir/ir.ts';
import { constantAt, textAt } from '../../ir/read.ts';
import type { Value } from '../instance.ts';
import type { LibraryLambda } from '../library/library-function.ts';
import { libraryFunction } from '../library/index.ts';
import { newList, newRecord } from '../operations/allocation.ts';
import { enter, leave } from '../operations/calls.ts';
import { format, matches, operations } from '../operations/operations.ts';
import { emptyRecord, item, own } from '../values/records.ts';
import { compileRegex } from '../values/regex.ts';
import { enterRegion, type Context } from './context.ts';
import type { Expression, Frame } from './frame.ts';

type Of<Kind extends Ir['kind']> = Extract<Ir, { kind: Kind }>;

export function expression(context: Context, ir: Ir): Expression {
  switch (ir.kind) {
    case 'constant': {
      const value = constantAt(context.unit, ir.index);
      return () => value;
    }
    case 'local': {
      const { slot } = ir;
      return (frame) => frame.locals[slot] ?? null;
    }
    case 'input':
      return input(ir);
    case 'value': {
      const { unit, index } = ir.ref;
      return (frame) => frame.unit.links[unit]?.values[index] ?? null;
    }
    case 'field':
    case 'optional-field': {
      const of = expression(context, ir.of);
      const name = textAt(context.unit, ir.name);
      return (frame) => own(of(frame), name);
    }
    case 'lookup': {
      const of = expression(context, ir.of);
      const key = expression(context, ir.key);
      return ir.from === 'map'
        ? (frame) => own(of(frame), key(frame) as string)
        : (frame) => item(of(frame) as readonly Value[], key(frame) as number);
    }
    case 'operation':
      return operation(context, ir);
    case 'and': {
      const left = expression(context, ir.left);
      const right = lazy(context, ir.right);
      return (frame) => left(frame) === true && right(frame);
    }
    case 'or': {
      const left = expression(context, ir.left);
      const right = lazy(context, ir.right);
      return (frame) => left(frame) === true || right(frame);
    }
    case 'coalesce': {
      const left = expression(context, ir.left);
      const right = lazy(context, ir.right);
      return (frame) => left(frame) ?? right(frame);
    }
    case 'conditional': {
      const condition = expression(context, ir.condition);
      const then = lazy(context, ir.then);
      const otherwise = lazy(context, ir.otherwise);
      return (frame) => (condition(frame) === true ? then(frame) : otherwise(frame));
    }
    case 'list':
      return list(context, ir);
    case 'record':
      return record(context, ir);
    case 'call':
      return call(context, ir);
    case 'library':
      return libraryCall(context, ir);
  }
}

/** A region: charged when it is entered. */
export function lazy(context: Context, { at, cost, body }: Lazy): Expression {
  const code = expression(context, body);
  return (frame) => {
    enterRegion(frame, cost, at);
    return code(frame);
  };
}

/** A lambda as the library calls it: while its call lasts, in the frame of the procedure around it. */
export function lambda(context: Context, ir: IrLambda): (frame: Frame) => LibraryLambda {
  const { slots } = ir;
  const body = lazy(context, ir.body);
  return (frame) =>
    (...values) => {
      for (const [place, slot] of slots.entries()) frame.locals[slot] = values[place] ?? null;
      return body(frame);
    };
}

function input({ name }: Of<'input'>): Expression {
  if (name === 'decision') return (frame) => (frame.run.decision ?? null) as Value;
  return (frame) => frame.run.input[name] as unknown as Value;
}

function operation(context: Context, { name, operands, at }: Of<'operation'>): Expression {
  if (name === 'format') {
    const parts = operands.map((one) => expression(context, one));
    return (frame) =>
      format(
        frame.meter,
        at,
        parts.map((part) => part(frame)),
      );
  }
  const [first, second] = operands;
  if (first === undefined) throw new Error(`an operation without operands: ${name}`);
  const left = expression(context, first);
  if (name === 'matches') {
    const regex = compileRegex(second?.kind === 'constant' ? textAt(context.unit, second.index) : '');
    return (frame) => matches(frame.meter, at, left(frame) as string, regex);
  }
  const code = operations[name];
  if (second === undefined) return (frame) => code(frame.meter, at, left(frame), null);
  const right = expression(context, second);
  return (frame) => code(frame.meter, at, left(frame), right(frame));
}

function list(context: Context, { items, at }: Of<'list'>): Expression {
  const all = items.map((one) => expression(context, one));
  return (frame) => {
    newList(frame.meter, all.length, at);
    const made: Value[] = [];
    for (const one of all) made.push(one(frame));
    return made;
  };
}

function record(context: Context, { fields, at }: Of<'record'>): Expression {
  const all = fields.map(({ name, value }) => ({
    name: textAt(context.unit, name),
    value: expression(context, value),
  }));
  return (frame) => {
    newRecord(frame.meter, all.length, at);
    const made = emptyRecord();
    for (const { name, value } of all) made[name] = value(frame);
    return made;
  };
}

function call(context: Context, { ref, arguments: given, at }: Of<'call'>): Expression {
  const values = given.map((one) => expression(context, one));
  const { levels } = context;
  return (frame) => {
    const computed: Value[] = [];
    for (const value of values) computed.push(value(frame));
    const target = frame.unit.links[ref.unit]?.functions[ref.index];
    if (target === undefined) throw new Error(`not linked: function ${ref.index} of unit ${ref.unit}`);
    enter(frame.meter, levels, at);
    const result = target.code.run(target.unit, frame.run, ...computed);
    leave(frame.meter, levels);
    return result;
  };
}

function libraryCall(context: Context, { name, arguments: given, at }: Of<'library'>): Expression {
  const { run, parameters } = libraryFunction(name);
  const values = given.map((one) => (one.kind === 'lambda' ? lambda(context, one) : expression(context, one)));
  const missing = parameters.slice(values.length).map(() => null);
  return (frame) => {
    const computed: (Value | LibraryLambda)[] = [];
    for (const value of values) computed.push(value(frame));
    return run({ unit: frame.unit, run: frame.run, at }, ...computed, ...missing);
  };
}
