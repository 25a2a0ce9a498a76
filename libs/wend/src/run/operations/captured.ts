// What a lambda reads of the procedure around it.
import type { IrLambda, Slot } from '../../ir/ir.ts';
import { walk } from '../../ir/walk.ts';

/**
 * The locals that must be kept for a lambda that is called when its procedure is over: those and no others, or a rule of thousands of filters would
 * keep all of its locals for each of them.
 */
export function captured(lambda: IrLambda): readonly Slot[] {
  const own = new Set<Slot>();
  const read = new Set<Slot>();
  walk(lambda, (part) => {
    const { kind, slot, slots = [] } = part as { kind?: string; slot?: Slot; slots?: readonly Slot[] };
    if (kind === 'local' && slot !== undefined) read.add(slot);
    if (kind === 'lambda') for (const one of slots) own.add(one);
  });
  return [...read].filter((slot) => !own.has(slot));
}
