// What both back ends share: a unit's procedures, each compiled when it is first called, so that ten thousand policies that wait stay small.
import type { Code, Lazy, Procedure, Unit } from '../ir/ir.ts';
import type { BackEnd, Compiled, CompiledFunction } from './instance.ts';

export type CompileProcedure = (unit: Unit, procedure: Procedure<Lazy | Code>, parameters: number) => CompiledFunction;

export function backEnd(compile: CompileProcedure): BackEnd {
  return (unit) => {
    const waiting: LazyCode[] = [];
    const later = (procedure: Procedure<Lazy | Code>, parameters = 0) => {
      const code = new LazyCode(compile, unit, procedure, parameters);
      waiting.push(code);
      return code;
    };
    const lazy = (procedure: Procedure<Lazy | Code>): Compiled => callable(later(procedure));
    const guarded = (one: Guarded): { when: Compiled | undefined; body: Compiled } => ({
      when: one.when === undefined ? undefined : lazy(one.when),
      body: lazy(one.body),
    });
    const code = {
      functions: unit.functions.map((one) => callable(later(one, one.parameters.length))),
      values: unit.values.map((one) => lazy(one)),
      rules: unit.rules.map(guarded),
      routes: unit.routes.map(guarded),
      *prepare(): Generator<undefined> {
        for (const one of waiting.splice(0)) {
          one.get();
          yield undefined;
        }
      },
    };
    const test = (procedure: Procedure<Lazy>) => callable(new LazyCode(compile, unit, procedure, 0));
    const tests = unit.tests.map(({ steps }) =>
      steps.map((step) => (step.kind === 'sample' ? undefined : test(step.value))),
    );
    return { ...code, tests };
  };
}

interface Guarded {
  readonly when: Procedure<Lazy> | undefined;
  readonly body: Procedure<Code>;
}

class LazyCode {
  readonly parameters: number;
  readonly #compile: CompileProcedure;
  readonly #unit: Unit;
  readonly #procedure: Procedure<Lazy | Code>;
  #code: CompiledFunction | undefined;

  constructor(compile: CompileProcedure, unit: Unit, procedure: Procedure<Lazy | Code>, parameters: number) {
    this.#compile = compile;
    this.#unit = unit;
    this.#procedure = procedure;
    this.parameters = parameters;
  }

  get(): CompiledFunction {
    return (this.#code ??= this.#compile(this.#unit, this.#procedure, this.parameters));
  }
}

/** By how many values it is given: a call with a rest takes twice as long. */
function callable(code: LazyCode): CompiledFunction {
  if (code.parameters === 0) return (unit, run) => code.get()(unit, run);
  if (code.parameters === 1) return (unit, run, a) => code.get()(unit, run, a ?? null);
  if (code.parameters === 2) return (unit, run, a, b) => code.get()(unit, run, a ?? null, b ?? null);
  return (unit, run, ...values) => code.get()(unit, run, ...values);
}
