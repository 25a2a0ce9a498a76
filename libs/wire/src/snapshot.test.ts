import { bucket, providers } from '@router-mesh/contracts';
import { natsServer, publishRaw, until, type NatsServer } from '@router-mesh/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { putDocument } from './documents.ts';
import { SnapshotWatch, type BadDocument } from './snapshot.ts';
import { ensureStores } from './streams.ts';

const Word = z.strictObject({ word: z.string() });
const words = bucket({
  name: 'words',
  owner: 'provider',
  readers: ['policy'],
  key: '<key>',
  value: Word,
  history: 16,
  summary: 'Words',
});

/** A connection that may do everything, the bucket, and a watch of it. */
async function watching(nats: NatsServer, { ensured = true } = {}) {
  const nc = await nats.connect('root');
  if (ensured) await ensureStores(nc, [words], { replicas: 1 });
  const refused: BadDocument[] = [];
  const start = (): SnapshotWatch<z.infer<typeof Word>> =>
    new SnapshotWatch(nc, words, { inboxPrefix: '_INBOX', refused: (document) => refused.push(document) });
  return { nc, refused, start, put: (key: string, word: string) => putDocument(nc, words, key, { word }) };
}

/** Publish without waiting: several in one turn of the event loop arrive together. */
function putRaw(nc: NatsConnection, key: string, payload: string, operation?: string): void {
  const encoded = headers();
  if (operation !== undefined) encoded.set('KV-Operation', operation);
  nc.publish(`$KV.words.${key}`, payload, operation === undefined ? {} : { headers: encoded });
}

const wordsOf = (watch: SnapshotWatch<{ word: string }>): Record<string, string> =>
  Object.fromEntries([...watch.current.documents].map(([key, { word }]) => [key, word]).sort());

/** A watch that has loaded; its words are awaited. */
async function loaded(watch: SnapshotWatch<{ word: string }>): Promise<SnapshotWatch<{ word: string }>> {
  await watch.loaded;
  return watch;
}

const shows = (watch: SnapshotWatch<{ word: string }>, expected: Record<string, string>): Promise<void> =>
  until(JSON.stringify(expected), () => JSON.stringify(wordsOf(watch)) === JSON.stringify(expected));

test('an empty bucket is loaded, and shows what is put into it', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  const watch = await loaded(start());
  expect([watch.isLoaded, watch.current.revision, wordsOf(watch)]).toEqual([true, 0, {}]);
  const revision = await put('a.b', 'first');
  await shows(watch, { 'a.b': 'first' });
  expect([watch.current.revision, watch.current.revisions.get('a.b')]).toEqual([revision, revision]);
  await nc.close();
});

test('everything that stood in the bucket is there when it is loaded, each with its revision', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  await put('a', 'old');
  const [b, a] = [await put('b', 'two'), await put('a', 'new')];
  const watch = await loaded(start());
  expect(wordsOf(watch)).toEqual({ a: 'new', b: 'two' });
  expect([watch.current.revision, watch.current.revisions]).toEqual([
    a,
    new Map([
      ['b', b],
      ['a', a],
    ]),
  ]);
  await nc.close();
});

test('a bucket that is not there yet is waited for, and never created', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats, { ensured: false });
  const watch = start();
  const { streams } = await jetstreamManager(nc);
  await expect(streams.info('KV_words')).rejects.toThrow(/not found/);
  expect(watch.isLoaded).toBe(false);
  await ensureStores(nc, [words], { replicas: 1 });
  await put('a', 'late');
  await watch.loaded;
  await shows(watch, { a: 'late' });
  await nc.close();
});

test.each([
  ['is deleted', 'DEL'],
  ['is purged', 'PURGE'],
])('a document that %s is gone, also for who comes later', async (_, operation) => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  await put('a', 'one');
  await put('b', 'two');
  const watch = await loaded(start());
  putRaw(nc, 'a', '', operation);
  await shows(watch, { b: 'two' });
  expect(wordsOf(await loaded(start()))).toEqual({ b: 'two' });
  putRaw(nc, 'b', '', operation);
  await shows(watch, {});
  expect(wordsOf(await loaded(start()))).toEqual({});
  await nc.close();
});

