// On what failures a plan's next candidate is tried, and how often and when the same one is.
import type { FailureClass } from '@router-mesh/contracts';
import { startMesh } from '@router-mesh/testing';
import { ulid } from 'ulid';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { endOf, errorOf, PlayedPolicy, wholeOf } from './planned.testing.ts';
import { answer, completion, done, scriptedUpstream, stream, chunk, type Script } from './testing.ts';

const [one, two] = [await scriptedUpstream(answer(500, '')), await scriptedUpstream(answer(200, completion('two')))];
const mesh = await startMesh({ policies: 0, documents: () => [], environment: { ROUTER_BREAKER_CALLS: '0' } });
const policy = await PlayedPolicy.in(mesh);
await Promise.all([policy.vendor('one', one.url), policy.vendor('two', two.url)]);

afterAll(async () => {
  await policy[Symbol.asyncDispose]();
  await Promise.all([mesh[Symbol.asyncDispose](), one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()]);
});
beforeEach(() => {
  one.received.length = two.received.length = 0;
});

const first = { vendor: 'one', model: 'm' };
const fails: Readonly<Record<string, Script>> = {
  rate_limited: answer(429, ''),
  bad_request: answer(400, ''),
  content_filter: answer(400, { error: { code: 'content_filter', message: 'no' } }),
  auth: answer(401, ''),
};

describe.each([
  ['of another vendor', { vendor: 'two', model: 'n' }],
  ['of the same vendor', { vendor: 'one', model: 'n' }],
])('a candidate %s', (_where, next) => {
  /** The first model fails as it is told, the next one answers. */
  const failing =
    (failure: FailureClass): Script =>
    (response, received) =>
      (received.body['model'] === 'm' ? fails[failure] : answer(200, completion('next')))?.(response, received);

  test.each<[FailureClass, FailureClass[] | undefined, boolean]>([
    ['rate_limited', ['rate_limited', 'timeout'], true],
    ['rate_limited', ['timeout'], false],
    ['bad_request', ['bad_request'], true],
    ['content_filter', ['content_filter'], true],
    ['auth', ['auth'], true],
    ['auth', [], false],
    ['auth', undefined, true],
    ['bad_request', undefined, false],
    ['content_filter', undefined, false],
  ])('after %s, where it is for %j, is tried: %s', async (failure, on, tried) => {
    one.script = failing(failure);
    const events = await policy.ask([first, { ...next, ...(on === undefined ? {} : { on }) }]);
    if (tried) expect(wholeOf(events).router.attempts).toMatchObject([{ model: 'one/m', class: failure }]);
    else expect(errorOf(events)?.details).toMatchObject({ attempts: [{ class: failure }] });
    expect(one.received.length + two.received.length).toBe(tried ? 2 : 1);
  });
});

test('one that is not for the failure is left out, and the one behind it is tried, vendor after vendor', async () => {
  one.script = answer(429, '');
  two.script = answer(200, completion('two'));
  const events = await policy.ask([
    first,
    { vendor: 'one', model: 'n', on: ['timeout'] },
    { vendor: 'nobody', model: 'n', on: ['auth'] },
    { vendor: 'two', model: 'n', on: ['rate_limited'] },
  ]);
  expect(wholeOf(events).router).toMatchObject({ model: 'two/n', attempts: [{ model: 'one/m' }] });
  expect(one.received).toHaveLength(1);
});

test('a vendor that is not running is a failure like any other', async () => {
  one.script = answer(429, '');
  two.script = answer(200, completion('two'));
  const nobody = { vendor: 'nobody', model: 'n' };
  expect(wholeOf(await policy.ask([first, nobody, { vendor: 'two', model: 'n' }])).router).toMatchObject({
    model: 'two/n',
    attempts: [{ class: 'rate_limited' }, { model: 'nobody/n', class: 'not_running' }],
  });
  const events = await policy.ask([first, nobody, { vendor: 'two', model: 'n', on: ['timeout'] }]);
  expect(errorOf(events)).toMatchObject({ code: 'unavailable', details: { stop: 'provider.nobody' } });
});

test('a stream falls back by the same rule', async () => {
  one.script = answer(401, '');
  two.script = stream(chunk('two', 'stop'), done);
  const plan = { stream: true };
  const events = await policy.ask([first, { vendor: 'two', model: 'n', on: ['auth'] }], { plan });
  expect(endOf(events).router).toMatchObject({ model: 'two/n', attempts: [{ class: 'auth' }] });
});

describe('the retries of a plan', () => {
  test('stand over those of document and settings, each candidate with its own', async () => {
    one.script = answer(503, '');
    two.script = answer(503, '');
    const backoff = { base_ms: 10, cap_ms: 20 };
    const candidates = [
      { ...first, retry: 2, backoff },
      { vendor: 'two', model: 'n', retry: 1, backoff },
    ];
    expect(errorOf(await policy.ask(candidates))).toMatchObject({ code: 'provider_failed' });
    expect([one.received.length, two.received.length]).toEqual([3, 2]);
  });

  test('wait as it says, longer than would be worth it otherwise, and honour an upstream that wants more within its cap', async () => {
    const times: number[] = [];
    one.script = (response, received) => {
      times.push(performance.now());
      const script = times.length === 1 ? answer(503, '', { 'retry-after-ms': '600' }) : answer(200, completion('one'));
      return script(response, received);
    };
    const candidates = [
      { ...first, retry: 1, backoff: { base_ms: 10, cap_ms: 700 } },
      { vendor: 'two', model: 'n' },
    ];
    const request = ulid();
    expect(wholeOf(await policy.ask(candidates, { request })).router.model).toBe('one/m');
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(599);
    expect((await policy.finished(request, 2)).map(({ leg, outcome }) => [leg, outcome])).toEqual([
      [0, 'failed'],
      [1, 'answered'],
    ]);
  });
});
