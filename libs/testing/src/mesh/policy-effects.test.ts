// What a policy says is done: each effect by requests through real processes, to models that answer as their test says.
import { answer, chunk, done, stream, textOf, until, type Script } from '../index.ts';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { modelsOf, PolicyWorld } from './policy-world.testing.ts';

const world = await PolicyWorld.start();
const { one, publisher } = world;

afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.reset());

const silent: Script = () => undefined;
const failing = (status: number): Script => answer(status, { error: { message: 'no' } });
const everything = 'route default { candidates @one/a }';

describe('limit', () => {
  test('max_tokens: the model is asked for no more, whatever the client asks for, and under the name that it uses', async () => {
    await publisher.main('few', `rule few { limit max_tokens = 50 }\n${everything}`);
    await world.chat('few');
    await world.chat('few', { max_tokens: 1000 });
    await world.chat('few', { max_completion_tokens: 1000 });
    await world.chat('few', { max_tokens: 20 });
    const asked = one.received.map(({ body }) => [body['max_tokens'], body['max_completion_tokens']]);
    expect(asked).toEqual([
      [50, undefined],
      [50, undefined],
      [undefined, 50],
      [20, undefined],
    ]);
  });

  test('timeout: a model that says nothing costs no more time than that', async () => {
    await publisher.main('hasty', `rule hasty { limit timeout = 300ms }\n${everything}`);
    one.script = silent;
    const began = performance.now();
    expect((await world.chat('hasty')).error).toMatchObject({ code: 'deadline_exceeded' });
    expect(performance.now() - began).toBeGreaterThan(290);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('rpm: so many a minute are let in, and the next one is refused', async () => {
    await publisher.main('rare', `rule rare { limit rpm = 3 }\n${everything}`);
    await until('enough of the minute', () => 60_000 - (Date.now() % 60_000) > 5000);
    const admitted = [await world.chat('rare'), await world.chat('rare'), await world.chat('rare')];
    for (const { router } of admitted) expect(router).toMatchObject({ limits: { rpm: { limit: 3 } } });
    expect((await world.chat('rare')).error).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      details: { limit: 'rpm', tenant: 'rare', value: 3 },
    });
    expect(one.received).toHaveLength(3);
  });

  test('concurrency: one at a time is under way, another is refused, and the next one let in', async () => {
    await publisher.main('single', `rule single { limit concurrency = 1 }\n${everything}`);
    one.script = silent;
    const first = world.chat('single');
    await until('the first to be called', () => one.received.length === 1);
    expect((await world.chat('single')).error).toMatchObject({
      code: 'rate_limited',
      details: { limit: 'concurrency', tenant: 'single', value: 1 },
    });
    one.finish('');
    await first;
    world.reset();
    expect((await world.chat('single')).error).toBeUndefined();
  });
});

describe('transform', () => {
  test('request: what the model is sent', async () => {
    await publisher.main(
      'changed',
      `rule r { transform request temperature = 0.2\n transform request metadata["from mesh"].tier = tenant.tier }\n${everything}`,
    );
    await world.chat('changed', { temperature: 1, top_p: 0.5 });
    expect(one.last.body).toMatchObject({
      model: 'a',
      temperature: 0.2,
      top_p: 0.5,
      metadata: { 'from mesh': { tier: 'free' } },
    });
  });

  test('response: what the client is sent, whole and in every chunk', async () => {
    await publisher.main('stamped', `rule r { transform response notice.by = "acme" }\n${everything}`);
    expect(await world.chat('stamped')).toMatchObject({
      notice: { by: 'acme' },
      choices: [{ message: { content: 'hi' } }],
    });
    one.script = stream(chunk('h'), chunk('i', 'stop'), done);
    const frames = await world.client.stream('hi', { model: 'auto' }, { tenant: 'stamped' });
    const chunks = frames.filter(({ kind }) => kind === 'delta').flatMap(({ text }) => text.split('\n'));
    expect(textOf(frames)).toBe('hi');
    expect(chunks.map((text) => (JSON.parse(text) as { notice: unknown }).notice)).toEqual([
      { by: 'acme' },
      { by: 'acme' },
    ]);
  });
});

