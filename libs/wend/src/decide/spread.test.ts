import { expect, test } from 'vitest';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { linked } from '../link/link.testing.ts';
import { inputWith } from './decide.testing.ts';
import { decide } from './decide.ts';

const users = 20_000;

/** What each of the users gets: of the picked model its vendor. */
function picks(text: string, changed: (n: number) => Parameters<typeof inputWith>[0]): readonly string[] {
  const policy = linked([text]);
  return Array.from({ length: users }, (_, n) => {
    const { picked = '' } = decide(policy, { input: inputWith(changed(n)), catalogue: sampleCatalogue });
    return picked.slice(0, picked.indexOf('/'));
  });
}

const byUser = (n: number) => ({ user: { id: `user-${n}` } });
const split = (policy: string, route: string, arms = '@openai/gpt-4.1: 1, @mistral/mistral-large: 1') =>
  `policy "${policy}" { route ${route} { split by user.id ?? seed { ${arms} } } }`;

/** Pearson's for a table of two by two: 1 degree of freedom, above 10.83 one time in a thousand. */
function chiSquare(one: readonly string[], other: readonly string[]): number {
  const counts = new Map<string, number>();
  const [rows, columns] = [new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, key: string) => to.set(key, (to.get(key) ?? 0) + 1);
  for (const [n, row] of one.entries()) {
    const column = other[n] ?? '';
    add(counts, `${row} ${column}`);
    add(rows, row);
    add(columns, column);
  }
  let sum = 0;
  for (const [row, inRow] of rows) {
    for (const [column, inColumn] of columns) {
      const expected = (inRow * inColumn) / one.length;
      sum += ((counts.get(`${row} ${column}`) ?? 0) - expected) ** 2 / expected;
    }
  }
  return sum;
}

test('20 000 seeds get arms within one point of their weights', () => {
  const arms = '@openai/gpt-4.1: 70, @mistral/mistral-large: 25, @local/llama-3: 5';
  const text = `policy "p" { route default { split { ${arms} } } }`;
  const all = picks(text, (n) => ({ seed: `seed-${n}` }));
  for (const [vendor, weight] of [
    ['openai', 0.7],
    ['mistral', 0.25],
    ['local', 0.05],
  ] as const) {
    const share = all.filter((one) => one === vendor).length / users;
    expect(Math.abs(share - weight)).toBeLessThan(0.01);
  }
});

test('splits by one key under two names do not correlate: policies, routes, experiments', () => {
  const reference = picks(split('acme/a', 'default'), byUser);
  const others = [
    split('acme/b', 'default'),
    split('acme/a', 'other'),
    'policy "acme/a" { route default { experiment e by "k" { a: { split by user.id ?? seed { @openai/gpt-4.1: 1, @mistral/mistral-large: 1 } }, b: { } } } }',
    'policy "acme/a" { route default { if rollout(user.id ?? seed, "default", 50%) { candidates @openai/gpt-4.1 } else { candidates @mistral/mistral-large } } }',
  ];
  for (const other of others) expect(chiSquare(reference, picks(other, byUser))).toBeLessThan(10.83);
});

test('the same name and key is the same arm, whatever else the policy says', () => {
  const reference = picks(split('acme/a', 'default'), byUser);
  const same = picks(
    `policy "acme/a" { rule r { tag x = 1 } route default { candidates @local/llama-3 split by user.id ?? seed { @openai/gpt-4.1: 1, @mistral/mistral-large: 1 } } }`,
    (n) => ({ ...byUser(n), seed: `s${n}` }),
  );
  expect(same).toEqual(reference);
  expect(chiSquare(reference, same)).toBeGreaterThan(10_000);
});

test('a greater weight keeps whom it had', () => {
  const small = picks(split('p', 'default', '@openai/gpt-4.1: 10, @mistral/mistral-large: 90'), byUser);
  const large = picks(split('p', 'default', '@openai/gpt-4.1: 30, @mistral/mistral-large: 70'), byUser);
  const kept = small.filter((vendor, n) => vendor === 'openai' && large[n] === 'openai');
  expect(kept).toHaveLength(small.filter((vendor) => vendor === 'openai').length);
});
