import { providers, RouterError, type ProviderDocument } from '@router-mesh/contracts';
import { natsServer, until } from '@router-mesh/testing';
import { ensureStores, putDocument, SnapshotWatch, type NatsConnection } from '@router-mesh/wire';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { seedDocuments, type Watched } from './seeds.ts';

const root = mkdtempSync(join(tmpdir(), 'router-seeds-'));
afterAll(() => rmSync(root, { recursive: true }));

function folderOf(name: string, files: Record<string, string | object>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

function documentOf(vendor: string, model = 'm'): ProviderDocument {
  return { vendor, format: 'openai', base_url: 'http://127.0.0.1:1/v1', models: [{ name: model }] };
}

const empty: Watched = { current: { documents: new Map(), revision: 0 }, onSwap: (listener) => listener() };
const never = (): Promise<number> => Promise.reject(new Error('nothing is to be written'));

describe('a folder that cannot be seeded says why', () => {
  test.each<[string, Record<string, string | object>, string]>([
    ['not-json', { 'a.json': documentOf('a'), 'b.json': '{"vendor": ' }, 'ROUTER_PROVIDERS: "b.json" cannot be read: '],
    ['no-url', { 'c.json': { ...documentOf('c'), base_url: undefined } }, 'ROUTER_PROVIDERS: "c.json": "base_url" '],
    [
      'typo',
      { 'd.json': { ...documentOf('d'), any_models: true } },
      'ROUTER_PROVIDERS: "d.json": "any_models" is not a known field',
    ],
    [
      'no-url-at-all',
      { 'e.json': { ...documentOf('e'), base_url: 'api.openai.com' } },
      'ROUTER_PROVIDERS: "e.json": "base_url" ',
    ],
  ])('%s', async (name, files, message) => {
    const seeding = seedDocuments(folderOf(name, files), empty, never);
    await expect(seeding).rejects.toThrow(message);
    await expect(seeding).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('it is not there', async () => {
    await expect(seedDocuments(join(root, 'nowhere'), empty, never)).rejects.toThrow(
      /^ROUTER_PROVIDERS: folder ".+nowhere" cannot be read: ENOENT/,
    );
  });
});

test('a vendor that stands there is not written', async () => {
  const watched = { ...empty, current: { documents: new Map([['a', documentOf('a')]]), revision: 1 } };
  await seedDocuments(folderOf('standing', { 'a.json': documentOf('a') }), watched, never);
});

test('seeding is over when what was written is in force', async () => {
  let swap = (): void => undefined;
  const watched = {
    current: { documents: new Map<string, unknown>(), revision: 0 },
    onSwap: (listener: () => void) => (swap = listener),
  };
  let over = false;
  const folder = folderOf('in-force', { 'a.json': documentOf('a') });
  const seeding = seedDocuments(folder, watched, () => Promise.resolve(7)).then(() => (over = true));
  for (const revision of [6, 7]) {
    expect(over).toBe(false);
    await setImmediate();
    watched.current = { documents: new Map(), revision };
    swap();
    await setImmediate();
  }
  await seeding;
  expect(over).toBe(true);
});

test('what the bucket refuses for another reason is an error', async () => {
  const refused = new RouterError('unavailable', 'no bucket');
  await expect(
    seedDocuments(folderOf('refused', { 'a.json': documentOf('a') }), empty, () => Promise.reject(refused)),
  ).rejects.toBe(refused);
});

test('replicas that start together write each document once, and never over one that stands there', async () => {
  await using nats = await natsServer();
  const replicas = await Promise.all([
    replica(await nats.connect('provider')),
    replica(await nats.connect('provider')),
  ]);
  const [first] = replicas;
  await putDocument(first.nc, providers, 'kept', documentOf('kept', 'changed-by-an-operator'));
  await until("the operator's document", () => replicas.every(({ watch }) => watch.current.documents.has('kept')));

  const folder = folderOf('race', {
    'kept.json': documentOf('kept'),
    'new.json': documentOf('new'),
    'readme.md': 'no document',
  });
  await Promise.all(replicas.map(({ watch, put }) => seedDocuments(folder, watch, put)));
  expect(replicas.some(({ watch }) => watch.current.documents.has('new'))).toBe(true);
  await until('both replicas to see it', () => replicas.every(({ watch }) => watch.current.documents.has('new')));
  for (const { watch } of replicas) {
    expect(watch.current.documents.get('kept')?.models).toEqual([{ name: 'changed-by-an-operator' }]);
    expect(Object.fromEntries(watch.current.revisions)).toEqual({ kept: 1, new: 2 });
  }
  await Promise.all(replicas.map(({ nc }) => nc.close()));
});

interface Replica {
  readonly nc: NatsConnection;
  readonly watch: SnapshotWatch<ProviderDocument>;
  put: Parameters<typeof seedDocuments>[2];
}

async function replica(nc: NatsConnection): Promise<Replica> {
  await ensureStores(nc, [providers], { replicas: 1 });
  const watch = new SnapshotWatch(nc, providers, { inboxPrefix: '_SVC.provider' });
  await watch.loaded;
  return { nc, watch, put: (bucket, key, value, revision) => putDocument(nc, bucket, key, value, revision) };
}
