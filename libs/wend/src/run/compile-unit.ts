// What both back ends share: a unit's procedures, each compiled when it is first run, so that ten thousand policies that wait stay small.
import type { Code, Lazy, Procedure, Unit } from '../ir/ir.ts';
import type { BackEnd, CompiledFunction, CompiledUnit, Runnable } from './instance.ts';

export type CompileProcedure = (unit: Unit, procedure: Procedure<Lazy | Code>, parameters: number) => CompiledFunction;

export function backEnd(compile: CompileProcedure): BackEnd {
  return (unit) => {
    const later = (procedure: Procedure<Lazy | Code>, parameters = 0) =>
      new Waiting(compile, unit, procedure, parameters);
    const guarded = ({ when, body }: Guarded) => ({ when: when && later(when), body: later(body) });
    return {
      functions: unit.functions.map((one) => later(one, one.parameters.length)),
      values: unit.values.map((one) => later(one)),
      rules: unit.rules.map(guarded),
      routes: unit.routes.map(guarded),
      tests: unit.tests.map(({ steps }) =>
        steps.map((step) => (step.kind === 'sample' ? undefined : later(step.value))),
      ),
    };
  };
}

interface Guarded {
  readonly when: Procedure<Lazy> | undefined;
  readonly body: Procedure<Code>;
}

/** Compile, one a step (10 to 80 µs), what is not compiled yet; tests are left out. For a host that has time before the first decision. */
export function* prepareUnit({ functions, values, rules, routes }: CompiledUnit): Generator<undefined, void> {
  for (const one of [...functions, ...values, ...[...rules, ...routes].flatMap(({ when, body }) => [when, body])])
    if (one?.prepare() === true) yield undefined;
}

/** One object a procedure: there are many, and most of them wait for ever. */
class Waiting implements Runnable {
  run: CompiledFunction = compileFirst;
  readonly #compile: CompileProcedure;
  readonly #unit: Unit;
  readonly #procedure: Procedure<Lazy | Code>;
  readonly #parameters: number;

  constructor(compile: CompileProcedure, unit: Unit, procedure: Procedure<Lazy | Code>, parameters: number) {
    this.#compile = compile;
    this.#unit = unit;
    this.#procedure = procedure;
    this.#parameters = parameters;
  }

  prepare(): boolean {
    if (this.run !== compileFirst) return false;
    this.run = this.#compile(this.#unit, this.#procedure, this.#parameters);
    return true;
  }
}

/** Stands where the code will stand, which from then on is called without a detour. */
const compileFirst: CompiledFunction = function (this: Waiting, unit, run, ...values) {
  this.prepare();
  return this.run(unit, run, ...values);
};
