// Guards that can never hold: `x > 5 and x < 3`, `tier == "free" and tier == "pro"`.
import type { ConstantValue } from '../../ir/ir.ts';
import type { BinaryOperator, Expression } from '../../syntax/tree.ts';
import type { Type } from '../../types/type.ts';
import { report, type Place, type Typed } from '../place.ts';

/** A path compared with a constant, the path on the left. */
export interface PathTest {
  readonly path: string;
  readonly operator: BinaryOperator;
  readonly value: ConstantValue;
  readonly type: Type;
}

const turned: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** What a comparison says, if it is of that kind. */
export function testsOf(operator: BinaryOperator, left: Typed, right: Typed): readonly PathTest[] {
  if (left.path !== undefined && right.constant !== undefined)
    return [{ path: left.path, operator, value: right.constant, type: left.type }];
  if (right.path !== undefined && left.constant !== undefined)
    return [{ path: right.path, operator: turned[operator] ?? operator, value: left.constant, type: right.type }];
  return [];
}

/** @param tests all of them must hold */
export function warnContradiction(place: Place, node: Expression, tests: readonly PathTest[]): void {
  const byPath = Map.groupBy(tests, ({ path }) => path);
  for (const [path, ofPath] of byPath)
    if (ofPath.length > 1 && !isPossible(ofPath)) {
      report(place, 'W307', node, `this is never true: it asks of ${nameOf(path)} what cannot be at once`);
      return;
    }
}

function isPossible(tests: readonly PathTest[]): boolean {
  const equals = new Set<ConstantValue>();
  const differs = new Set<ConstantValue>();
  let [low, high] = [-Infinity, Infinity];
  let [lowIsIn, highIsIn] = [true, true];
  for (const { operator, value } of tests) {
    if (operator === '==') equals.add(value);
    else if (operator === '!=') differs.add(value);
    else if (typeof value !== 'number') continue;
    else if (operator === '>' || operator === '>=') {
      if (value > low || (value === low && operator === '>')) [low, lowIsIn] = [value, operator === '>='];
    } else if (value < high || (value === high && operator === '<')) [high, highIsIn] = [value, operator === '<='];
  }
  if (low > high || (low === high && !(lowIsIn && highIsIn))) return false;
  if (equals.size > 1) return false;
  const [only] = equals;
  if (only !== undefined) return !differs.has(only) && (typeof only !== 'number' || isWithin(only));
  return tests.every(({ type }) => type.kind !== 'enum' || type.values.some((value) => !differs.has(value)));

  function isWithin(value: number): boolean {
    return (value > low || (value === low && lowIsIn)) && (value < high || (value === high && highIsIn));
  }
}

/** Locals have no name in a path. */
function nameOf(path: string): string {
  return /^[#$]/.test(path) ? 'one value' : `"${path}"`;
}