test.each([
  ['not JSON', '{ "word": '],
  ['of another form', '{ "word": 7 }'],
  ['with a field too many', '{ "word": "x", "wort": "y" }'],
  ['empty', ''],
])('a document that is %s leaves the last good one in force, and is told', async (_, payload) => {
  await using nats = await natsServer();
  const { nc, start, put, refused } = await watching(nats);
  const good = await put('a', 'good');
  const watch = await loaded(start());
  putRaw(nc, 'a', payload);
  await until('the refusal', () => watch.bad.length === 1);
  expect(wordsOf(watch)).toEqual({ a: 'good' });
  expect([watch.current.revisions.get('a'), watch.current.revision]).toEqual([good, good + 1]);
  expect(refused).toEqual([{ bucket: 'words', key: 'a', revision: good + 1, message: expect.any(String) }]);
  expect(watch.bad).toEqual(refused);

  await put('a', 'better');
  await shows(watch, { a: 'better' });
  expect(watch.bad).toEqual([]);
  await nc.close();
});

test('a document with headers that cannot be read is a bad one', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  await put('b', 'good');
  await publishRaw(
    nats,
    { subject: '$KV.words.a', headers: 'NATS/1.0\r\na name: 1\r\n\r\n', payload: '{"word":"x"}' },
    'root',
  );
  const watch = await loaded(start());
  expect([wordsOf(watch), watch.bad.map(({ key }) => key)]).toEqual([{ b: 'good' }, ['a']]);
  await nc.close();
});

test('a bad document that goes away is bad no more', async () => {
  await using nats = await natsServer();
  const { nc, start } = await watching(nats);
  putRaw(nc, 'a', 'bad');
  const watch = await loaded(start());
  await until('it is seen', () => watch.bad.length === 1);
  expect(wordsOf(watch)).toEqual({});
  putRaw(nc, 'a', '', 'DEL');
  await until('it is gone', () => watch.bad.length === 0);
  await nc.close();
});

test('the last good one is the last good one, also when good and bad arrive together', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  await put('a', 'first');
  await put('b', 'first');
  const watch = await loaded(start());
  for (const [key, payload, operation] of [
    ['a', '{"word":"second"}'],
    ['a', 'bad'],
    ['b', '', 'DEL'],
    ['b', 'bad'],
    ['c', '{"word":"only"}'],
    ['c', 'bad'],
  ] as const) {
    putRaw(nc, key, payload, operation);
  }
  await until('all three are bad', () => watch.bad.length === 3);
  expect(wordsOf(watch)).toEqual({ a: 'second', c: 'only' });
  await nc.close();
});

test('a snapshot that is held does not change, and what arrives together is swapped in together', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  await put('a', 'before');
  const watch = await loaded(start());
  const held = watch.current;
  const seen: number[] = [];
  watch.onSwap(({ documents }) => seen.push(documents.size));
  expect(seen).toEqual([1]);
  for (let n = 0; n < 500; n += 1) putRaw(nc, `k${n}`, `{"word":"${n}"}`);
  putRaw(nc, 'a', '{"word":"after"}');
  await until('all', () => watch.current.documents.get('a')?.word === 'after');
  expect([held.documents.size, held.documents.get('a')?.word]).toEqual([1, 'before']);
  expect(watch.current).not.toBe(held);
  expect(seen.length).toBeLessThan(100);
  expect(seen.at(-1)).toBe(501);
  await nc.close();
});

test('reading anew is never seen half done, whenever and however often it is asked for', async () => {
  await using nats = await natsServer();
  const { nc, start } = await watching(nats);
  for (let n = 0; n < 2000; n += 1) putRaw(nc, `k${n}`, `{"word":"${n}"}`);
  await nc.flush();
  const watch = start();
  watch.restart(); // before there is anything to restart
  const sizes = new Set<number>();
  watch.onSwap(({ documents }) => sizes.add(documents.size));
  await watch.loaded;
  for (let round = 0; round < 5; round += 1) {
    watch.restart();
    watch.restart();
    putRaw(nc, 'k0', `{"word":"round ${round}"}`);
    await until(`round ${round}`, () => watch.current.documents.get('k0')?.word === `round ${round}`);
  }
  expect(sizes).toEqual(new Set([2000]));
  await nc.close();
});

