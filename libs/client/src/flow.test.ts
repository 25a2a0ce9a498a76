// Flow control, the reader's side: a scripted producer sends as many deltas as it may, over a real server.
import { until } from '@router-mesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../test/collect.ts';
import { ScriptedMesh, type Publication } from '../test/scripted-mesh.ts';
import type { ChatChunk, ChatRequest, Client } from './index.ts';
import { connect } from './index.ts';

const credit = 8;
const hi: ChatRequest = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] };

let mesh: ScriptedMesh;
let client: Client;

beforeAll(async () => {
  mesh = await ScriptedMesh.start();
  client = await mesh.client({ credit });
});

afterAll(async () => {
  await client.close();
  await mesh[Symbol.asyncDispose]();
});

/** A producer that sends so many deltas under the limits it hears, looking for one every few ms, and beating. */
class Producer {
  sent = 0;
  beats = 0;
  readonly publication: Publication;
  readonly #deltas: number;
  readonly #timer: NodeJS.Timeout;
  #turns = 0;
  /** What it takes a limit for: the last one, unless a test loses some. */
  limit = (): number => this.publication.limit;

  constructor(publication: Publication, deltas: number) {
    this.publication = publication;
    this.#deltas = deltas;
    publication.accept();
    this.#timer = setInterval(() => {
      this.#turns += 1;
      if (this.#turns % 10 === 0) this.#beat();
      while (this.sent < Math.min(this.#deltas, this.limit())) publication.delta(this.#texts());
      if (this.sent === this.#deltas) this.#end();
    }, 5);
  }

  #beat(): void {
    this.beats += 1;
    this.publication.beat();
  }

  /** Some deltas have two chunks. */
  #texts(): string[] {
    this.sent += 1;
    return this.sent % 3 === 0 ? [`${this.sent}a`, `${this.sent}b`] : [`${this.sent}`];
  }

  #end(): void {
    clearInterval(this.#timer);
    this.publication.end();
  }
}

/** Ask, and have a producer of so many deltas answer. */
async function stream(deltas: number): Promise<{ chunks: AsyncIterator<ChatChunk, undefined>; producer: Producer }> {
  const asked = Promise.withResolvers<Producer>();
  mesh.script = (publication) => asked.resolve(new Producer(publication, deltas));
  const chunks = client.stream(hi)[Symbol.asyncIterator]();
  return { chunks, producer: await asked.promise };
}

const limits = ({ said }: Publication): string[] => said.filter((word) => word.startsWith('limit '));

test('a reader that does not begin to read holds no more than its credit; then it gets everything', async () => {
  const { chunks, producer } = await stream(100);
  await until('some beats', () => limits(producer.publication).length >= 3);
  expect(producer.sent).toBe(credit);
  expect(new Set(limits(producer.publication))).toEqual(new Set([`limit ${credit}`]));
  const texts: string[] = [];
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    expect(producer.sent).toBeLessThanOrEqual(Number.parseInt(next.value.choices[0]?.delta.content ?? '', 10) + credit);
    texts.push(next.value.choices[0]?.delta.content ?? '');
  }
  const expected = Array.from({ length: 100 }, (_, n) => (n % 3 === 2 ? [`${n + 1}a`, `${n + 1}b`] : [`${n + 1}`]));
  expect(texts).toEqual(expected.flat());
});

test('a reader that stalls in the middle holds no more than its credit, while others keep their pace', async () => {
  const stalled = await stream(100);
  for (let n = 0; n < 20; n += 1) await stalled.chunks.next(); // the 15th delta is taken, the 16th not
  const other = await stream(1000);
  let read = 0;
  while ((await other.chunks.next()).done !== true) read += 1;
  expect(read).toBe(1333);
  await until('it may send no more', () => stalled.producer.sent === stalled.producer.limit());
  expect(stalled.producer.sent).toBeLessThanOrEqual(15 + credit);
  expect(stalled.producer.sent).toBeGreaterThanOrEqual(15 + credit / 2);
  await stalled.chunks.return?.();
  await until('its producer is told', () => stalled.producer.publication.cancelled);
  clearProducer(stalled.producer);
});

/** Let a producer come to its end though nobody reads it any more. */
function clearProducer(producer: Producer): void {
  producer.limit = () => Infinity;
}

