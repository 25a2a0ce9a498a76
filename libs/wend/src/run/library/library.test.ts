import { expect, test } from 'vitest';
import { sampleCatalogue } from '../../data/sample-catalogue.ts';
import { evaluate } from '../testing/evaluate.ts';
import { library } from './index.ts';

const functions = [...library.values()];

test.each(functions.flatMap(({ name, examples }) => examples.map(([source, value]) => [name, source, value] as const)))(
  'the example of %s, of the sample request and catalogue: %s',
  (_name, source, value) => {
    const before =
      source.includes('(add') || source.includes(', add') ? 'fn add(a: Int, b: Int) -> Int { return a + b }' : '';
    expect(evaluate(source, { before, catalogue: sampleCatalogue }).value).toEqual(value);
  },
);

test('every function has an example, a summary that is a sentence, and names for its parameters', () => {
  for (const { name, examples, summary, parameters } of functions) {
    expect([name, examples.length > 0]).toEqual([name, true]);
    expect(summary).toMatch(/^[A-Z].*\.$/s);
    for (const parameter of parameters) expect(parameter.name).toMatch(/^[a-z_]+$/);
  }
});

test('what may be left out stands last, and a chain of functions of one name ends', () => {
  for (const { name, parameters, otherwise } of functions) {
    const optional = parameters.map((one) => one.optional === true);
    expect(optional).toEqual([...optional].sort((left, right) => Number(left) - Number(right)));
    if (otherwise === undefined) continue;
    expect(library.has(otherwise)).toBe(true);
    expect(otherwise.split(':')[0]).toBe(name.split(':')[0]);
  }
});

test('the chains hold every function whose key has a colon, once', () => {
  const named = functions.flatMap(({ otherwise }) => otherwise ?? []);
  expect(named.sort()).toEqual([...library.keys()].filter((key) => key.includes(':')).sort());
});
