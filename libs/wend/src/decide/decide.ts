// Policy, input and catalogue to a decision.
import type { Catalogue } from '../data/catalogue.ts';
import type { Decision } from '../data/decision.ts';
import type { Input } from '../data/input.ts';
import type { LinkedPolicy } from '../link/link.ts';
import { judge } from './judge.ts';

export interface Facts {
  readonly input: Input;
  readonly catalogue: Catalogue;
}

/** Never throws: a layer that fails or spends too much makes the decision `unavailable`. */
export function decide(policy: LinkedPolicy, facts: Facts): Decision {
  return judge(policy, facts, undefined);
}
