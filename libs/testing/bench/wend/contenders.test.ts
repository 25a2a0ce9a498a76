import { expect, test } from 'vitest';
import { contenders, disagreements, type Contender } from './contenders.ts';
import { requests } from './representative.ts';

test('everybody who is asked the representative policy gives the same answers', async () => {
  const all = contenders();
  expect(all.map(({ name }) => name)).toContain('jsonata');
  expect(await disagreements(all, requests)).toEqual([]);
});

test('each request goes another way', () => {
  const [wend] = contenders();
  const ways = requests.map((facts) => JSON.stringify(wend?.outline(wend.ask(facts)())));
  expect(new Set(ways).size).toBe(requests.length);
});

test('an answer that differs is told, with its request', async () => {
  const all = contenders().slice(0, 2);
  const liar = (one: Contender): Contender => ({
    ...one,
    outline: (answer) => ({ ...one.outline(answer), route: 'x' }),
  });
  const found = await disagreements(
    all.map((one, place) => (place === 0 ? one : liar(one))),
    requests,
  );
  expect(found).toHaveLength(requests.length);
  expect(found[0]).toMatch(/^wend, closures, request 0: .*"route":"x".*, not /);
});
