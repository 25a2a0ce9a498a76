// One expression, run by both back ends.
import { check } from '../../check/check.ts';
import type { Catalogue } from '../../data/catalogue.ts';
import type { Input } from '../../data/input.ts';
import { sampleInput } from '../../data/samples.ts';
import type { Ir, IrRule, Unit } from '../../ir/ir.ts';
import { runLimits, type RunLimits } from '../../limits.ts';
import { parse } from '../../syntax/parse.ts';
import { closures } from '../closures.ts';
import { generate } from '../generate.ts';
import { outcome } from './both.ts';
import { alone } from './instances.ts';

export interface Evaluated {
  /** As JSON; of a failure its reason and message. */
  readonly value: unknown;
  /** What of the source the failure points at. */
  readonly at?: string;
  /** Spent, without what the static part of its price is. */
  readonly fuel: number;
  readonly bytes: number;
}

export interface Setting {
  /** Declarations, such as functions that it calls. */
  readonly before?: string;
  readonly input?: Input;
  readonly catalogue?: Catalogue;
  readonly limits?: RunLimits;
}

/**
 * What the expression comes to.
 * @throws Error where it is no expression, or the back ends differ
 */
export function evaluate(
  source: string,
  { before = '', input = sampleInput, catalogue, limits = runLimits }: Setting = {},
): Evaluated {
  const text = `policy "test" {\n${before}\nrule r { let x = ${source} }\nroute default { candidates cheapest(1) } }`;
  const unit = withGuard(unitOf(text));
  const [one, other] = [closures, generate].map((backEnd) => {
    const linked = alone(unit, backEnd, input, catalogue);
    const code = linked.instance.code.rules[0]?.when;
    return code === undefined ? '' : outcome(linked, code, input, limits);
  });
  if (one === undefined || one !== other) throw new Error(`the back ends differ: ${one} and ${other}`);
  const { ended, fuel, bytes } = JSON.parse(one) as { ended: unknown; fuel: number; bytes: number };
  const spent = { fuel: limits.fuel - fuel, bytes: limits.bytes - bytes };
  if (!isFailure(ended)) return { value: ended, ...spent };
  return { value: `${ended.reason}: ${ended.message}`, at: text.slice(ended.at.start, ended.at.end), ...spent };
}

/**
 * The source of a policy as a unit.
 * @throws Error with what is wrong with it
 */
export function unitOf(text: string): Unit {
  const parsed = parse(text, 'test.wend');
  const { unit, diagnostics } = check(parsed.source, { bases: [], imports: new Map() });
  const errors = [...parsed.diagnostics, ...diagnostics].filter(({ severity }) => severity === 'error');
  if (unit !== undefined && errors.length === 0) return unit;
  throw new Error(errors.map(({ message, span }) => `${message}: ${text.slice(span.start, span.end)}`).join('\n'));
}

/** The value of `let x = …` as a guard: a guard may be of any type here. */
function withGuard(unit: Unit): Unit {
  const [rule] = unit.rules;
  const [step] = rule?.body.body.body ?? [];
  if (rule === undefined || step?.kind !== 'set') throw new Error('not one let');
  return { ...unit, rules: [guardedBy(rule, step.value)] };
}

function guardedBy(rule: IrRule, value: Ir): IrRule {
  return { ...rule, when: { slots: rule.body.slots, body: { at: rule.at, cost: 0, body: value } } };
}

function isFailure(of: unknown): of is { reason: string; message: string; at: { start: number; end: number } } {
  return typeof of === 'object' && of !== null && 'reason' in of && 'message' in of;
}
