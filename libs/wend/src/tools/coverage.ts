// What the tests of a policy ran of its code, and what they did not.
import type { Asked } from '../decide/judge.ts';
import type { At, Region, Unit } from '../ir/ir.ts';
import { walk } from '../ir/walk.ts';
import type { Instance } from '../run/instance.ts';
import type { Covered } from './run-tests.ts';

/** Of one unit. */
export class Coverage {
  readonly #unit: Unit;
  readonly #entered = new Set<At>();
  /** Rules and routes, by where they stand, whose guard was true, and false. */
  readonly #applied = new Set<At>();
  readonly #skipped = new Set<At>();

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** To be told of every region that is entered. */
  readonly entered = ({ unit }: Instance, at: At): void => {
    if (unit === this.#unit) this.#entered.add(at);
  };

  /** What was asked in one decision. */
  asked(asked: readonly Asked[]): void {
    for (const { rule, guard, outcome } of asked) {
      if (rule.unit.unit !== this.#unit) continue;
      if (outcome === 'applied') this.#applied.add(rule.at);
      if (guard === false) this.#skipped.add(rule.at);
    }
  }

  report(): readonly Covered[] {
    const { rules, routes, functions } = this.#unit;
    return [
      ...rules.map((rule) => this.#covered('rule', rule)),
      ...routes.map((route) => this.#covered('route', route)),
      ...functions.map((one) => this.#coveredFunction(one)),
    ];
  }

  #covered(kind: 'rule' | 'route', one: Unit['rules'][number] | Unit['routes'][number]): Covered {
    return {
      ...this.#regions(kind, one.name, one.at, [one.when, one.body]),
      applied: this.#applied.has(one.at),
      skipped: one.when === undefined || this.#skipped.has(one.at),
    };
  }

  #coveredFunction({ name, at, body }: Unit['functions'][number]): Covered {
    return { ...this.#regions('fn', name, at, [body]), applied: this.#entered.has(body.at), skipped: true };
  }

  #regions(kind: Covered['kind'], name: string, span: At, code: readonly unknown[]) {
    const regions = regionsOf(code);
    const missed = regions.filter((at) => !this.#entered.has(at));
    return { file: this.#unit.file, kind, name, span, regions: regions.length, missed };
  }
}

/** Where the regions below a node stand, in the order of the source. */
function regionsOf(node: unknown): readonly At[] {
  const found: At[] = [];
  walk(node, (part) => {
    if (isRegion(part)) found.push(part.at);
  });
  return found;
}

function isRegion(part: object): part is Region<unknown> {
  return 'cost' in part && 'at' in part;
}