test('what vanished or became good unseen is noticed when the bucket is read anew, and a known bad document is not told again', async () => {
  await using nats = await natsServer();
  const { nc, start, put, refused } = await watching(nats);
  await put('gone', 'one');
  await put('kept', 'two');
  const watch = await loaded(start());
  putRaw(nc, 'kept', 'bad');
  putRaw(nc, 'vanishing', 'bad');
  await until('two bad ones', () => watch.bad.length === 2);
  // Without a marker, as after an hour away, when markers have gone too.
  const { streams } = await jetstreamManager(nc);
  for (const key of ['gone', 'vanishing']) await streams.purge('KV_words', { filter: `$KV.words.${key}` });
  watch.restart();
  await shows(watch, { kept: 'two' });
  expect(watch.bad.map(({ key }) => key)).toEqual(['kept']);
  expect(refused.map(({ key }) => key)).toEqual(['kept', 'vanishing']);
  await nc.close();
});

test('a watch that was stopped shows nothing new, even when it was stopped while loading', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  await put('a', 'one');
  const [early, late, other] = [start(), start(), start()];
  early.stop();
  await Promise.all([late.loaded, other.loaded]);
  late.stop();
  await put('a', 'two');
  await shows(other, { a: 'two' });
  expect(wordsOf(late)).toEqual({ a: 'one' });
  expect(early.isLoaded).toBe(false);
  await nc.close();
});

test('a restart of the server leaves no gap: the old snapshot serves meanwhile, and the next put is seen', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  await put('a', 'before');
  const watch = await loaded(start());
  void (async () => {
    for await (const { type } of nc.status()) if (type === 'reconnect') watch.restart();
  })();
  await nats.stop();
  expect(wordsOf(watch)).toEqual({ a: 'before' });
  await nats.restart();
  const other = await nats.connect('root');
  await until('the bucket takes documents again', () =>
    putDocument(other, words, 'a', { word: 'after' }).then(Boolean, () => false),
  );
  await shows(watch, { a: 'after' });
  expect(watch.isLoaded).toBe(true);
  await put('b', 'later');
  await shows(watch, { a: 'after', b: 'later' });
  await Promise.all([nc.close(), other.close()]);
});

test('a server that goes away while a watch is loading is waited for', async () => {
  await using nats = await natsServer();
  const { nc, start, put } = await watching(nats);
  await put('a', 'one');
  await nats.stop();
  const watch = start();
  await nats.restart();
  await watch.loaded;
  expect(wordsOf(watch)).toEqual({ a: 'one' });
  await nc.close();
});

test("5 000 documents, and more than 2 MB over the life of a watch, come through with a service's exact rights", async () => {
  await using nats = await natsServer();
  const owner = await nats.connect('provider');
  await ensureStores(owner, [providers], { replicas: 1 });
  const writer = await nats.connect('root');
  const document = (n: number, round: number): string =>
    JSON.stringify({
      vendor: `v${n}`,
      format: 'openai',
      base_url: `http://127.0.0.1:1/v${round}`,
      models: [{ name: 'm'.repeat(190) }, { name: 'n'.repeat(190) }],
    });
  const writeAll = async (round: number): Promise<void> => {
    for (let n = 0; n < 5000; n += 1) writer.publish(`$KV.router_v2_providers.v${n}`, document(n, round));
    await writer.flush();
  };
  await writeAll(0);
  const reader = await nats.connect('policy');
  const violations: string[] = [];
  void (async () => {
    for await (const status of reader.status()) if (status.type === 'error') violations.push(status.error.message);
  })();
  const watch = new SnapshotWatch(reader, providers, { inboxPrefix: '_SVC.policy' });
  await watch.loaded;
  expect(watch.current.documents.size).toBe(5000);
  await writeAll(1);
  await until('the second round', () => watch.current.documents.get('v4999')?.base_url.endsWith('/v1') ?? false);
  expect([...watch.current.documents.values()].every(({ base_url }) => base_url.endsWith('/v1'))).toBe(true);
  expect(violations).toEqual([]);
  await Promise.all([owner.close(), writer.close(), reader.close()]);
});
