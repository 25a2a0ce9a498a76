// The reference back end: one closure a node. It also runs where code generation is forbidden, and tells which regions were entered.
import { isCode } from '../ir/read.ts';
import { code } from './closures/statement.ts';
import { lazy } from './closures/expression.ts';
import { Frame } from './closures/frame.ts';
import { backEnd } from './compile-unit.ts';
import type { BackEnd, Value } from './instance.ts';
import { levelsOf } from './operations/calls.ts';

export const closures: BackEnd = backEnd((unit, procedure) => {
  const { slots, body } = procedure;
  const context = { unit, levels: levelsOf(procedure) };
  const localsOf = (values: readonly Value[]) => {
    const locals: Value[] = [...values];
    while (locals.length < slots) locals.push(null);
    return locals;
  };
  if (!isCode(body)) {
    const run = lazy(context, body);
    return (instance, of, ...values) => run(new Frame(instance, of, localsOf(values)));
  }
  const run = code(context, body);
  return (instance, of, ...values) => {
    const frame = new Frame(instance, of, localsOf(values));
    run(frame);
    return frame.result;
  };
});
