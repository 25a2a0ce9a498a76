// A second call that races the first, seen from outside.
import { cancelSubject, type Candidate, type FinishedRecord } from '@router-mesh/contracts';
import { startMesh, until } from '@router-mesh/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { chunksOf, endOf, errorOf, PlayedPolicy, wholeOf } from './planned.testing.ts';
import {
  answer,
  chunk,
  completion,
  done,
  event,
  hang,
  scriptedUpstream,
  stream,
  usageChunk,
  type Script,
} from './testing.ts';

const model = await scriptedUpstream(answer(200, completion('hi')));
const elsewhere = await scriptedUpstream(answer(200, completion('elsewhere')));
const mesh = await startMesh({ policies: 0, documents: () => [], environment: { ROUTER_BREAKER_CALLS: '0' } });
const policy = await PlayedPolicy.in(mesh);
await Promise.all([policy.vendor('one', model.url), policy.vendor('two', elsewhere.url)]);

afterAll(async () => {
  await policy[Symbol.asyncDispose]();
  await Promise.all([mesh[Symbol.asyncDispose](), model[Symbol.asyncDispose](), elsewhere[Symbol.asyncDispose]()]);
});
beforeEach(() => {
  model.received.length = elsewhere.received.length = 0;
});

const first = { vendor: 'one', model: 'm' };
const next = { vendor: 'one', model: 'n' };
const other = { vendor: 'two', model: 'o' };
const silent: Script = () => undefined;

/** Each call by its number, from 1 on. */
const calls = (...scripts: readonly Script[]): Script => {
  let turn = 0;
  return (response, received) => scripts[turn++]?.(response, received);
};
/** Say nothing until so many calls have come. */
const once =
  (count: number, script: Script): Script =>
  async (response, received) => {
    await until(`call ${count}`, () => model.received.length >= count);
    return script(response, received);
  };

const hedged = (changes: object = {}) => ({ hedge_after_ms: 30, needs: ['hedge'], ...changes });
const outcomes = (records: readonly FinishedRecord[]) =>
  records.map(({ model: of, outcome }) => `${of} ${outcome}`).sort();

/** The request of the race that runs now. */
let running = '';

/** Resolves when one of its calls has ended. */
const oneEnded = (): Promise<void> =>
  until('the end of the other call', () =>
    policy.records.some((one) => one.request === running && one.kind === 'finished'),
  );

async function race(candidates: readonly Candidate[], script: Script, plan: object = hedged()) {
  model.script = script;
  const request = (running = ulid());
  const events = await policy.ask(candidates, { plan, request });
  return { events, request };
}

