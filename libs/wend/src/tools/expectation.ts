// Why an expectation did not hold: what stood on the two sides of its comparison.
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Ir, Lazy, Operation, Procedure } from '../ir/ir.ts';
import { closures } from '../run/closures.ts';
import type { Instance, Value } from '../run/instance.ts';
import { Meter, PolicyFailure } from '../run/meter.ts';
import type { Run } from '../run/run.ts';

const comparisons = new Set<Operation>([
  'equal',
  'not-equal',
  'same',
  'not-same',
  'number-less',
  'number-less-equal',
  'number-greater',
  'number-greater-equal',
  'string-less',
  'string-less-equal',
  'string-greater',
  'string-greater-equal',
  'in-list',
  'in-map',
  'in-string',
  'matches',
]);

/** `decision.route == "vip" does not hold: "default", "vip"`, of the first part of an `and` that is false. */
export function whyNot(leaf: Instance, { slots, body }: Procedure<Lazy>, at: Span, run: Run): string {
  const compute = (ir: Ir) => valueOf(leaf, slots, ir, at, run);
  let ir = body.body;
  while (ir.kind === 'and') ir = compute(ir.left) === false ? ir.left : ir.right.body;
  if (ir.kind !== 'operation' || !comparisons.has(ir.name)) return 'does not hold';
  const text = leaf.unit.text.slice(ir.at.start, ir.at.end).replace(/\s+/g, ' ').trim();
  const [left, right] = ir.operands.map((operand) => shown(compute(operand)));
  return `${text} does not hold: the left is ${left ?? '?'}, the right is ${right ?? '?'}`;
}

/** One expression, by itself; undefined where it fails. */
function valueOf(leaf: Instance, slots: number, ir: Ir, at: Span, run: Run): Value | undefined {
  const value = { slots, body: { at, cost: 0, body: ir } };
  const unit = { ...leaf.unit, tests: [{ name: '', at, steps: [{ kind: 'expect' as const, value, at }] }] };
  try {
    return closures(unit).tests[0]?.[0]?.run(leaf, { ...run, meter: new Meter(run.meter.limits) });
  } catch (error) {
    if (!(error instanceof PolicyFailure)) throw error;
    return undefined;
  }
}

function shown(value: Value | undefined): string {
  const text = value === undefined ? 'what cannot be computed' : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