test('a limit that is lost stops no stream: the next beat brings it again', async () => {
  const asked = Promise.withResolvers<Publication>();
  mesh.script = (publication) => asked.resolve(publication);
  const reading = collect(client.stream(hi));
  const publication = await asked.promise;
  publication.accept();
  for (let round = 1; round <= 3; round += 1) {
    for (let n = 0; n < credit; n += 1) publication.delta(`${n}`);
    await until('two limits, which this producer does not hear', () => publication.said.length === 2);
    publication.said.length = 0;
    publication.beat();
    await until('the answer to its beat', () => publication.said.length === 1);
    expect(publication.said.splice(0)).toEqual([`limit ${(round + 1) * credit}`]);
  }
  publication.end();
  expect(await reading).toHaveLength(3 * credit);
});

test('limits are told in steps of half the credit, not for every delta', async () => {
  const { chunks, producer } = await stream(1000);
  while ((await chunks.next()).done !== true);
  const told = limits(producer.publication).length;
  expect(told).toBeGreaterThanOrEqual(1000 / (credit / 2) - 3);
  expect(told).toBeLessThanOrEqual(1000 / (credit / 2) + producer.beats);
});

test('a whole answer answers beats, too: that is how its reader is known to live', async () => {
  const asked = Promise.withResolvers<Publication>();
  mesh.script = (publication) => asked.resolve(publication);
  const answer = client.chat(hi);
  const publication = await asked.promise;
  publication.beat();
  publication.accept();
  publication.beat();
  await until('both are answered', () => publication.said.length === 2);
  expect(publication.said).toEqual([`limit ${credit}`, `limit ${credit}`]);
  publication.end({ choices: [] });
  await answer;
});

test('each who beats is answered where it said, and limits for what is taken go to who accepted last', async () => {
  const asked = Promise.withResolvers<Publication>();
  mesh.script = (publication) => asked.resolve(publication);
  const said: string[] = [];
  for (const stop of ['policy', 'first'])
    mesh.nc.subscribe(`router.v2.control.${stop}.c.t`, {
      callback: (_error, message) => void said.push(`${stop} ${message.string()}`),
    });
  const reading = collect(client.stream(hi));
  const publication = await asked.promise;
  publication.beat(0, 'router.v2.control.policy.c.t');
  publication.accept(0, 'router.v2.control.first.c.t');
  publication.accept(1);
  publication.beat(0, 'router.v2.control.first.c.t'); // late: another one is at it
  for (let n = 1; n <= credit; n += 1) publication.delta(`${n}`, 1);
  await until('a limit', () => publication.said.length === 2);
  expect(publication.said).toEqual([`limit ${credit * 1.5}`, `limit ${credit * 2}`]);
  publication.end(undefined, 1);
  await reading;
  expect(said).toEqual([`policy limit ${credit}`]);
});

test('what is no control subject is not published to, whoever names it', async () => {
  const heard: string[] = [];
  mesh.nc.subscribe('router.v2.cancel.acme.>', { callback: (_error, { subject }) => void heard.push(subject) });
  mesh.script = (publication) => {
    publication.accept(0, 'router.v2.cancel.acme.x');
    publication.beat(0, 'router.v2.cancel.acme.x');
    publication.end({ choices: [] });
  };
  await client.chat(hi);
  await client.cancel('01ARZ3NDEKTSV4RRFFQ69G5FAV'); // what is published before it has come before it
  expect(heard).toEqual([]);
});

describe('the credit', () => {
  test('is 128 where nothing is said, and what was said otherwise', async () => {
    const credits: string[] = [];
    mesh.script = (publication) => {
      credits.push(publication.header('Router-Credit'));
      publication.end({ choices: [] });
    };
    for (const options of [{}, { credit: 5 }]) {
      await using own = await connect({ servers: mesh.nats.url, tenant: 'acme', ...options });
      await own.chat(hi);
    }
    expect(credits).toEqual(['128', '5']);
  });

  test.each([0, 1.5, 100_001, Number.NaN])('%s is none', async (wrong) => {
    await expect(connect({ servers: mesh.nats.url, tenant: 'acme', credit: wrong })).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'credit',
    });
  });
});
