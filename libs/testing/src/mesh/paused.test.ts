// A provider that stands still in the middle of its work, and wakes up: who hears of it, who answers instead, and what it does then.
import { connect, type ChatRequest, type RouterError } from '@router-mesh/client';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import {
  isComplete,
  PlainClient,
  readLedger,
  readStream,
  ScriptedReader,
  startMesh,
  textOf,
  until,
  type Ledger,
  type Mesh,
  type ServiceProcess,
} from '../index.ts';

/** How long it stands still, ms: longer than its readers are patient. */
const pausedMs = process.env['MESH_TEST_LONG'] === undefined ? 7500 : 10_000;
const patienceMs = 6000;
/** What is under way takes longer than that, so that no model has ended when it wakes up. */
const answerMs = pausedMs + 2500;
const delay_ms = 100;
const words = Array.from({ length: Math.ceil(answerMs / delay_ms) }, (_, index) => `w${index}`).join(' ');
/** Of each kind. */
const count = 8;

const ask = (content: string, demo: object = {}): ChatRequest => ({
  model: 'demo/echo',
  messages: [{ role: 'user', content }],
  demo,
});

interface Ended {
  readonly request: string;
  readonly error?: RouterError;
  /** On the clock of `performance.now`. */
  readonly at: number;
}

const ended = async (request: string, work: Promise<unknown>): Promise<Ended> =>
  await work.then(
    () => ({ request, at: performance.now() }),
    (error: unknown) => ({ request, error: error as RouterError, at: performance.now() }),
  );

/** The requests whose call one instance has begun. */
function heldBy(service: ServiceProcess | undefined, { started }: Ledger): Set<string> {
  const its = started.filter(({ instance }) => service?.lines.some((line) => line.includes(instance)));
  return new Set(its.map(({ request }) => request));
}

/** METER when no call is open any more. */
async function settled(mesh: Mesh): Promise<Ledger> {
  let ledger = await readLedger(mesh.nats, 0);
  await until('the end of every call', async () => {
    if ((await mesh.demo.stats()).open > 0) return false;
    ledger = await readLedger(mesh.nats, 0);
    return ledger.open.length === 0;
  });
  return ledger;
}

test(`a provider that stands still for ${pausedMs} ms: its readers hear that it is dead, the other one answers what it had not begun, and awake it does no harm`, async () => {
  await using mesh = await startMesh({ providers: 2 });
  await using client = await connect({ servers: mesh.nats.url, tenant: 'demo' });
  await using plain = await PlainClient.connect(mesh.nats.url);
  const [paused] = mesh.of('provider');
  const streams = Array.from({ length: count }, () => client.stream(ask(words, { delay_ms })));
  const reading = streams.map(async (stream) => {
    const read = await readStream(stream);
    return { ...read, request: stream.request, at: performance.now() };
  });
  const silent = { first_delay_ms: answerMs };
  const unary = Array.from({ length: count }, () => {
    const request = ulid();
    return ended(request, client.chat(ask('x', silent), { request }));
  });
  const readers = Array.from({ length: count }, () => {
    const body = { messages: [{ role: 'user', content: words }], demo: { delay_ms } };
    return new ScriptedReader(plain.nc, { body });
  });
  await Promise.all(readers.map((reader) => reader.has('delta', 3)));
  const before = await readLedger(mesh.nats, 0);
  expect(before.started).toHaveLength(3 * count);
  const its = heldBy(paused, before);
  expect(its.size).toBeGreaterThan(0);

  paused?.pause();
  const pausedAt = performance.now();
  const asked = Array.from({ length: 2 * count }, (_, index) => {
    const request = ulid();
    const answering = client.chat(ask(`${index}`, { first_delay_ms: 50 }), { request });
    const checked = answering.then(({ choices }) => expect(choices[0]?.message.content).toBe(`${index}`));
    return ended(request, checked);
  });
  await until('its time', () => performance.now() - pausedAt > pausedMs);
  paused?.resume();
  const wokeAt = performance.now();
  const [read, whole, republished] = await Promise.all([Promise.all(reading), Promise.all(unary), Promise.all(asked)]);
  await until('the scripted readers', () => readers.every((reader) => reader.ended));
  const ledger = await settled(mesh);

  // Its readers hear that it is dead, each once, and how much had come.
  for (const { request, text, chunks, error, at, ids } of read) {
    expect(ids.size).toBe(1);
    if (!its.has(request)) {
      expect({ text, error }).toEqual({ text: words, error: undefined });
      continue;
    }
    expect(error).toMatchObject({ code: 'stream_interrupted', details: { reason: 'producer_lost' } });
    const delivered = Number(error?.details?.['delivered']);
    expect([chunks - 1, chunks]).toContain(delivered); // the role and the first word may come as one
    expect(words.startsWith(text)).toBe(true);
    expect(at - pausedAt).toBeGreaterThan(patienceMs - 2 * delay_ms - 300);
    expect(at).toBeLessThan(wokeAt);
  }
  for (const { request, error, at } of whole) {
    if (!its.has(request)) {
      expect(error).toBeUndefined();
      continue;
    }
    expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'producer_lost' } });
    expect(at).toBeLessThan(wokeAt);
  }
  // What it had not begun is answered by the other one, unless each of three publications met it.
  const lost = republished.filter(({ error }) => error !== undefined);
  expect(lost.map(({ error }) => error?.details?.['reason'])).toEqual(lost.map(() => 'producer_lost'));
  expect(lost.length).toBeLessThan(count);
  // Readers that never went away have every frame once.
  for (const { frames } of readers) {
    expect(isComplete(frames)).toBe(true);
    expect(textOf(frames)).toBe(words);
  }

  // Each call, one by one: what was begun before it stood still.
  const outcomes = new Map<string, string[]>();
  for (const { request, outcome } of ledger.ended)
    outcomes.set(request, [...(outcomes.get(request) ?? []), outcome].sort());
  for (const { request } of [...read, ...whole])
    expect(outcomes.get(request)).toEqual([its.has(request) ? 'cancelled' : 'answered']);
  const ofReaders = readers.map(({ request }) => outcomes.get(request));
  expect(ofReaders).toEqual(ofReaders.map(() => ['answered']));
  // What was published again: one call is answered, and what the sleeper began gave way.
  for (const { request, error } of republished) {
    const [first, ...others] = outcomes.get(request) ?? [];
    if (error === undefined) expect(first).toBe('answered');
    expect(others.filter((outcome) => outcome !== 'superseded' && outcome !== 'cancelled')).toEqual([]);
  }
  // METER has every call that the model got, and each once.
  const { served, failed, closed } = await mesh.demo.calls();
  const known = new Set(ledger.ended.map(({ call }) => call));
  expect([...served, ...failed, ...closed].filter((call) => !known.has(call))).toEqual([]);
  expect(ledger.finished).toHaveLength(known.size);
  const answered = ledger.ended.filter(({ outcome }) => outcome === 'answered').map(({ call }) => call);
  expect(answered.filter((call) => !served.includes(call))).toEqual([]);
  // And it works again.
  expect((await client.chat(ask('hi'))).choices[0]?.message.content).toBe('hi');
  expect(paused?.running).toBe(true);
}, 90_000);
