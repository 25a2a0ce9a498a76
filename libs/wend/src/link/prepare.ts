// Compiling a policy before it is asked.
import type { Instance } from '../run/instance.ts';
import { prepareUnit } from '../run/compile-unit.ts';
import type { LinkedPolicy } from './link.ts';

/**
 * Compile what a policy may run, a procedure a step; what was compiled already, for it or another policy, takes none.
 *
 * Without it the first decisions take that time, which is 100 ms for a source as large as can be: a host does something else between two steps.
 */
export function* prepare(policy: LinkedPolicy): Generator<undefined, void> {
  const seen = new Set<Instance>(policy.layers);
  // A set that grows while it is gone through is gone through to its end.
  for (const { code, links } of seen) {
    for (const link of links) seen.add(link);
    yield* prepareUnit(code);
  }
}
