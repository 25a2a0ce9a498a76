// Where nothing can be said: constants and the steps of tests compute only.
import type { EffectSink } from './instance.ts';

export const silent: EffectSink = {
  effect: () => undefined,
  experiment: () => undefined,
  beginArm: () => undefined,
  endArm: () => undefined,
};
