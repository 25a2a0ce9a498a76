import { bucket } from '@router-mesh/contracts';
import { natsServer, poll, until, type NatsServer } from '@router-mesh/testing';
import { ensureStores, putDocument, SnapshotWatch, type NatsConnection } from '@router-mesh/wire';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { SnapshotCopies } from './snapshot-copies.ts';

const words = bucket({
  name: 'words',
  owner: 'provider',
  readers: ['policy'],
  key: '<key>',
  value: z.strictObject({ word: z.string() }),
  summary: 'Words',
});

function copies(delayMs = 10) {
  const folder = mkdtempSync(join(tmpdir(), 'router-copies-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const log: string[] = [];
  const logger = pino({}, { write: (line: string) => void log.push(line) });
  return { folder, log, copies: new SnapshotCopies(folder, 'aaaaaaaaaa', { log: logger, delayMs }) };
}

async function watched(nats: NatsServer): Promise<{ nc: NatsConnection; watch: SnapshotWatch<{ word: string }> }> {
  const nc = await nats.connect('root');
  await ensureStores(nc, [words], { replicas: 1 });
  return { nc, watch: new SnapshotWatch(nc, words, { inboxPrefix: '_INBOX' }) };
}

test('a copy follows its bucket, and a watch that starts from it shows the same', async () => {
  await using nats = await natsServer();
  const { nc, watch } = await watched(nats);
  const at = copies();
  at.copies.follow(watch);
  await putDocument(nc, words, 'a.b', { word: 'first' });
  await putDocument(nc, words, 'c', { word: 'second' });
  const copy = await poll('the copy', () => {
    const read = at.copies.read('words');
    return read?.revision === 2 ? read : undefined;
  });
  expect(copy.documents).toEqual([
    ['a.b', 1, { word: 'first' }],
    ['c', 2, { word: 'second' }],
  ]);
  expect(readdirSync(at.folder)).toEqual(['words.json']);
  await nats.stop();
  const started = new SnapshotWatch(nc, words, { inboxPrefix: '_INBOX' });
  started.startFrom(copy);
  await started.loaded;
  expect([started.isCopy, started.current]).toEqual([true, watch.current]);
  await nc.close();
});

test('the bucket replaces its copy as a whole when it comes, and never the other way round', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await ensureStores(nc, [words], { replicas: 1 });
  await putDocument(nc, words, 'live', { word: 'live' });
  const watch = new SnapshotWatch(nc, words, { inboxPrefix: '_INBOX' });
  watch.startFrom({ revision: 9, documents: [['old', 9, { word: 'old' }]] });
  expect([...watch.current.documents.keys()]).toEqual(['old']);
  await until('the bucket', () => !watch.isCopy);
  expect([[...watch.current.documents.keys()], watch.current.revision]).toEqual([['live'], 1]);
  watch.startFrom({ revision: 9, documents: [['old', 9, { word: 'old' }]] });
  expect([...watch.current.documents.keys()]).toEqual(['live']);
  await nc.close();
});

test('documents of a copy that are not of their form are left out', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const watch = new SnapshotWatch(nc, words, { inboxPrefix: '_INBOX' });
  watch.startFrom({
    revision: 2,
    documents: [
      ['good', 1, { word: 'x' }],
      ['bad', 2, { wrod: 'x' }],
    ],
  });
  expect([...watch.current.documents.keys()]).toEqual(['good']);
  watch.stop();
  await nc.close();
});

test.each([
  ['that is cut off', '{"bucket":"words","revision":1,"documents":[["a",1,{"wo'],
  ['of another form', '{"bucket":"words","revision":"1","documents":[]}'],
  ['of another bucket', '{"bucket":"other","revision":1,"documents":[]}'],
  ['that is empty', ''],
])('a copy %s is ignored with a warning', (_what, text) => {
  const at = copies();
  writeFileSync(join(at.folder, 'words.json'), text);
  expect(at.copies.read('words')).toBeUndefined();
  expect(at.log).toEqual([expect.stringContaining('cannot be read and is ignored')]);
});

test('without a copy there is none, and nothing to warn of', () => {
  const at = copies();
  expect([at.copies.read('words'), at.log]).toEqual([undefined, []]);
});

test('many documents are written in slices, as one whole file', async () => {
  await using nats = await natsServer();
  const { nc, watch } = await watched(nats);
  const at = copies();
  await Promise.all(Array.from({ length: 1200 }, (_, n) => putDocument(nc, words, `k${n}`, { word: `w${n}` })));
  await until('all', () => watch.current.documents.size === 1200);
  at.copies.follow(watch);
  const file = join(at.folder, 'words.json');
  await until('the copy', () => readdirSync(at.folder).includes('words.json'));
  expect(at.copies.read('words')?.documents).toHaveLength(1200);
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(1203);
  await nc.close();
});
