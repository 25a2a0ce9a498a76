// The breaker that a plan brings for a candidate, seen from outside.
import { startMesh } from '@router-mesh/testing';
import { afterAll, expect, test } from 'vitest';
import { errorOf, PlayedPolicy, wholeOf } from './planned.testing.ts';
import { answer, completion, scriptedUpstream } from './testing.ts';

const model = await scriptedUpstream(answer(200, ''));
const mesh = await startMesh({ policies: 0, documents: () => [] });
const policy = await PlayedPolicy.in(mesh);
await policy.vendor('one', model.url);

afterAll(async () => {
  await policy[Symbol.asyncDispose]();
  await Promise.all([mesh[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
});

test("a policy's breaker opens on its own failures, sends its requests to the next candidate, and lets all others through", async () => {
  model.script = answer(500, '');
  const breaker = { calls: 3, failure_rate: 0.2, open_ms: 60_000 };
  const candidates = [{ vendor: 'one', model: 'm', breaker }];
  const plan = { policy: 'acme/careful', needs: ['breaker'] };
  for (let turn = 0; turn < 4; turn += 1) await policy.ask(candidates, { plan });
  const calls = model.received.length;
  expect(errorOf(await policy.ask(candidates, { plan }))?.details).toMatchObject({
    attempts: [{ class: 'circuit_open' }],
  });
  expect(model.received).toHaveLength(calls);

  model.script = answer(200, completion('hi'));
  const events = await policy.ask([...candidates, { vendor: 'one', model: 'n' }], { plan });
  expect(wholeOf(events).router).toMatchObject({
    model: 'one/n',
    attempts: [{ model: 'one/m', class: 'circuit_open' }],
  });
  expect(wholeOf(await policy.ask(candidates, { plan: { policy: 'acme/other' } })).router.model).toBe('one/m');
  expect(wholeOf(await policy.ask([{ vendor: 'one', model: 'm' }], { plan })).router.model).toBe('one/m');
});
