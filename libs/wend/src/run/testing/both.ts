// A unit run by both back ends: what each of its procedures tells, gives, fails with and spends.
import type { Input } from '../../data/input.ts';
import type { Unit } from '../../ir/ir.ts';
import type { RunLimits } from '../../limits.ts';
import { closures } from '../closures.ts';
import { generate } from '../generate.ts';
import type { BackEnd, Runnable } from '../instance.ts';
import { PolicyFailure } from '../meter.ts';
import { alone, type Alone } from './instances.ts';
import { testCatalogue } from './models.ts';

export interface Difference {
  readonly what: string;
  readonly closures: string;
  readonly generated: string;
}

/** The first thing in which they differ; undefined where there is none. */
export function difference(unit: Unit, inputs: readonly Input[], limits: RunLimits): Difference | undefined {
  const [reference, generated] = [linked(unit, closures, inputs[0]), linked(unit, generate, inputs[0])];
  if ('failed' in reference || 'failed' in generated) {
    const [one, other] = [reference, generated].map((of) => ('failed' in of ? of.failed : 'linked'));
    return one === other ? undefined : differing('values', one, other);
  }
  const values = [reference, generated].map(({ instance }) => canonical(instance.values));
  if (values[0] !== values[1]) return differing('values', values[0], values[1]);
  const procedures = [reference, generated].map(({ instance }) => proceduresOf(instance.code));
  for (const [place, { name, code }] of (procedures[0] ?? []).entries())
    for (const [which, input] of inputs.entries()) {
      const one = outcome(reference, code, input, limits);
      const other = outcome(generated, procedures[1]?.[place]?.code ?? code, input, limits);
      if (one !== other) return differing(`${name}, input ${which}`, one, other);
    }
  return undefined;
}

/** All that a caller can see of one run, as text. */
export function outcome(of: Alone, code: Runnable, input: Input, limits: RunLimits): string {
  const run = of.run(input, limits);
  const ended = attempt(() => code.run(of.instance, run));
  const filtered = attempt(() => run.effects.filter(testCatalogue.models));
  const { fuel, bytes, depth, levels } = run.meter;
  return canonical({ ended, filtered, told: run.effects.told, fuel, bytes, depth, levels });
}

/** Its params and consts are computed, which may fail. */
function linked(unit: Unit, backEnd: BackEnd, input: Input | undefined): Alone | { readonly failed: string } {
  if (input === undefined) throw new Error('no input');
  let made: Alone | undefined;
  const failure = attempt(() => {
    made = alone(unit, backEnd, input);
    return null;
  });
  return made ?? { failed: canonical(failure) };
}

function proceduresOf(unit: Alone['instance']['code']): { name: string; code: Runnable }[] {
  return (['rules', 'routes'] as const).flatMap((kind) =>
    unit[kind].flatMap(({ when, body }, place) => [
      ...(when === undefined ? [] : [{ name: `guard of ${kind} ${place}`, code: when }]),
      { name: `${kind} ${place}`, code: body },
    ]),
  );
}

/** What it gives, or how it fails. Anything but a failure of the policy's is ours, and thrown on. */
function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof PolicyFailure)) throw cause;
    return { reason: cause.reason, message: cause.message, at: cause.at };
  }
}

/** JSON, in which what JSON would leave out is seen. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    one === undefined || typeof one === 'function' || (typeof one === 'number' && !Number.isFinite(one))
      ? `not JSON: ${typeof one}`
      : one,
  );
}

function differing(what: string, one: string | undefined, other: string | undefined): Difference {
  return { what, closures: one ?? '', generated: other ?? '' };
}
