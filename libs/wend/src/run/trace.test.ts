import { expect, test } from 'vitest';
import { sampleInput } from '../data/samples.ts';
import { closures } from './closures.ts';
import { unitOf } from './testing/evaluate.ts';
import { alone } from './testing/instances.ts';

const text = `policy "p" {
  fn twice(n: Int) -> Int { return n * 2 }
  rule r when request.stream or request.tokens_in > 1 {
    for x in [1, 2] { if x == 2 { tag a = twice(x) } else { tag b = 1 } }
    if false { tag c = 1 }
  }
  route default { candidates cheapest(1) }
}`;

test('whoever traces is told each region that is entered, in order, as often as it is', () => {
  const { instance, run } = alone(unitOf(text), closures, sampleInput);
  const entered: string[] = [];
  const traced = {
    ...run(sampleInput),
    entered: (_: unknown, at: { start: number; end: number }) => entered.push(text.slice(at.start, at.end)),
  };
  const [rule] = instance.code.rules;
  expect(rule?.when?.run(instance, traced)).toBe(true);
  rule?.body.run(instance, traced);
  const start = (source: string) => source.replace(/\s+/g, ' ').slice(0, 20);
  expect(entered.map(start)).toEqual([
    'request.stream or re',
    'request.tokens_in > ',
    '{ for x in [1, 2] { ',
    '{ if x == 2 { tag a ',
    '{ tag b = 1 }',
    '{ if x == 2 { tag a ',
    '{ tag a = twice(x) }',
    '{ return n * 2 }',
  ]);
});
