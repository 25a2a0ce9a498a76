// Answers that are given again, seen from outside.
import { cache as bucket, cancelSubject, type Plan, type Verb } from '@router-mesh/contracts';
import { startMesh, until } from '@router-mesh/testing';
import { ulid } from 'ulid';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { keyOf } from './answer-cache.ts';
import { chunksOf, endOf, errorOf, PlayedPolicy, wholeOf } from './planned.testing.ts';
import { answer, chunk, completion, done, event, hang, scriptedUpstream, stream, usageChunk } from './testing.ts';

const model = await scriptedUpstream(answer(200, completion('hi')));
const mesh = await startMesh({ policies: 0, documents: () => [], environment: { ROUTER_BREAKER_CALLS: '0' } });
const policy = await PlayedPolicy.in(mesh);
await policy.vendor('one', model.url);

afterAll(async () => {
  await policy[Symbol.asyncDispose]();
  await Promise.all([mesh[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
});
beforeEach(() => {
  model.received.length = 0;
});

const candidate = { vendor: 'one', model: 'm' };
const candidates = [candidate];
let keys = 0;
const cached = (ttl_ms = 60_000) => ({ cache: { key: `${(keys += 1)}`.padStart(64, '0'), ttl_ms } });
const usage = { prompt_tokens: 30, completion_tokens: 20 };

interface Keeping {
  readonly cache: { readonly key: string };
  readonly verb?: Verb;
}

/** Whether the bucket holds the answer of a plan. */
async function isKept({ cache, verb = 'chat' }: Keeping): Promise<boolean> {
  const subject = `$KV.${bucket.name}.${keyOf({ verb }, cache.key, candidate)}`;
  const { headers } = await policy.root.request(`$JS.API.DIRECT.GET.KV_${bucket.name}.${subject}`);
  return headers?.code !== 404;
}

/** Ask, and wait until the answer is kept. */
async function fill(plan: Keeping & Partial<Plan>, body = {}): Promise<void> {
  await policy.ask(candidates, { plan, body });
  await until('the answer to be kept', () => isKept(plan));
  model.received.length = 0;
}

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${mesh.services[0]?.http}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
};

/**
 * A claim about what is kept: of a bucket that answers within the 50 ms for which it is asked. Where it did not, as provider's own count of such failures says,
 * a model was rightly called, and the claim is put again.
 */
function testKept(claim: string, body: () => Promise<void>): void {
  test(claim, async () => {
    for (;;) {
      const failures = await metric('router_cache_failures_total');
      try {
        return await body();
      } catch (error) {
        if ((await metric('router_cache_failures_total')) === failures) throw error;
        model.received.length = 0;
      }
    }
  });
}

describe('an answer that was given before', () => {
  testKept('is given again, whole: no model is called, and one record says so', async () => {
    const plan = { ...cached(), needs: ['cache'] };
    const seed =
      '{"object":"chat.completion","seed":12345678901234567890,"usage":{"prompt_tokens":30,"completion_tokens":20},"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}';
    model.script = answer(200, seed);
    await fill(plan);
    const request = ulid();
    const hits = await metric('router_cache_hits_total');
    const { router, ...rest } = wholeOf(await policy.ask(candidates, { plan, request }));
    expect(rest).toEqual(JSON.parse(seed));
    expect(router).toMatchObject({ cache: 'hit', provider: 'one', model: 'one/m', attempts: [], usage_stored: true });
    expect(model.received).toHaveLength(0);
    const [record] = await policy.finished(request);
    const used = { input_tokens: 30, output_tokens: 20, estimated: false };
    expect(record).toMatchObject({ outcome: 'answered', cache: 'hit', usage: used, model: 'one/m' });
    expect(policy.records.filter((one) => one.request === request)).toHaveLength(1);
    expect(await metric('router_cache_hits_total')).toBe(hits + 1);
  });

  testKept('as a stream is given whole to who asks for that, with its tool calls', async () => {
    const plan = cached();
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '' } };
    model.script = stream(
      {
        id: 'x',
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: { role: 'assistant', content: null } }],
      },
      { id: 'x', choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...call }] } }] },
      { id: 'x', choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] } }] },
      { id: 'x', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
      { id: 'x', ...usageChunk(30, 20) },
      done,
    );
    await fill({ ...plan, stream: true });
    const { router, ...rest } = wholeOf(await policy.ask(candidates, { plan }));
    expect(router.cache).toBe('hit');
    expect(rest).toEqual({
      id: 'x',
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [{ ...call, function: { name: 'f', arguments: '{"a":1}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage,
    });
  });

  testKept(
    'whole is given as a stream to who asks for one: accept, deltas in order, usage where it is asked for, end',
    async () => {
      const plan = cached();
      const text = 'a longer answer, 😀 which is told in several pieces as its model would have told it. '.repeat(5);
      model.script = answer(200, completion(text, { id: 'x', usage }));
      await fill(plan);
      const body = { stream_options: { include_usage: true } };
      const events = await policy.ask(candidates, { plan: { ...plan, stream: true }, body });
      const kinds = events.map(({ kind }) => kind);
      expect([kinds[0], kinds.at(-1), new Set(kinds.slice(1, -1))]).toEqual(['accept', 'end', new Set(['delta'])]);
      type Chunk = { choices: { delta: { content?: string; role?: string }; finish_reason: string | null }[] };
      const chunks = chunksOf(events) as Chunk[];
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(text);
      expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
      expect(chunks.at(-1)).toMatchObject({ id: 'x', object: 'chat.completion.chunk', choices: [], usage });
      expect(endOf(events)).toMatchObject({
        router: { cache: 'hit' },
        usage: { input_tokens: 30, output_tokens: 20 },
        usage_stored: true,
      });
      const without = chunksOf(await policy.ask(candidates, { plan: { ...plan, stream: true } }));
      expect(without).toHaveLength(chunks.length - 1);
      expect(model.received).toHaveLength(0);
    },
  );

  testKept('goes in frames to who asked for frames', async () => {
    const plan = cached();
    model.script = answer(200, completion('hi'));
    await fill(plan);
    const events = await policy.ask(candidates, { plan, frames: true });
    expect(events.map(({ kind }) => kind)).toEqual(['accept', 'end']);
    expect(endOf(events)).toMatchObject({ answer: completion('hi'), router: { cache: 'hit' } });
  });

  testKept('as a stream goes at the pace of its reader, who may cancel it', async () => {
    const plan = { ...cached(), stream: true };
    model.script = stream(chunk('a longer answer, so that it is told in several pieces. '.repeat(5), 'stop'), done);
    await fill(plan);
    for (const cancelled of [false, true]) {
      const request = ulid();
      let [control, deltas] = ['', 0];
      const events = await policy.ask(candidates, {
        plan,
        request,
        credit: 1,
        onEvent: (one) => {
          if (one.kind === 'accept') ({ control } = one.accept);
          if (one.kind !== 'delta') return;
          deltas += 1;
          policy.root.publish(control, cancelled ? 'cancel' : `limit ${deltas + 1}`);
        },
      });
      const [record] = await policy.finished(request);
      if (cancelled) {
        expect([deltas, errorOf(events)?.code]).toEqual([1, 'cancelled']);
        expect(record).toMatchObject({ outcome: 'cancelled', cache: 'hit' });
      } else {
        expect(endOf(events).router.cache).toBe('hit');
        expect(deltas).toBeGreaterThan(4);
      }
    }
  });

  testKept('gets the fields that the plan sets, and keeps nothing of them', async () => {
    const plan = cached();
    model.script = answer(200, completion('hi'));
    const transforms = [{ path: ['note'], value: 'first' }];
    await fill({ ...plan, transforms });
    expect(wholeOf(await policy.ask(candidates, { plan }))).not.toHaveProperty('note');
    const second = { ...plan, stream: true, transforms: [{ path: ['note'], value: 'second' }] };
    expect(chunksOf(await policy.ask(candidates, { plan: second })).every((one) => 'note' in one)).toBe(true);
  });

  testKept('of embeddings too', async () => {
    const plan = { ...cached(), verb: 'embed' as const };
    model.script = answer(200, { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5] }] });
    await fill(plan);
    expect(wholeOf(await policy.ask(candidates, { plan }))).toMatchObject({
      data: [{ embedding: [0.5] }],
      router: { cache: 'hit' },
    });
  });

  testKept('is gone after its time', async () => {
    const plan = cached(1000);
    model.script = answer(200, completion('hi'));
    await fill(plan);
    expect(wholeOf(await policy.ask(candidates, { plan })).router.cache).toBe('hit');
    await until(
      'the end of its time',
      async () => wholeOf(await policy.ask(candidates, { plan })).router.cache === undefined,
    );
  });

  testKept('is of its key and its model alone, and is not asked for where a candidate has failed', async () => {
    const plan = cached();
    model.script = answer(200, completion('hi'));
    await fill(plan);
    const other = { vendor: 'one', model: 'n' };
    for (const [of, by] of [
      [cached(), candidate],
      [plan, other],
    ] as const)
      expect(wholeOf(await policy.ask([by], { plan: of })).router.cache).toBeUndefined();
    const fallen = { ...cached(), attempts: [{ model: 'one/x', class: 'timeout' }] };
    await fill(fallen);
    expect(wholeOf(await policy.ask(candidates, { plan: fallen })).router.cache).toBeUndefined();
    expect(wholeOf(await policy.ask(candidates, { plan: { ...fallen, attempts: [] } })).router.cache).toBe('hit');
  });

  testKept('needs neither a slot nor a breaker that is closed', async () => {
    const breaker = { calls: 1, failure_rate: 0, open_ms: 60_000 };
    const plan = { ...cached(), policy: 'acme/strict' };
    model.script = answer(200, completion('hi'));
    await fill(plan);
    model.script = answer(500, '');
    const careful = [{ ...candidate, breaker }];
    for (let turn = 0; turn < 2; turn += 1) await policy.ask(careful, { plan: { policy: 'acme/strict' } });
    expect(errorOf(await policy.ask(careful, { plan: { policy: 'acme/strict' } }))?.details).toMatchObject({
      attempts: [{ class: 'circuit_open' }],
    });
    const limits = { minute: 0, slots: [{ tenant: 'acme', scope: 'all', limit: 1 }] };
    model.script = stream(chunk('a'), hang);
    const running = policy.ask(candidates, { plan: { stream: true, needs: ['slots'], limits } });
    await until('the one that holds the slot', () => model.received.at(-1)?.body['stream'] === true);
    try {
      const asked = { ...plan, needs: ['slots'], limits };
      expect(wholeOf(await policy.ask(careful, { plan: asked })).router.cache).toBe('hit');
    } finally {
      model.finish(event(chunk('b', 'stop')) + done);
      endOf(await running);
    }
  });
});

