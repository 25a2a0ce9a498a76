import { expect, test } from 'vitest';
import { runLimits } from '../limits.ts';
import { closures } from './closures.ts';
import { generate } from './generate.ts';
import { PolicyFailure } from './meter.ts';
import { unitOf } from './testing/evaluate.ts';
import { expensive, expensiveInput } from './testing/expensive.ts';
import { alone } from './testing/instances.ts';

// 20 000 units of fuel hold the loop for at most 20 ms (docs/wend/code-generation.md); the rest is for machines that do other things too.
const mostMs = 3000;

test.each(expensive.map(({ what, text }) => [what, text] as const))(
  '%s: without an end, and soon over',
  (_what, text) => {
    const unit = unitOf(text);
    for (const backEnd of [closures, generate]) {
      const { instance, run } = alone(unit, backEnd, expensiveInput);
      const of = run(expensiveInput, runLimits);
      const start = performance.now();
      expect(() => instance.code.rules[0]?.body.run(instance, of)).toThrow(PolicyFailure);
      expect(performance.now() - start).toBeLessThan(mostMs);
    }
  },
);
