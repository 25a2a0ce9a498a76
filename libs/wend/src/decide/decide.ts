// Policy, input and catalogue to a decision.
import type { LinkedPolicy } from '../link/link.ts';
import type { Catalogue } from './catalogue.ts';
import type { Decision } from './decision.ts';
import type { Input } from './input.ts';
import { judge } from './judge.ts';

export interface Facts {
  readonly input: Input;
  readonly catalogue: Catalogue;
}

/** Never throws: a layer that fails or spends too much makes the decision `unavailable`. */
export function decide(policy: LinkedPolicy, facts: Facts): Decision {
  return judge(policy, facts, undefined);
}
