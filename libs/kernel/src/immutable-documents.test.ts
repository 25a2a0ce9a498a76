import { bucket } from '@router-mesh/contracts';
import { natsServer, until, type NatsServer } from '@router-mesh/testing';
import { ensureStores, getDocument, putDocument, type NatsConnection } from '@router-mesh/wire';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ImmutableDocuments } from './immutable-documents.ts';

const words = bucket({
  name: 'words',
  owner: 'provider',
  readers: [],
  key: '<key>',
  value: z.strictObject({ word: z.string() }),
  gets: true,
  summary: 'Words',
});

interface Shelf {
  readonly nc: NatsConnection;
  readonly folder: string;
  readonly asked: string[];
  documents(folder?: string): ImmutableDocuments;
}

async function shelf(nats: NatsServer): Promise<Shelf> {
  const nc = await nats.connect('root');
  await ensureStores(nc, [words], { replicas: 1 });
  const folder = mkdtempSync(join(tmpdir(), 'router-documents-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const asked: string[] = [];
  const get: ConstructorParameters<typeof ImmutableDocuments>[0] = (from, key) => {
    asked.push(key);
    return getDocument(nc, from, key);
  };
  const log = pino({ level: 'silent' });
  return { nc, folder, asked, documents: (at) => new ImmutableDocuments(get, { folder: at, instance: 'i', log }) };
}

test('a document is read once, and from disk from then on, also by another replica while JetStream is away', async () => {
  await using nats = await natsServer();
  const { nc, folder, asked, documents } = await shelf(nats);
  await putDocument(nc, words, 'k', { word: 'first' });
  const mine = documents(folder);
  expect(await Promise.all([mine.fetch(words, 'k'), mine.fetch(words, 'k')])).toEqual([
    { word: 'first' },
    { word: 'first' },
  ]);
  expect(await mine.fetch(words, 'k')).toEqual({ word: 'first' });
  expect(asked).toEqual(['k']);
  await until('its copy', () => existsSync(join(folder, 'words', 'k.json')));
  await nats.stop();
  expect(await documents(folder).fetch(words, 'k')).toEqual({ word: 'first' });
  await expect(documents(folder).fetch(words, 'other')).rejects.toMatchObject({ code: 'unavailable' });
});

test('of what was written just now a copy is made without asking, and without a folder none', async () => {
  await using nats = await natsServer();
  const { folder, asked, documents } = await shelf(nats);
  await documents(folder).keep(words, 'k', { word: 'first' });
  await documents().keep(words, 'k', { word: 'first' });
  await nats.stop();
  expect(await documents(folder).fetch(words, 'k')).toEqual({ word: 'first' });
  expect(asked).toEqual([]);
});

test('what is not there is undefined, without a folder nothing is kept, and a copy that cannot be read is none', async () => {
  await using nats = await natsServer();
  const { nc, folder, asked, documents } = await shelf(nats);
  expect(await documents(folder).fetch(words, 'none')).toBeUndefined();
  await putDocument(nc, words, 'k', { word: 'first' });
  const bare = documents();
  expect([await bare.fetch(words, 'k'), await bare.fetch(words, 'k')]).toEqual([{ word: 'first' }, { word: 'first' }]);
  expect(asked).toEqual(['none', 'k', 'k']);
  await documents(folder).fetch(words, 'k');
  await until('its copy', () => existsSync(join(folder, 'words', 'k.json')));
  writeFileSync(join(folder, 'words', 'k.json'), '{"word":');
  expect(await documents(folder).fetch(words, 'k')).toEqual({ word: 'first' });
  expect(asked).toHaveLength(5);
});

test('copies that nobody needs any more are removed', async () => {
  await using nats = await natsServer();
  const { nc, folder, documents } = await shelf(nats);
  const mine = documents(folder);
  for (const key of ['a', 'b', 'c']) {
    await putDocument(nc, words, key, { word: key });
    await mine.fetch(words, key);
  }
  const copies = () => readdirSync(join(folder, 'words')).join(' ');
  await until('all copies, which are fresh', () => copies() === 'a.json b.json c.json');
  await mine.prune(words, (key) => key === 'b');
  expect(copies()).toBe('a.json b.json c.json');
  await mine.prune(words, (key) => key === 'b', 0);
  expect(readdirSync(join(folder, 'words'))).toEqual(['b.json']);
});