describe('a call that is silent for too long is raced', () => {
  test('by the same model again, which answers first: the first is left at once, and one is answered', async () => {
    const { left } = model;
    const { events, request } = await race(
      [first],
      calls(silent, answer(200, completion('second', { usage: { prompt_tokens: 3, completion_tokens: 2 } }))),
    );
    const { router, choices } = wholeOf(events);
    expect(choices[0]?.message.content).toBe('second');
    expect(router).toMatchObject({ model: 'one/m', hedged: true, attempts: [], usage_stored: true });
    await until('the first to be left', () => model.left > left);
    const records = await policy.finished(request, 2);
    expect(outcomes(records)).toEqual(['one/m answered', 'one/m superseded']);
    expect(records.find(({ outcome }) => outcome === 'superseded')).toMatchObject({
      usage: { output_tokens: 0, estimated: true },
    });
    expect(new Set(records.map(({ call }) => call)).size).toBe(2);
    expect(policy.records.filter((one) => one.request === request && one.kind === 'started')).toHaveLength(2);
  });

  test('by the next candidate of its vendor, whose stream it is from the first delta on', async () => {
    const said = stream(chunk('a'), chunk('b', 'stop'), usageChunk(3, 2), done);
    const { events, request } = await race([first, next, other], calls(silent, said), hedged({ stream: true }));
    expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'delta')).toEqual(['accept', 'accept', 'end']);
    expect(events.flatMap((one) => (one.kind === 'accept' ? [one.accept.model] : []))).toEqual(['one/m', 'one/n']);
    expect(chunksOf(events)).toEqual([chunk('a'), chunk('b', 'stop')]);
    expect(endOf(events).router).toMatchObject({ model: 'one/n', hedged: true, attempts: [] });
    expect(outcomes(await policy.finished(request, 2))).toEqual(['one/m superseded', 'one/n answered']);
  });

  test('and may still be the first to speak: then the second is left', async () => {
    const { left } = model;
    const { events, request } = await race([first, next], calls(once(2, answer(200, completion('first'))), silent));
    expect(wholeOf(events)).toMatchObject({
      router: { model: 'one/m', hedged: true },
      choices: [{ message: { content: 'first' } }],
    });
    await until('the second to be left', () => model.left > left);
    expect(outcomes(await policy.finished(request, 2))).toEqual(['one/m answered', 'one/n superseded']);
  });

  test.each<[string, Candidate[]]>([
    ["where the next candidate is another vendor's", [first, other]],
    ['where the next one is for other failures', [first, { ...next, on: ['rate_limited'] }, next]],
  ])('by itself %s', async (_where, candidates) => {
    const { events } = await race(candidates, calls(silent, answer(200, completion('again'))));
    expect(wholeOf(events).router.model).toBe('one/m');
    expect(model.received.map(({ body }) => body['model'])).toEqual(['m', 'm']);
  });

  test('and not when it speaks in time', async () => {
    const { events, request } = await race(
      [first, next],
      answer(200, completion('quick')),
      hedged({ hedge_after_ms: 5000 }),
    );
    expect(wholeOf(events).router).not.toHaveProperty('hedged');
    expect(outcomes(await policy.finished(request))).toEqual(['one/m answered']);
  });

  test('and never again by a third: one hedge a request, over all of its candidates', async () => {
    model.script = once(2, answer(503, ''));
    elsewhere.script = async (response, received) => {
      await sleep(100); // longer than the wait of the hedge
      return answer(200, completion('elsewhere'))(response, received);
    };
    const events = await policy.ask([first, next, other], { plan: hedged() });
    expect(wholeOf(events).router).toMatchObject({
      model: 'two/o',
      attempts: [{ class: 'overloaded' }, { class: 'overloaded' }],
    });
    expect([model.received.length, elsewhere.received.length]).toEqual([2, 1]);
  });
});

