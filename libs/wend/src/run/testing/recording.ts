// What a rule says, written down: for the tests of the back ends, which want no decision.
import type { ModelRecord } from '../../data/catalogue.ts';
import type { EffectSink } from '../instance.ts';

export interface Recording extends EffectSink {
  /** In the order in which it was said. */
  readonly told: readonly unknown[];
  /** Ask the filters about each of these models, as a decision does when all rules are over; the answers are told. */
  filter(models: readonly ModelRecord[]): void;
}

export function recording(): Recording {
  const told: unknown[] = [];
  const filters: ((model: ModelRecord) => boolean)[] = [];
  return {
    told,
    effect(effect, operands, test, at) {
      told.push({ effect, operands, at });
      if (test !== undefined) filters.push(test);
    },
    experiment(experiment, key, at) {
      told.push({ experiment, key, at });
    },
    beginArm(arm) {
      told.push({ arm });
    },
    endArm() {
      told.push('end of the arm');
    },
    filter(models) {
      for (const test of filters) told.push(models.map(test));
    },
  };
}
