// What a piece of IR refers to: values and functions of units.
import type { Ref } from '../ir/ir.ts';

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
  visit(node);
  const references = { values, functions };
  known.set(node, references);
  return references;

  function visit(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if ('ref' in value && 'kind' in value) {
      if (value.kind === 'value') values.push(value.ref as Ref);
      if (value.kind === 'call') functions.push(value.ref as Ref);
    }
    for (const part of Object.values(value)) visit(part);
  }
}