describe('of two calls', () => {
  test('the first fails before the second has answered: the second goes on alone, and the attempt is told', async () => {
    const { events, request } = await race(
      [{ ...first, retry: 3 }, next],
      calls(once(2, answer(503, '')), async (response, received) => {
        await oneEnded();
        return answer(200, completion('second'))(response, received);
      }),
    );
    expect(wholeOf(events).router).toMatchObject({
      model: 'one/n',
      hedged: true,
      attempts: [{ model: 'one/m', class: 'overloaded', status: 503 }],
    });
    expect(outcomes(await policy.finished(request, 2))).toEqual(['one/m failed', 'one/n answered']);
    expect(model.received).toHaveLength(2);
  });

  test('the second fails: the first goes on alone', async () => {
    const { events, request } = await race(
      [first, next],
      calls(
        async (response, received) => {
          await oneEnded();
          return answer(200, completion('first'))(response, received);
        },
        answer(500, ''),
      ),
    );
    expect(wholeOf(events).router).toMatchObject({
      model: 'one/m',
      attempts: [{ model: 'one/n', class: 'server_error' }],
    });
    expect(outcomes(await policy.finished(request, 2))).toEqual(['one/m answered', 'one/n failed']);
  });

  test('both fail: neither is tried again, and the next candidate is asked', async () => {
    elsewhere.script = answer(200, completion('elsewhere'));
    const { events } = await race([{ ...first, retry: 3 }, { ...next, retry: 3 }, other], once(2, answer(503, '')));
    const { router } = wholeOf(events);
    expect([router.model, router.attempts.map((attempt) => attempt.model).sort()]).toEqual([
      'two/o',
      ['one/m', 'one/n'],
    ]);
    expect(model.received).toHaveLength(2);
  });

  test('both fail and nobody is left: the client is told of both', async () => {
    const { events } = await race([first], once(2, answer(503, '')));
    expect(errorOf(events)).toMatchObject({
      code: 'provider_failed',
      details: { attempts: [{ model: 'one/m' }, { model: 'one/m' }] },
    });
  });

  test('the second may not be called, for its breaker is open: the first goes on alone', async () => {
    const breaker = { calls: 1, failure_rate: 0, open_ms: 60_000 };
    model.script = answer(500, '');
    for (let turn = 0; turn < 2; turn += 1) await policy.ask([{ ...next, breaker }]);
    model.received.length = 0;
    const { events, request } = await race([first, { ...next, breaker }], async (response, received) => {
      await sleep(100); // longer than the wait of the hedge
      return answer(200, completion('first'))(response, received);
    });
    expect(wholeOf(events).router).toMatchObject({ model: 'one/m', attempts: [] });
    expect(wholeOf(events).router).not.toHaveProperty('hedged');
    expect(model.received).toHaveLength(1);
    expect(outcomes(await policy.finished(request))).toEqual(['one/m answered']);
  });

  test('the one that speaks may still be cut: then the answer is and nobody goes on with it', async () => {
    model.script = calls(silent, stream(chunk('a'), hang));
    const request = ulid();
    const events = await policy.ask([first, next, other], {
      plan: hedged({ stream: true }),
      request,
      onEvent: ({ kind }) => (kind === 'delta' ? model.breakOff() : undefined),
    });
    expect(errorOf(events)).toMatchObject({ code: 'stream_interrupted', details: { attempts: [{ model: 'one/n' }] } });
    expect(outcomes(await policy.finished(request, 2))).toEqual(['one/m superseded', 'one/n interrupted']);
    expect(elsewhere.received).toHaveLength(0);
  });

  test('both end when the client cancels', async () => {
    const { left } = model;
    model.script = silent;
    const request = ulid();
    const asking = policy.ask([first, next], { plan: hedged(), request });
    await until('both calls', () => model.received.length === 2);
    policy.root.publish(cancelSubject('acme'), JSON.stringify({ request }));
    expect(errorOf(await asking)).toMatchObject({ code: 'cancelled' });
    await until('both to be left', () => model.left === left + 2);
    expect(outcomes(await policy.finished(request, 2))).toEqual(['one/m cancelled', 'one/n cancelled']);
  });
});

test('the deltas of the two never mix, however close they are, and METER has one answered for each answer', async () => {
  // Each call says its own number in every piece, and begins about when the other one does.
  let count = 0;
  model.script = async (response) => {
    const own = `${(count += 1)} `;
    await sleep(15 + Math.random() * 30);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let piece = 0; piece < 5; piece += 1) {
      response.write(event(chunk(own)));
      if (piece % 2 === 0) await sleep(1);
    }
    response.end(event(chunk(own, 'stop')) + done);
  };
  const requests = Array.from({ length: 60 }, () => ulid());
  const plan = hedged({ stream: true, hedge_after_ms: 20 });
  const all = await Promise.all(requests.map((request) => policy.ask([first, next], { plan, request })));
  let raced = 0;
  for (const events of all) {
    const said = chunksOf(events).map(
      (one) => (one as { choices: { delta: { content: string } }[] }).choices[0]?.delta.content,
    );
    expect([said.length, new Set(said).size]).toEqual([6, 1]);
    raced += endOf(events).router.hedged === true ? 1 : 0;
  }
  expect(raced).toBeGreaterThan(0);
  await until(
    'every record',
    () =>
      policy.records.filter((one) => one.kind === 'finished' && requests.includes(one.request)).length === 60 + raced,
  );
  for (const request of requests) {
    const ended = (await policy.finished(request)).map(({ outcome }) => outcome);
    expect(ended.filter((outcome) => outcome === 'answered')).toHaveLength(1);
    expect(ended.filter((outcome) => outcome !== 'answered' && outcome !== 'superseded')).toEqual([]);
  }
});
