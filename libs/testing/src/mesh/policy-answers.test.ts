// Answers that a policy has given again, and calls that it has raced: seen by plain clients, by the SDK, and in METER.
import { cache as bucket } from '@router-mesh/contracts';
import { connect } from '@router-mesh/client';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  answer,
  chunk,
  completion,
  cut,
  done,
  isComplete,
  readStream,
  stream,
  textOf,
  until,
  usageChunk,
  type AnswerBody,
  type Frame,
  type Script,
} from '../index.ts';
import { PolicyWorld } from './policy-world.testing.ts';

const world = await PolicyWorld.start();
const { one, publisher } = world;
const root = await world.mesh.nats.connect('root');

afterAll(async () => {
  await root.close();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => {
  world.reset();
  let turn = 0;
  // Each answer says another thing.
  one.script = (response, received) => {
    const usage = { prompt_tokens: 3, completion_tokens: 2 };
    return answer(200, completion(`answer ${(turn += 1)}`, { usage }))(response, received);
  };
});

/** As the SDK takes it. */
const body = { model: 'auto', messages: [{ role: 'user' as const, content: 'hi' }] };
const said = ({ choices }: AnswerBody): string | undefined => choices?.[0]?.message.content;

describe('cache', () => {
  const keeping = (ttl = '1h'): string => `route r { candidates @one/a\n cache key user.id ?? "" ttl ${ttl} }`;

  async function kept(): Promise<number> {
    const info = await root.request(`$JS.API.STREAM.INFO.KV_${bucket.name}`);
    return info.json<{ state: { messages: number } }>().state.messages;
  }

  /** Ask, and wait until the answer is kept: nobody who is answered does. */
  async function fill(tenant: string, more: object = {}): Promise<AnswerBody> {
    const before = await kept();
    const body = await world.chat(tenant, more);
    await until('the answer to be kept', async () => (await kept()) > before);
    return body;
  }

  test('the second answer is the first one again: no model is called, and the report and METER say so', async () => {
    await publisher.main('keeper', keeping());
    expect((await fill('keeper')).router).not.toHaveProperty('cache');
    const again = await world.chat('keeper');
    expect(said(again)).toBe('answer 1');
    expect(again.router).toMatchObject({ cache: 'hit', provider: 'one', model: 'one/a', usage_stored: true });
    expect(await world.finished(again.router?.request)).toMatchObject([
      { outcome: 'answered', cache: 'hit', usage: { input_tokens: 3, output_tokens: 2 } },
    ]);
    expect(one.received).toHaveLength(1);
  });

  test('it is a stream for who asks for one, by hand and by the SDK', async () => {
    await publisher.main('streamer', keeping());
    await fill('streamer');
    const frames = await world.client.stream('hi', { model: 'auto' }, { tenant: 'streamer' });
    expect(isComplete(frames)).toBe(true);
    expect(textOf(frames)).toBe('answer 1');
    expect(reportOf(frames)).toMatchObject({ cache: 'hit' });
    const client = await connect({ servers: world.mesh.nats.url, tenant: 'streamer' });
    const streamed = client.stream(body);
    expect((await readStream(streamed)).text).toBe('answer 1');
    expect((await streamed.report).router).toMatchObject({ cache: 'hit', model: 'one/a' });
    await client.close();
    expect(one.received).toHaveLength(1);
  });

  test('a stream is kept too, and given whole to who asks for that', async () => {
    await publisher.main('whole', keeping());
    one.script = stream(chunk('a'), chunk('b', 'stop'), usageChunk(3, 2), done);
    const before = await kept();
    await world.client.stream('hi', { model: 'auto' }, { tenant: 'whole' });
    await until('the stream to be kept', async () => (await kept()) > before);
    const body = await world.chat('whole');
    expect([said(body), body['usage']]).toMatchObject(['ab', { prompt_tokens: 3, completion_tokens: 2 }]);
    expect(body.router).toHaveProperty('cache', 'hit');
  });

  test('another tenant of the same policy, another user by the key, and another body never get it', async () => {
    await publisher.main('shared', keeping());
    await fill('shared.left', { user: 'ada' });
    expect((await world.chat('shared.left', { user: 'ada' })).router).toHaveProperty('cache', 'hit');
    for (const [tenant, more] of [
      ['shared.right', { user: 'ada' }],
      ['shared', { user: 'ada' }],
      ['shared.left', { user: 'bob' }],
      ['shared.left', { user: 'ada', temperature: 0 }],
    ] as const)
      expect((await world.chat(tenant, more)).router).not.toHaveProperty('cache');
    expect(one.received).toHaveLength(5);
  });

  test('it is forgotten when its time is over', async () => {
    await publisher.main('brief', keeping('1s'));
    await fill('brief');
    await until('another answer', async () => said(await world.chat('brief')) !== 'answer 1');
    expect(one.received).toHaveLength(2);
  });

  test('a failed answer is never kept', async () => {
    await publisher.main('failing', keeping());
    const before = await kept();
    one.script = answer(500, { error: { message: 'no' } });
    await world.chat('failing');
    one.script = answer(200, completion('well'));
    expect(said(await fill('failing'))).toBe('well');
    expect(await kept()).toBe(before + 1);
  });

  test("off of a parent wins over its child's key", async () => {
    await publisher.main('wary', 'rule r { cache off }\nroute r { candidates @one/b }');
    await publisher.main(
      'wary.child',
      `rule mine { cache key "" ttl 1h }\n${keeping()}`.replace('route r', 'route own'),
      'wary',
    );
    expect(await world.plan('wary.child')).not.toHaveProperty('cache');
    expect(said(await world.chat('wary.child'))).toBe('answer 1');
    expect(said(await world.chat('wary.child'))).toBe('answer 2');
  });
});

describe('hedge', () => {
  const racing = 'route r { candidates [@one/a, @one/b]\n hedge after 60ms }';
  const second = stream(chunk('sec'), chunk('ond', 'stop'), usageChunk(3, 2), done);
  /** The first model says nothing. */
  const onlySecond =
    (script: Script): Script =>
    (response, received) =>
      received.body['model'] === 'a' ? undefined : script(response, received);

  async function expectRaced(request: string | undefined): Promise<void> {
    const records = await world.finished(request, 2);
    const outcomes = records.map(({ model, outcome }) => `${model} ${outcome}`);
    expect(outcomes.sort()).toEqual(['one/a superseded', 'one/b answered']);
  }

  test('where the first call is slow the second one answers: the first is left, and METER has both', async () => {
    await publisher.main('racer', racing);
    one.script = onlySecond(answer(200, completion('second')));
    const { left } = one;
    const body = await world.chat('racer');
    expect(said(body)).toBe('second');
    expect(body.router).toMatchObject({ hedged: true, model: 'one/b', attempts: [] });
    await until('the first to be left', () => one.left > left);
    await expectRaced(body.router?.request);
    // A stream says twice who answers, in frames without a gap: the last one is right.
    one.script = onlySecond(second);
    const frames = await world.client.stream('hi', { model: 'auto' }, { tenant: 'racer' });
    expect(isComplete(frames)).toBe(true);
    const accepted = frames.filter(({ kind }) => kind === 'accept').map(({ text }) => JSON.parse(text).model);
    expect(accepted).toEqual(['one/a', 'one/b']);
    expect(textOf(frames)).toBe('second');
  });

  test('where the first one answers in time nothing is raced', async () => {
    await publisher.main('calm', racing.replace('60ms', '20s'));
    expect((await world.chat('calm')).router).not.toHaveProperty('hedged');
    expect(world.called).toEqual(['a']);
  });

  test('the SDK reads the second one, whole and streamed, and its report names that model', async () => {
    await publisher.main('swift', racing);
    const client = await connect({ servers: world.mesh.nats.url, tenant: 'swift' });
    one.script = onlySecond(answer(200, completion('second')));
    const whole = await client.chat(body);
    expect(whole.choices[0]?.message.content).toBe('second');
    expect(whole.router).toMatchObject({ hedged: true, model: 'one/b' });
    one.script = onlySecond(second);
    const streamed = client.stream(body);
    const { text, chunks, error } = await readStream(streamed);
    expect([text, chunks, error]).toEqual(['second', 2, undefined]);
    const { router, usage } = await streamed.report;
    expect(router).toMatchObject({ hedged: true, model: 'one/b', attempts: [] });
    expect(usage).toMatchObject({ input_tokens: 3, output_tokens: 2 });
    await expectRaced(streamed.request);
    await client.close();
  });

  test('an SDK that reads slowly, with a credit of 1, gets all pieces of the second one in order', async () => {
    await publisher.main('slow', racing);
    const pieces = Array.from({ length: 40 }, (_, piece) => chunk(`${piece} `, piece === 39 ? 'stop' : null));
    one.script = onlySecond(stream(...pieces, done));
    const client = await connect({ servers: world.mesh.nats.url, tenant: 'slow', credit: 1 });
    const streamed = client.stream(body);
    const { text, error } = await readStream(streamed);
    expect(error).toBeUndefined();
    expect(text).toBe(Array.from({ length: 40 }, (_, piece) => `${piece} `).join(''));
    await client.close();
  });

  test('the second one breaks off in the middle: the SDK has what came, and is told so', async () => {
    await publisher.main('broken', racing);
    one.script = onlySecond(stream(chunk('sec'), cut));
    const client = await connect({ servers: world.mesh.nats.url, tenant: 'broken' });
    const { text, error } = await readStream(client.stream(body));
    expect(text).toBe('sec');
    expect(error?.code).toBe('stream_interrupted');
    await client.close();
  });

  test('both calls fail: the fallback of another vendor is asked, and the client hears its answer', async () => {
    await publisher.main('doomed', `${racing.slice(0, -1)} fallback @two/x on any }`);
    one.script = async (response, received) => {
      await until('the second call', () => one.received.length >= 2);
      return answer(503, { error: { message: 'no' } })(response, received);
    };
    const { router } = await world.chat('doomed');
    expect(router).toMatchObject({ model: 'two/x', attempts: [{ class: 'overloaded' }, { class: 'overloaded' }] });
  });

  test('leaving an SDK stream leaves both calls', async () => {
    await publisher.main('quitter', racing);
    one.script = () => undefined;
    const { left } = one;
    const client = await connect({ servers: world.mesh.nats.url, tenant: 'quitter' });
    const leaving = new AbortController();
    const reading = readStream(client.stream(body, { signal: leaving.signal }));
    await until('both to be called', () => one.received.length === 2);
    leaving.abort();
    expect((await reading).error?.code).toBe('cancelled');
    await until('both to be left', () => one.left === left + 2);
    await client.close();
  });
});

/** The report at the end of a stream. */
function reportOf(frames: readonly Frame[]): unknown {
  const end = frames.find(({ kind }) => kind === 'end');
  return end === undefined ? undefined : (JSON.parse(end.text) as { router: unknown }).router;
}
