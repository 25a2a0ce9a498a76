// The parts of policies that depend on nothing but their arguments.
import type { ChatRequest, PolicyDocument, TenantDocument } from '@router-mesh/contracts';
import type { Snapshot } from '@router-mesh/kernel';
import { sampleCatalogue, type Decision } from '@router-mesh/wend';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitsFor, tightened } from '../limited.ts';
import { ulidTime } from './administration/ulid-time.ts';
import { chooseVersion, mayUse } from './documents/choose.ts';
import { LastingPointers } from './documents/lasting-pointers.ts';
import { activated, noPointers, previousActive, rolledBack, withCanary, withVersion } from './documents/pointers.ts';
import { wendCatalogue } from './in-force/wend-catalogue.ts';
import { cacheKey } from './judging/cache-key.ts';
import { policyFor } from './judging/holds.ts';
import { inputOf } from './judging/input.ts';
import { planOf } from './judging/plan-of.ts';
import { refusalOf } from './judging/refusals.ts';
import { seedOf } from './judging/seed.ts';
import { isInCanary, isWithinShare } from './watching/canary.ts';
import { mask } from './watching/masks.ts';
import { setbackOf } from './watching/outcome.ts';
import { Pace } from './watching/pace.ts';
import { whyBack, Window } from './watching/window.ts';

const digest = (letter: string): string => letter.repeat(64);
const mover = { by: 'ada', at: 1 };
const active = (letter: string): PolicyDocument => ({ active: digest(letter), versions: [], history: [] });

describe('which policy holds', () => {
  const pointers = new Map([
    ['acme/main', active('a')],
    ['acme/web/main', active('b')],
    ['acme/web/registry/main', noPointers],
    ['platform/main', active('c')],
  ]);
  test.each<[string, string, Record<string, TenantDocument>, string | undefined]>([
    ['its own main', 'acme.web', {}, 'acme/web/main'],
    ["its nearest ancestor's, where its own has no active version", 'acme.web.registry', {}, 'acme/web/main'],
    ["the platform's, where no ancestor has one", 'other', {}, 'platform/main'],
    ['the one that its document names', 'acme.web', { 'acme.web': { policy: 'acme/chat' } }, 'acme/chat'],
    [
      "the one that its ancestor's document names, if it is nearer than any main",
      'acme.api.v1',
      { 'acme.api': { policy: 'acme/chat' } },
      'acme/chat',
    ],
    ['its own main, though an ancestor names another', 'acme.web', { acme: { policy: 'acme/chat' } }, 'acme/web/main'],
  ])('%s', (_, tenant, documents, name) => {
    expect(policyFor(tenant, new Map(Object.entries(documents)), pointers)).toBe(name);
  });

  test('none, where nobody has published', () => {
    expect(policyFor('acme', new Map(), new Map())).toBeUndefined();
  });
});

