// What a piece of IR refers to: values and functions of units.
import type { Ir, Ref } from '../ir/ir.ts';
import { walk } from '../ir/walk.ts';

export interface References {
  readonly values: readonly Ref[];
  readonly functions: readonly Ref[];
}

const known = new WeakMap<object, References>();

/** Of all IR below a node; remembered, for IR is immutable. */
export function referencesOf(node: object): References {
  const before = known.get(node);
  if (before !== undefined) return before;
  const values: Ref[] = [];
  const functions: Ref[] = [];
  walk(node, (part) => {
    if (!isReference(part)) return;
    (part.kind === 'value' ? values : functions).push(part.ref);
  });
  const references = { values, functions };
  known.set(node, references);
  return references;
}

function isReference(part: object): part is Extract<Ir, { kind: 'value' | 'call' }> {
  return 'ref' in part && 'kind' in part && (part.kind === 'value' || part.kind === 'call');
}
