// Where a request goes after a failure is what its policy says: classes, retries, waits and breakers, over two vendors.
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { answer, completion, type Script } from '../index.ts';
import { PolicyWorld } from './policy-world.testing.ts';

const world = await PolicyWorld.start();
const { one, two, publisher } = world;

afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.reset());

const well = answer(200, completion('hi'));
const failing = (status: number): Script => answer(status, { error: { message: 'no' } });
/** One model of a vendor fails, the others answer. */
const only =
  (model: string, status: number): Script =>
  (response, received) =>
    (received.body['model'] === model ? failing(status) : well)(response, received);

describe('fallback', () => {
  test.each([
    ['a class that it names: the other vendor answers', 429, 'rate_limited', 'two/x'],
    ['a class that it does not name: the client is told', 500, 'server_error', undefined],
  ])('on %s', async (_which, status, failure, model) => {
    await publisher.main('careful', 'route r { candidates @one/a\n fallback @two/x on rate_limited, timeout }');
    one.script = failing(status);
    const { router, error } = await world.chat('careful');
    expect(router?.model).toBe(model);
    if (model === undefined) expect(error?.code).toBe('provider_failed');
    else expect(router?.attempts).toMatchObject([{ model: 'one/a', class: failure }]);
    expect(two.received).toHaveLength(model === undefined ? 0 : 1);
  });

  test('retries, waiting as long as it says, before the one behind it is asked', async () => {
    await publisher.main(
      'stubborn',
      'route r { candidates @one/a\n fallback @two/x on any retry 2 backoff exp(80ms, 200ms)\n fallback @one/c on any }',
    );
    one.script = only('a', 503);
    two.script = failing(503);
    const began = performance.now();
    const { router } = await world.chat('stubborn');
    expect(router?.model).toBe('one/c');
    expect(world.called).toEqual(['a', 'c', 'x', 'x', 'x']);
    expect(performance.now() - began).toBeGreaterThan(40 + 80); // half of 80 ms, and of twice that
    expect(router?.attempts).toHaveLength(4);
  });

  test('of candidates: those behind the picked one are asked before it, and not after what none would mend', async () => {
    await publisher.main('many', 'route r { candidates [@one/a, @two/x]\n fallback @one/b on any }');
    one.script = only('a', 500);
    two.script = failing(500);
    expect((await world.chat('many')).router?.attempts).toMatchObject([{ model: 'one/a' }, { model: 'two/x' }]);
    world.reset();
    one.script = only('a', 400);
    expect((await world.chat('many')).router).toMatchObject({ model: 'one/b', attempts: [{ class: 'bad_request' }] });
    expect(world.called).toEqual(['a', 'b']);
  });
});

describe('fallback on', () => {
  const said = (status: number, code = ''): Script => answer(status, { error: { message: 'no', code } });
  const scripts: Readonly<Record<string, Script>> = {
    timeout: said(504),
    server_error: said(500),
    rate_limited: said(429),
    overloaded: said(503),
    content_filter: said(400, 'content_filter'),
    context_length: said(400, 'context_length_exceeded'),
    auth: said(401),
    bad_request: said(400),
  };

  test.each(Object.entries(scripts))(
    '%s alone is taken after that, and on all others alone not',
    async (failure, script) => {
      const others = Object.keys(scripts).filter((other) => other !== failure);
      await publisher.main(`on.${failure}`, `route r { candidates @one/a\n fallback @two/x on ${failure} }`);
      await publisher.main(`not.${failure}`, `route r { candidates @one/a\n fallback @two/x on ${others.join(', ')} }`);
      one.script = script;
      expect((await world.chat(`on.${failure}`)).router).toMatchObject({
        model: 'two/x',
        attempts: [{ model: 'one/a', class: failure }],
      });
      expect((await world.chat(`not.${failure}`)).error).toBeDefined();
      expect(two.received).toHaveLength(1);
    },
  );
});

test('breaker: the model is left alone once enough calls failed, for this policy; another one goes on calling', async () => {
  const route = 'route r { candidates @one/a\n fallback @two/x on server_error, circuit_open }';
  await publisher.main('wary', `breaker @one/a { failures: 50%, calls: 3, open: 30s }\n${route}`);
  await publisher.main('bold', route);
  one.script = failing(500);
  for (let n = 0; n < 5; n += 1) expect((await world.chat('wary')).router?.model).toBe('two/x');
  expect(one.received).toHaveLength(3);
  expect((await world.chat('wary')).router?.attempts).toMatchObject([{ class: 'circuit_open' }]);
  await world.chat('bold');
  expect(one.received).toHaveLength(4);
});
