// A decision made again, with every guard's value: why it came out as it did.
import type { Decision } from '../data/decision.ts';
import { linesOf } from '../diagnostics/position.ts';
import type { Unit } from '../ir/ir.ts';
import type { LinkedPolicy } from '../link/link.ts';
import type { Facts } from './decide.ts';
import { describe } from './describe.ts';
import { judge, type Asked } from './judge.ts';

export interface Explained {
  readonly layer: string;
  readonly kind: 'rule' | 'route';
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Undefined where there is no guard, or it was not asked. */
  readonly guard: boolean | undefined;
  /** `applied`, `skipped` (its guard is false), `not reached` (another route won, it was denied, its layer failed before), `failed` */
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
  const asked: Asked[] = [];
  const decision = judge(policy, facts, asked);
  const lines = new Map<Unit, (offset: number) => number>();
  return { decision, steps: asked.map((one) => explained(one, lines)) };
}

function explained({ rule, guard, outcome, said }: Asked, lines: Map<Unit, (offset: number) => number>): Explained {
  const { unit } = rule.unit;
  const lineOf = lines.get(unit) ?? linesOf(unit.text);
  lines.set(unit, lineOf);
  return {
    layer: unit.name,
    kind: rule.kind,
    name: rule.name,
    file: unit.file,
    line: lineOf(rule.at.start),
    guard,
    outcome,
    effects: said.map(describe),
  };
}
