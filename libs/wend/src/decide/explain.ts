// A decision made again, with every guard's value: why it came out as it did.
import type { LinkedPolicy } from '../link/link.ts';
import type { Facts } from './decide.ts';
import type { Decision } from './decision.ts';

export interface Explained {
  readonly layer: string;
  readonly kind: 'rule' | 'route';
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Undefined where there is no guard, or it was not asked. */
  readonly guard: boolean | undefined;
  /** `applied`, `skipped` (its guard is false), `not reached` (another route won, a denial came before), `failed` */
  readonly outcome: 'applied' | 'skipped' | 'not reached' | 'failed';
  /** What it said, each as one line of text: `deny "over budget"`, `limit max_tokens = 1024`. */
  readonly effects: readonly string[];
}

export interface Explanation {
  readonly decision: Decision;
  /** In the order in which they were asked. */
  readonly steps: readonly Explained[];
}

/** The decision is the one that `decide` makes of the same facts. */
export function explain(policy: LinkedPolicy, facts: Facts): Explanation {
  throw new Error(`not built: ${policy.name} ${facts.input.seed}`);
}