describe('pointers', () => {
  const publish = (document: PolicyDocument, letter: string, version: string): PolicyDocument =>
    activated(withVersion(document, { digest: digest(letter), version, ...mover }), digest(letter), mover);

  test('going back undoes publications one by one, whatever else happened', () => {
    let document = ['a', 'b', 'c'].reduce((all, letter, place) => publish(all, letter, `${place}.0.0`), noPointers);
    document = withCanary(
      document,
      { digest: digest('d'), share: 0.1, by: 'requests', rollback: { points: 5, decisions: 50 } },
      mover,
    );
    const seen = [];
    for (let to = previousActive(document); to !== undefined; to = previousActive(document)) {
      seen.push(to[0]);
      document = rolledBack(document, to, mover);
    }
    expect(seen).toEqual(['b', 'a']);
    expect(document).not.toHaveProperty('canary');
    expect(previousActive(publish(document, 'e', '9.0.0'))).toBe(digest('a'));
  });

  test('are bounded, and what is pointed at is kept', () => {
    let document = publish(noPointers, 'a', '0.0.1');
    for (let version = 1; version <= 200; version += 1)
      document = withVersion(document, {
        digest: String(version).padStart(64, '0'),
        version: `${version}.0.0`,
        ...mover,
      });
    expect(document.versions).toHaveLength(32);
    expect(document.versions.at(-1)?.digest).toBe(digest('a'));
    for (let round = 0; round < 100; round += 1) document = activated(document, digest('a'), mover);
    expect(document.history).toHaveLength(64);
  });

  test('going back ends where the versions end: the source of one that is not kept any more is gone', () => {
    let document = noPointers;
    for (let version = 1; version <= 40; version += 1)
      document = activated(
        withVersion(document, { digest: String(version).padStart(64, '0'), version: `${version}.0.0`, ...mover }),
        String(version).padStart(64, '0'),
        mover,
      );
    const went: number[] = [];
    for (let to = previousActive(document); to !== undefined; to = previousActive(document)) {
      went.push(Number(to));
      document = rolledBack(document, to, mover);
    }
    expect([went[0], went.at(-1)]).toEqual([39, 9]);
  });
});

describe('pointers outlast their bucket', () => {
  const shown = (revision: number, ...letters: string[]): Snapshot<PolicyDocument> => ({
    documents: new Map(letters.map((letter) => [`${letter}/main`, active(letter)])),
    revisions: new Map(letters.map((letter, place) => [`${letter}/main`, place + 1])),
    revision,
  });
  const names = ({ documents }: Snapshot<PolicyDocument>): string[] => [...documents.keys()].sort();

  test('that was made anew: what it held holds until it is published again, however often the new one is read', () => {
    const lasting = new LastingPointers();
    expect(lasting.take(shown(9, 'a', 'b'))).toEqual(shown(9, 'a', 'b'));
    expect([names(lasting.take(shown(0))), lasting.left]).toEqual([['a/main', 'b/main'], 2]);
    expect([names(lasting.take(shown(0))), lasting.left]).toEqual([['a/main', 'b/main'], 2]);
    expect([names(lasting.take(shown(1, 'a'))), lasting.left]).toEqual([['a/main', 'b/main'], 1]);
    expect(names(lasting.take(shown(2, 'a', 'c')))).toEqual(['a/main', 'b/main', 'c/main']);
    expect([lasting.take(shown(3, 'a', 'b', 'c')), lasting.left]).toEqual([shown(3, 'a', 'b', 'c'), 0]);
  });

  test('but not their own removal from it', () => {
    const lasting = new LastingPointers();
    lasting.take(shown(2, 'a', 'b'));
    expect([names(lasting.take(shown(3, 'a'))), lasting.left]).toEqual([['a/main'], 0]);
  });
});

describe('a range stands for', () => {
  const document: PolicyDocument = {
    active: digest('b'),
    history: [],
    versions: [
      { digest: digest('d'), version: '2.1.0', ...mover },
      { digest: digest('c'), version: '2.0.0', ...mover },
      { digest: digest('b'), version: '1.1.0', ...mover },
      { digest: digest('a'), version: '1.0.0', ...mover },
    ],
  };
  test.each([
    ['the active version where that is in it', '^1', 'b'],
    ['the newest one in it otherwise', '^2', 'd'],
    ['an older one where it says so', '1.0.0', 'a'],
    ['the active version where there is none', undefined, 'b'],
    ['nothing where none is in it', '^3', undefined],
  ])('%s', (_, range, letter) => {
    expect(chooseVersion(document, range)?.digest[0]).toBe(letter);
  });

  test('and only policies of the same tenant and of those above it are stood on', () => {
    const names = ['acme/lib', 'acme/web/lib', 'platform/base', 'rival/lib', 'acme/web/registry/lib', 'lib'];
    expect(names.filter((name) => mayUse('acme/web/main', name))).toEqual([
      'acme/lib',
      'acme/web/lib',
      'platform/base',
    ]);
  });
});