describe('what is never kept', () => {
  const cases: [string, () => void][] = [
    ['an error', () => (model.script = answer(500, ''))],
    ['an error with a good status', () => (model.script = answer(200, { error: { message: 'no' } }))],
    [
      'an answer that does not say why it ended',
      () => (model.script = answer(200, { choices: [{ message: { content: 'a' } }] })),
    ],
    ['an answer that is too long', () => (model.script = answer(200, completion('x'.repeat(300_000))))],
  ];
  test.each(cases)('%s', async (_what, script) => {
    const plan = cached();
    script();
    for (let turn = 0; turn < 2; turn += 1) await policy.ask(candidates, { plan });
    expect(model.received).toHaveLength(2);
    expect(await isKept(plan)).toBe(false);
  });

  test.each<[string, (request: string) => void]>([
    ['cut', () => model.breakOff()],
    ['cancelled', (request) => policy.root.publish(cancelSubject('acme'), JSON.stringify({ request }))],
  ])('a stream that is %s', async (_what, ending) => {
    const plan = { ...cached(), stream: true };
    for (let turn = 1; turn <= 2; turn += 1) {
      model.script = stream(chunk('a'), hang);
      const request = ulid();
      const events = await policy.ask(candidates, {
        plan,
        request,
        onEvent: ({ kind }) => (kind === 'delta' ? ending(request) : undefined),
      });
      expect(errorOf(events)).toBeDefined();
      expect(model.received).toHaveLength(turn);
    }
    expect(await isKept(plan)).toBe(false);
  });

  test('a stream that cannot be put together', async () => {
    const plan = { ...cached(), stream: true };
    model.script = stream({ choices: [{ index: 0, delta: { audio: { data: 'x' } }, finish_reason: 'stop' }] }, done);
    for (let turn = 0; turn < 2; turn += 1)
      expect(endOf(await policy.ask(candidates, { plan })).router.cache).toBeUndefined();
  });
});

