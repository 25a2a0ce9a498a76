// Fields that a plan sets in answers, seen from outside.
import { startMesh } from '@router-mesh/testing';
import { afterAll, expect, test } from 'vitest';
import { chunksOf, endOf, errorOf, PlayedPolicy, wholeOf } from './planned.testing.ts';
import { answer, chunk, completion, done, scriptedUpstream, stream, usageChunk } from './testing.ts';

const model = await scriptedUpstream(answer(200, ''));
const mesh = await startMesh({ policies: 0, documents: () => [] });
const policy = await PlayedPolicy.in(mesh);
await policy.vendor('one', model.url);

afterAll(async () => {
  await policy[Symbol.asyncDispose]();
  await Promise.all([mesh[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
});

const candidates = [{ vendor: 'one', model: 'm' }];
const transforms = [
  { path: ['service_tier'], value: 'gold' },
  { path: ['metadata', 'by'], value: ['us', null] },
  { path: ['__proto__', 'polluted'], value: true },
  { path: ['usage', 'prompt_tokens'], value: 0 },
  { path: ['tier', 'deep'], value: 'cannot be' },
];
// Written as text, for that is how the field is one of the answer's own.
const set = JSON.parse('{"service_tier":"gold","metadata":{"by":["us",null]},"__proto__":{"polluted":true}}') as object;

test.each([[false], [true]])(
  'fields are set in a whole answer (in frames: %s), and the rest of it is as it was',
  async (frames) => {
    const whole = completion('hi', {
      id: 'x',
      tier: 'default',
      service_tier: 'default',
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    });
    model.script = answer(200, whole);
    const events = await policy.ask(candidates, { plan: { transforms }, frames });
    const got = frames ? endOf(events).answer : (({ router: _, ...rest }) => rest)(wholeOf(events));
    expect(JSON.parse(JSON.stringify(got))).toEqual({ ...whole, ...set });
  },
);

test('fields are set in every chunk of a stream, and what cannot be set is said in the log without failing it', async () => {
  model.script = stream(
    { ...chunk('a'), id: 'x', tier: 'default' },
    { ...chunk('b', 'stop'), id: 'x', tier: 'default' },
    usageChunk(3, 2),
    done,
  );
  const body = { stream_options: { include_usage: true } };
  const events = await policy.ask(candidates, { plan: { stream: true, transforms }, body });
  expect(chunksOf(events)).toEqual([
    { ...chunk('a'), id: 'x', tier: 'default', ...set },
    { ...chunk('b', 'stop'), id: 'x', tier: 'default', ...set },
    // It has no `tier`, so that a path through it can be made.
    { ...usageChunk(3, 2), ...set, tier: { deep: 'cannot be' } },
  ]);
  expect(endOf(events).usage).toEqual({ input_tokens: 3, output_tokens: 2, estimated: false });
  expect(mesh.troubles().some((line) => line.includes('fields of an answer could not be set'))).toBe(true);
});

test('a plan that needs transforms is served, and one that needs what nobody knows is refused', async () => {
  model.script = answer(200, completion('hi'));
  expect(wholeOf(await policy.ask(candidates, { plan: { needs: ['transform', 'fallback'] } })).choices).toHaveLength(1);
  expect(errorOf(await policy.ask(candidates, { plan: { needs: ['transform', 'magic'] } }))).toMatchObject({
    code: 'unavailable',
    details: { reason: 'needs', need: 'magic' },
  });
});
