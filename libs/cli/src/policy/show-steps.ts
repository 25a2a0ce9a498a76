// Why a decision came out as it did: every rule and route in the order in which they were asked. Pure.
import { table } from '../output.ts';

/** As `explain` tells it, here or in the mesh. */
export interface Step {
  readonly layer: string;
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly guard?: boolean | undefined;
  readonly outcome: string;
  readonly effects: readonly string[];
}

export function showSteps(steps: readonly Step[]): string {
  const columns = ['WHERE', 'LAYER', '', 'NAME', 'GUARD', 'OUTCOME', 'SAID'].map((title) => ({ title }));
  const rows = steps.map(({ layer, kind, name, file, line, guard, outcome, effects }) => [
    `${file}:${line}`,
    layer,
    kind,
    name,
    guard === undefined ? '' : String(guard),
    outcome,
    effects.join('; '),
  ]);
  return table(columns, rows);
}