testKept('the estimate of a hit is given back, and its tokens are in no counter', async () => {
  const plan = cached();
  model.script = answer(200, completion('hi', { usage }));
  await fill(plan);
  const counted: string[] = [];
  policy.root.subscribe('router.v2.rate.>', {
    callback: (_error, message) => void counted.push(message.headers?.get('Nats-Incr') ?? ''),
  });
  await policy.root.flush();
  const limits = { minute: Math.floor(Date.now() / 60_000), tokens: 70, charged: [{ tenant: 'acme', scope: 'all' }] };
  expect(wholeOf(await policy.ask(candidates, { plan: { ...plan, limits } })).router.cache).toBe('hit');
  await until('the correction', () => counted.length > 0);
  expect(counted).toEqual(['-70']);
});

test('while its bucket is away a model is called at once, and METER alone is waited for', async () => {
  const plan = cached();
  model.script = answer(200, completion('hi'));
  await fill(plan);
  const told = (): number => mesh.troubles().filter((line) => line.includes('the cache is away')).length;
  const toldBefore = told();
  const failures = await metric('router_cache_failures_total');
  await policy.root.request(`$JS.API.STREAM.DELETE.KV_${bucket.name}`);
  const begun = performance.now();
  expect(wholeOf(await policy.ask(candidates, { plan })).router.cache).toBeUndefined();
  expect(performance.now() - begun).toBeLessThan(1000);
  await until(
    'read and write to be counted',
    async () => (await metric('router_cache_failures_total')) >= failures + 2,
  );
  expect(told()).toBe(toldBefore + 1);

  // Somebody takes the question and says nothing.
  policy.root.subscribe(`$JS.API.DIRECT.GET.KV_${bucket.name}.>`, { callback: () => undefined });
  await policy.root.flush();
  const asked = performance.now();
  expect(wholeOf(await policy.ask(candidates, { plan })).router.cache).toBeUndefined();
  expect(performance.now() - asked).toBeGreaterThan(49);
  expect(performance.now() - asked).toBeLessThan(1000);
});