describe('a canary', () => {
  const pointer = { digest: digest('a'), share: 0.2, by: 'tenants', rollback: { points: 5, decisions: 50 } } as const;

  test('has its share of tenants, each always on the same side of it', () => {
    const sides = Array.from({ length: 5000 }, (_, number) =>
      isInCanary(pointer, { tenant: `t${number}`, request: 'r' }),
    );
    expect(sides.filter(Boolean).length / sides.length).toBeCloseTo(0.2, 1);
    expect(sides[7]).toBe(isInCanary(pointer, { tenant: 't7', request: 'another' }));
  });

  test('a share grows without leaving anybody out who was in', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.string(),
        (a, b, key) => {
          const [less, more] = [Math.min(a, b), Math.max(a, b)];
          expect(isWithinShare(less, 'd', key) && !isWithinShare(more, 'd', key)).toBe(false);
        },
      ),
    );
  });
});

describe('a version goes back', () => {
  const figures = (decisions: number, deny: number, none = 0): ReturnType<Window['figures']> => ({
    decisions,
    setbacks: { deny, no_candidate: none, policy_failure: 0 },
  });
  const rule = { points: 5, decisions: 50 };
  test.each([
    ['not before it has decided enough', figures(49, 49), figures(1000, 0), undefined],
    ['not for what the one before it did as well', figures(100, 30), figures(1000, 260), undefined],
    ['when it denies more', figures(100, 32), figures(1000, 260), 'deny in 32.0 %'],
    ['when it leaves no model more often', figures(50, 0, 3), figures(0, 0), 'no_candidate in 6.0 %'],
  ])('%s', (_, is, was, why) => {
    const found = whyBack(is, was, rule);
    if (why === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(why);
  });

  test.each([
    ['leaves none of the models that somebody has', 'no_candidate', 'auto', 'no_candidate'],
    ['leaves nothing of a model that somebody has', 'no_candidate', 'openai/gpt-4.1', 'no_candidate'],
    ['is asked for one that nobody has', 'no_candidate', 'nobody/has-it', undefined],
    ['fails, whatever it is asked for', 'policy_error', 'nobody/has-it', 'policy_failure'],
  ] as const)('a setback is counted by its cause: it %s', (_, reason, model, setback) => {
    const decision = { effect: 'unavailable', unavailable: { reason } } as Decision;
    expect(setbackOf(decision, sampleCatalogue, model)).toBe(setback);
  });

  test('for what it did lately: what is older than five minutes is forgotten', () => {
    const window = new Window();
    for (let second = 0; second < 60; second += 1) window.add('deny', second * 1000);
    expect(window.figures(60_000)).toMatchObject({ decisions: 60, setbacks: { deny: 60 } });
    window.add(undefined, 330_000);
    expect(window.figures(330_000)).toMatchObject({ decisions: 21, setbacks: { deny: 20 } });
    expect(window.figures(900_000).decisions).toBe(0);
  });
});

describe('the input', () => {
  const body = {
    model: 'auto',
    max_tokens: 7,
    user: 'u',
    stream: true,
    tools: [{ type: 'function' }],
    metadata: { team: 'a' },
    messages: [{ role: 'user', content: [{ type: 'text' }, { type: 'image_url' }, { type: 'x' }] }],
    router: { session: 's', attributes: { plan: 'gold' } },
  } as unknown as ChatRequest;
  const facts = {
    verb: 'chat',
    tenant: 'acme.web',
    document: { tier: 'pro', region: 'eu', limits: { rpm: 5, models: {} } },
    body,
    sizeBytes: 401,
    health: {},
    at: 1000,
    seed: () => 'abc',
  } as const;

  test('holds what a policy may look at', () => {
    expect(inputOf(facts)).toEqual({
      request: {
        kind: 'chat',
        model: 'auto',
        tokens_in: 101,
        max_tokens: 7,
        stream: true,
        tools: true,
        modalities: ['text', 'image', 'x'],
        pii: null,
        lang: null,
        metadata: { team: 'a' },
      },
      tenant: { id: 'web', path: 'acme.web', tier: 'pro', region: 'eu', spent: null, budget: null, quotas: { rpm: 5 } },
      user: { id: 'u', roles: [] },
      session: { id: 's' },
      attributes: { plan: 'gold' },
      health: {},
      now: 1000,
      seed: 'abc',
    });
  });

  test('is told without what is masked, and the log says what that was', () => {
    const { input, masked } = mask(inputOf(facts), new Set(['session.id']));
    expect(masked).toEqual(['metadata', 'user.id', 'attributes']);
    expect(input).toMatchObject({
      request: { metadata: {} },
      user: { id: null },
      attributes: {},
      session: { id: 's' },
    });
    expect(mask(inputOf({ ...facts, body: { model: 'm' } as ChatRequest }), new Set()).masked).toEqual([]);
  });

  test('has a seed that is worked out when it is read, and once', () => {
    let asked = 0;
    const input = inputOf({ ...facts, seed: () => `abc${(asked += 1)}` });
    expect([asked, Object.hasOwn(input, 'seed')]).toEqual([0, true]);
    expect([input.seed, { ...input }.seed, (JSON.parse(JSON.stringify(input)) as { seed: string }).seed]).toEqual([
      'abc1',
      'abc1',
      'abc1',
    ]);
  });

  test('has a seed that is the same for a request that is sent again, and another for another tenant', () => {
    const salt = { salt: digest('a'), at: 1 };
    expect(seedOf(salt, 'acme', 'R')).toBe(seedOf(salt, 'acme', 'R'));
    expect(
      new Set([seedOf(salt, 'acme', 'R'), seedOf(salt, 'b', 'R'), seedOf({ ...salt, salt: digest('b') }, 'acme', 'R')])
        .size,
    ).toBe(3);
  });
});

describe('the plan', () => {
  const decision: Decision = {
    effect: 'allow',
    route: 'main',
    rules: [],
    policy: { name: 'acme/main', version: '1.0.0', digest: digest('a') },
    spent: [],
    candidates: [{ model: 'a/one' }, { model: 'b/two/x' }],
    picked: 'b/two/x',
    fallbacks: [
      { model: 'a/one', on: [] },
      { model: 'c/three', on: ['timeout', 'server_error'], retry: 2, backoff: { base_ms: 100, cap_ms: 5000 } },
      { model: 'd/four', on: ['any'] },
    ],
    pipeline: [],
    experiments: [],
    limits: {},
    transforms: { request: [], response: [] },
    breakers: [
      { calls: 20, failure_rate: 0.5, open_ms: 30_000 },
      { model: 'c/three', calls: 5, failure_rate: 0.1, open_ms: 1 },
    ],
    tags: { 'a.b': true, text: 'x', list: [1] },
  };
  const facts = {
    at: 1,
    verb: 'chat',
    tenant: 'acme',
    body: { model: 'auto', messages: [], seed: 1 },
    options: undefined,
  } as const;
  const star = { calls: 20, failure_rate: 0.5, open_ms: 30_000 };

  test('has the picked model first, then the others, then the fallbacks with their terms; each once', () => {
    const { plan, body } = planOf(decision, facts);
    expect(body).toBeUndefined();
    expect(plan.candidates).toEqual([
      { vendor: 'b', model: 'two/x', breaker: star },
      { vendor: 'a', model: 'one', breaker: star },
      {
        vendor: 'c',
        model: 'three',
        on: ['timeout', 'server_error'],
        retry: 2,
        backoff: { base_ms: 100, cap_ms: 5000 },
        breaker: { calls: 5, failure_rate: 0.1, open_ms: 1 },
      },
      {
        vendor: 'd',
        model: 'four',
        on: expect.arrayContaining(['bad_request', 'not_running']) as string[],
        breaker: star,
      },
    ]);
    expect(plan).toMatchObject({
      policy: 'acme/main',
      policy_version: digest('a'),
      route: 'main',
      tags: { 'a.b': 'true', text: 'x', list: '[1]' },
    });
    expect(plan.needs).toEqual(['fallback', 'breaker']);
  });

  test('of a split has the picked arm alone', () => {
    const split = {
      ...decision,
      candidates: [
        { model: 'a/one', weight: 70 },
        { model: 'b/two', weight: 30 },
      ],
      picked: 'b/two',
      fallbacks: [],
    };
    expect(planOf(split, facts).plan.candidates.map(({ vendor }) => vendor)).toEqual(['b']);
  });

  test('limits tokens under the name that the request uses, and leaves lower ones as they are', () => {
    const limited = { ...decision, limits: { max_tokens: 10, timeout: 500, rpm: 3 } };
    const with_ = (more: object) => planOf(limited, { ...facts, body: { ...facts.body, ...more } }).body;
    expect(with_({})).toMatchObject({ max_tokens: 10 });
    expect(with_({ max_completion_tokens: 50 })).toEqual({ ...facts.body, max_completion_tokens: 10 });
    expect(with_({ max_tokens: 5 })).toBeUndefined();
    expect(planOf(limited, { ...facts, verb: 'embed' }).body).toBeUndefined();
    expect(planOf(limited, facts)).toMatchObject({ timeoutMs: 500, limits: { rpm: 3 } });
  });

  test('sets fields of the body, also where something else stands in the way', () => {
    const transforms = {
      request: [
        { path: ['metadata', 'team'], value: 'a' },
        { path: ['messages', 0, 'name'], value: 'n' },
        { path: ['__proto__', 'x'], value: 1 },
        { path: ['seed', 'deep'], value: null },
      ],
      response: [{ path: ['note'], value: 1 }],
    };
    const { body, plan } = planOf(
      { ...decision, transforms },
      { ...facts, body: { ...facts.body, messages: [{ role: 'user' }] } },
    );
    expect(JSON.stringify(body)).toBe(
      '{"model":"auto","messages":[{"role":"user","name":"n"}],"seed":{"deep":null},"metadata":{"team":"a"},"__proto__":{"x":1}}',
    );
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(plan).toMatchObject({
      transforms: [{ path: ['note'], value: 1 }],
      needs: ['fallback', 'breaker', 'transform'],
    });
  });

  test('has a cache key that no other tenant, policy or body shares, and that the way of answering does not change', () => {
    const keyed = {
      tenant: 'acme',
      digest: digest('a'),
      key: 'k',
      verb: 'chat',
      body: { messages: [{ a: 1, b: 2 }], model: 'x' },
    };
    const same = [
      keyed,
      {
        ...keyed,
        body: { stream: true, model: 'y', user: 'u', router: {}, stream_options: {}, messages: [{ b: 2, a: 1 }] },
      },
    ];
    const others = [
      { ...keyed, tenant: 'acme.web' },
      { ...keyed, digest: digest('b') },
      { ...keyed, key: 'l' },
      { ...keyed, verb: 'embed' },
      { ...keyed, body: { ...keyed.body, temperature: 0 } },
    ];
    expect(new Set(same.map(cacheKey)).size).toBe(1);
    expect(new Set([...same, ...others].map(cacheKey)).size).toBe(1 + others.length);
  });

  test.each([
    [
      'a denial',
      { effect: 'deny', deny: { rule: 'r', layer: 'l', reason: 'why', status: 451, message: 'no' } },
      'denied',
      { rule: 'r', reason: 'why', status: 451 },
    ],
    [
      'no candidate',
      { effect: 'unavailable', unavailable: { reason: 'no_candidate' } },
      'unavailable',
      { reason: 'no_candidate' },
    ],
    [
      'a failure, without where it failed',
      { effect: 'unavailable', unavailable: { reason: 'policy_error', layer: 'l', message: 'secret' } },
      'unavailable',
      { reason: 'policy_error' },
    ],
  ] as const)('there is none for %s', (_, changes, code, details) => {
    const error = refusalOf({ ...decision, ...changes });
    expect(error).toMatchObject({
      code,
      retryable: false,
      details: { ...details, policy: 'acme/main', policy_version: digest('a') },
    });
    expect(error?.message).not.toContain('secret');
  });

  test('says which optional extension is skipped, and a required one refuses the request', () => {
    const use = { stage: 'pre', extension: 'pii', mode: 'optional', on_fail: 'warn' } as const;
    expect(planOf({ ...decision, pipeline: [use] }, facts).plan.skipped).toEqual(['extension pii']);
    expect(refusalOf({ ...decision, pipeline: [use] })).toBeUndefined();
    expect(refusalOf({ ...decision, pipeline: [{ ...use, mode: 'required' }] })).toMatchObject({
      code: 'unavailable',
      details: { reason: 'needs', need: 'extension', extension: 'pii' },
    });
  });
});

test("a policy's limits tighten the tenant's own and no other's, in the same counter", () => {
  const candidate = { vendor: 'v', model: 'm' };
  const levels = [
    ['acme.web', { rpm: 5, tpm: 10, models: { 'v/m': { rpm: 1 } } }],
    ['acme', { rpm: 100 }],
  ] as const;
  const limits = limitsFor(tightened(levels, 'acme.web', { rpm: 9, tpm: 4, concurrency: 2 }), candidate);
  expect(
    limits.map(({ name, tenant, scope, limit }) => [tenant, scope === 'all' ? name : `model ${name}`, limit]),
  ).toEqual([
    ['acme.web', 'rpm', 5],
    ['acme.web', 'tpm', 4],
    ['acme.web', 'concurrency', 2],
    ['acme.web', 'model rpm', 1],
    ['acme', 'rpm', 100],
  ]);
  expect(limitsFor(tightened(undefined, 'b', { rpm: 3 }), candidate)).toMatchObject([
    { tenant: 'b', name: 'rpm', limit: 3 },
  ]);
});

test('the catalogue of the language has money in pico-USD a token, and the cheapest model first', () => {
  const common = { format: 'openai', base_url: 'https://x.example/v1' } as const;
  const catalogue = wendCatalogue(
    new Map([
      [
        'b',
        {
          ...common,
          vendor: 'b',
          region: 'eu',
          any_model: true,
          models: [{ name: 'm', aliases: ['fast'], price: { input: '2.5', output: '10' } }, { name: 'free' }],
        },
      ],
      [
        'a',
        {
          ...common,
          vendor: 'a',
          models: [{ name: 'm', region: 'us', aliases: ['fast'], price: { input: '0.1', output: '0.4' } }],
        },
      ],
    ]),
    7,
  );
  expect(catalogue.revision).toBe('7');
  expect(catalogue.models.map(({ id, region, price_in: price }) => [id, region, price])).toEqual([
    ['a/m', 'us', 100_000],
    ['b/m', 'eu', 2_500_000],
    ['b/free', 'eu', null],
  ]);
  expect(catalogue.byAlias.get('fast')?.map(({ vendor }) => vendor)).toEqual(['a', 'b']);
  expect([...catalogue.open]).toEqual(['b']);
});

test('so many a second are told and no more', () => {
  const pace = new Pace(10);
  const told = (from: number): number =>
    Array.from({ length: 100 }, (_, at) => pace.take(from + at)).filter(Boolean).length;
  expect([told(1_000_000), told(1_001_000), told(1_001_100)]).toEqual([10, 10, expect.closeTo(1, -1) as number]);
});

test('the id of a request says when it was made', () => {
  expect(ulidTime('01ARYZ6S41TSV4RRFFQ69G5FAV')).toBe(1_469_918_176_385);
});