test('tag: facts stand in the plan, over those of the request, and the answer and METER name the policy that judged', async () => {
  const bundle = await publisher.main(
    'tagged',
    `rule r { tag team.name = "search"\n tag long = request.tokens_in > 1 }\n${everything}`,
  );
  const router = { tags: { 'team.name': 'mine', other: 'kept' } };
  expect((await world.plan('tagged', { router }))['tags']).toEqual({
    'team.name': 'search',
    long: 'true',
    other: 'kept',
  });
  const { router: report } = await world.chat('tagged');
  expect(report).toMatchObject({ policy: 'tagged/main', policy_version: bundle });
  expect(await world.finished(report?.request)).toMatchObject([{ policy: 'tagged/main', route: 'default' }]);
});

test('deny: the client is told status, reason and message, and no model is called', async () => {
  const bundle = await publisher.main(
    'closed',
    `rule office when request.tokens_in > 1 { deny "closed" status 451 message f"{tenant.id} is closed" }\n${everything}`,
  );
  expect((await world.chat('closed')).error).toMatchObject({
    code: 'denied',
    message: 'closed is closed',
    details: { rule: 'office', reason: 'closed', status: 451, policy: 'closed/main', policy_version: bundle },
  });
  expect(world.called).toEqual([]);
});

describe('use', () => {
  test('required fails closed: nobody runs extensions, so no model is called', async () => {
    await publisher.main('strict', `rule r { use pre "mask-pii@^1" required }\n${everything}`);
    expect((await world.chat('strict')).error).toMatchObject({
      code: 'unavailable',
      details: { reason: 'needs', extension: 'mask-pii' },
    });
    expect(world.called).toEqual([]);
  });

  test('optional goes on, and the plan says what was skipped', async () => {
    await publisher.main('lax', `rule r { use post "spell" optional }\n${everything}`);
    expect((await world.chat('lax')).router?.model).toBe('one/a');
    expect((await world.plan('lax'))['skipped']).toEqual(['extension spell']);
  });
});

describe('a parent', () => {
  test("filters hold for its child's candidates and fallbacks, on the way too", async () => {
    await publisher.main(
      'org',
      'rule r { only m => m.vendor == "one"\n exclude m => m.name == "b" }\nroute r { candidates @one/c }',
    );
    await publisher.main(
      'org.team',
      'route mine { candidates [@two/x, @one/b, @one/a]\n fallback @two/y on any\n fallback @one/b on any\n fallback @one/c on any }',
      'org',
    );
    expect(modelsOf(await world.plan('org.team'))).toEqual(['one/a', 'one/c']);
    one.script = failing(500);
    expect((await world.chat('org.team')).error?.code).toBe('provider_failed');
    expect(world.called).toEqual(['a', 'c']);
  });

  test('policy holds for a tenant below it that has none, under its own name', async () => {
    await publisher.main(
      'house',
      'rule r when tenant.path == "house.guest.room" { limit max_tokens = 7 }\nroute r { candidates @one/b }',
    );
    const { router } = await world.chat('house.guest.room');
    expect(router).toMatchObject({ policy: 'house/main', model: 'one/b' });
    expect(one.last.body['max_tokens']).toBe(7);
  });
});

test("platform's policy holds for who has none, and none above", async () => {
  await publisher.main('platform', 'route r { candidates @one/c }');
  expect((await world.chat('nobody.here')).router).toMatchObject({ policy: 'platform/main', model: 'one/c' });
});

test('requested(): an explicit vendor/model, a name and auto are honoured, within what the policy allows', async () => {
  await publisher.main(
    'free',
    'rule r { exclude m => m.name == "y" }\nroute r { candidates requested()\n fallback @one/a on any }',
  );
  expect((await world.chat('free', { model: 'two/x' })).router?.model).toBe('two/x');
  expect((await world.chat('free', { model: 'b' })).router?.model).toBe('one/b');
  expect((await world.chat('free')).router?.model).toBe('one/a');
  expect((await world.chat('free', { model: 'two/y' })).router?.model).toBe('one/a');
});
