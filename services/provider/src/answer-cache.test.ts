import { RouterError, type CachedAnswer, type Plan } from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { AnswerCache, mostBytes } from './answer-cache.ts';
import { parseExactly } from './exact-json.ts';

type House = ConstructorParameters<typeof AnswerCache>[0];

const usage = { input_tokens: 1, output_tokens: 2, estimated: false };
const plan: Pick<Plan, 'cache' | 'verb'> = { verb: 'chat', cache: { key: 'k', ttl_ms: 1000 } };
const candidate = { vendor: 'v', model: 'm' };
const answer = { choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] };

/** A cache over a map in the bucket's place. @param away whether the bucket refuses */
function aCache(away = () => false): { cache: AnswerCache; kept: Map<string, CachedAnswer>; said: string[] } {
  const kept = new Map<string, CachedAnswer>();
  const said: string[] = [];
  const orAway = <Result>(result: () => Result): Promise<Result> =>
    away() ? Promise.reject(new RouterError('unavailable', 'away')) : Promise.resolve(result());
  const tallies = {
    total: () => undefined,
    getExpiring: (_bucket: unknown, key: string) => orAway(() => kept.get(key)),
    putExpiring: (_bucket: unknown, key: string, value: CachedAnswer) => orAway(() => kept.set(key, value).size),
  };
  const log = {
    warn: (_about: object, text: string) => void said.push(text),
    info: (text: string) => void said.push(text),
  };
  return { cache: new AnswerCache({ tallies, log } as unknown as House), kept, said };
}

test('what is kept is found again with the digits of its numbers, under a key that says nothing', async () => {
  const { cache, kept } = aCache();
  const exact = parseExactly('{"choices":[{"finish_reason":"stop"}],"seed":12345678901234567890}') as object;
  cache.keep(plan, candidate, { usage, answer: exact });
  const found = await cache.find(plan, candidate);
  expect([found?.usage, JSON.stringify(found?.answer)]).toEqual([usage, JSON.stringify(exact)]);
  expect([...kept.keys()]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
});

test.each<[string, Pick<Plan, 'cache' | 'verb'>, typeof candidate]>([
  ['key', { ...plan, cache: { key: 'l', ttl_ms: 1000 } }, candidate],
  ['verb', { ...plan, verb: 'embed' }, candidate],
  ['model', plan, { vendor: 'v', model: 'n' }],
  ['vendor', plan, { vendor: 'w', model: 'm' }],
])('an answer of another %s is another answer', async (_what, otherPlan, otherCandidate) => {
  const { cache } = aCache();
  cache.keep(plan, candidate, { usage, answer });
  expect(await cache.find(otherPlan, otherCandidate)).toBeUndefined();
});

test.each<[string, object]>([
  ['does not say why it ended', { choices: [{ message: {} }] }],
  ['has no choice', { choices: [] }],
  ['is neither choices nor data', { error: {} }],
  ['is too long', { ...answer, more: 'é'.repeat(mostBytes / 2) }],
])('an answer that %s is not kept', (_what, given) => {
  const { cache, kept } = aCache();
  cache.keep(plan, candidate, { usage, answer: given });
  expect(kept.size).toBe(0);
});

test('a plan without a cache neither finds nor keeps, nor puts a stream together', async () => {
  const { cache, kept } = aCache();
  const without = { verb: 'chat' } as const;
  cache.keep(without, candidate, { usage, answer });
  expect([kept.size, await cache.find(without, candidate), cache.assembly(without)]).toEqual([0, undefined, undefined]);
});

test('an outage is one line at its begin and one at its end, and every request a miss', async () => {
  let away = true;
  const { cache, said } = aCache(() => away);
  for (let turn = 0; turn < 3; turn += 1) {
    cache.keep(plan, candidate, { usage, answer });
    expect(await cache.find(plan, candidate)).toBeUndefined();
  }
  expect(said).toEqual(['the cache is away; models are called']);
  away = false;
  await cache.find(plan, candidate);
  expect(said.slice(1)).toEqual(['the cache is back']);
});
