import { TestProcess } from '@router-mesh/testing';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Spool } from './spool.ts';
import { StateFolder } from './state-folder.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'router-spool-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const fact = (n: number) => ({ subject: 'router.v2.meter.acme', messageId: `id${n}`, payload: `payload ${n}` });

/** Another process that has put so many facts into a spool, and lives until it is killed. */
async function replica(path: string, facts: number): Promise<TestProcess> {
  const script = `
    import { Spool } from ${JSON.stringify(join(import.meta.dirname, 'spool.ts'))};
    const spool = Spool.open(${JSON.stringify(path)});
    for (let n = 0; n < ${facts}; n += 1) spool.add({ subject: 'router.v2.meter.acme', messageId: 'id' + n, payload: 'payload ' + n });
    console.log('written');
    setInterval(() => spool, 1000);`;
  const child = new TestProcess(process.execPath, ['--input-type=module-typescript', '-e', script], {});
  await child.line((line) => line === 'written');
  return child;
}

test('facts come out in the order in which they went in, until they are removed', () => {
  const path = join(folder(), 'i');
  const spool = Spool.open(path);
  for (let n = 0; n < 5; n += 1) spool.add(fact(n));
  spool.add({ subject: 's', payload: 'no id' });
  expect([spool.records, spool.bytes]).toEqual([6, 5 * 9 + 5]);
  const first = spool.behind(0, 2);
  expect(first.map(({ payload }) => payload)).toEqual(['payload 0', 'payload 1']);
  const rest = spool.behind(first[1]?.id ?? 0, 100);
  expect(rest.map(({ messageId }) => messageId)).toEqual(['id2', 'id3', 'id4', undefined]);
  spool.remove([...first, ...rest.slice(1)]);
  expect([spool.records, spool.bytes, spool.behind(0, 10).map(({ payload }) => payload)]).toEqual([
    1,
    9,
    ['payload 2'],
  ]);
  spool.close();
  expect(existsSync(path)).toBe(true);
});

test('a removal that fails removes nothing, and the next one works', () => {
  const spool = Spool.open(join(folder(), 'i'));
  for (let n = 0; n < 3; n += 1) spool.add(fact(n));
  const all = spool.behind(0, 3);
  const unbound = { ...fact(9), id: Symbol('no id') as unknown as number }; // what SQLite cannot take fails in the middle
  expect(() => spool.remove([...all, unbound])).toThrow();
  expect([spool.records, spool.bytes, spool.behind(0, 9)]).toEqual([3, 3 * 9, all]);
  spool.remove(all);
  expect([spool.records, spool.bytes, spool.behind(0, 9)]).toEqual([0, 0, []]);
  spool.close();
});

test('a spool that is empty leaves nothing behind', () => {
  const path = join(folder(), 'i');
  const spool = Spool.open(path);
  spool.add(fact(1));
  spool.remove(spool.behind(0, 1));
  spool.close();
  expect(existsSync(path)).toBe(false);
});

test('nobody takes the spool of a process that lives; of one that was killed all is there, and one takes it', async () => {
  const path = join(folder(), 'i');
  await using owner = await replica(path, 500);
  expect(Spool.adopt(path)).toBeUndefined();
  expect(() => Spool.open(path)).toThrow('database is locked');
  await owner.stop('SIGKILL');
  const heir = Spool.adopt(path);
  expect([heir?.records, heir?.behind(0, 1000).map(({ payload }) => payload)]).toEqual([
    500,
    Array.from({ length: 500 }, (_, n) => `payload ${n}`),
  ]);
  heir?.remove(heir.behind(0, 1000));
  heir?.close();
  expect(Spool.adopt(path)).toBeUndefined();
});

test('a full spool, as a full disk, refuses what comes and keeps what it has', () => {
  const spool = Spool.open(join(folder(), 'i'), { maxBytes: 64 * 1024 });
  const filling = (): void => {
    for (let n = 0; n < 1000; n += 1) spool.add({ subject: 's', payload: 'x'.repeat(1000) });
  };
  expect(filling).toThrow('database or disk is full');
  const { records } = spool;
  expect(records).toBeGreaterThan(10);
  expect(spool.behind(0, 1000)).toHaveLength(records);
  spool.remove(spool.behind(0, 10));
  spool.add(fact(1));
  expect(spool.records).toBe(records - 9);
  spool.close();
});

test('a state folder gives the spools of dead instances only, each once, and takes no other folder for one', async () => {
  const path = folder();
  await using living = await replica(join(path, 'aaaaaaaaaa'), 1);
  await using dead = await replica(join(path, 'bbbbbbbbbb'), 2);
  await dead.stop('SIGKILL');
  mkdirSync(join(path, 'cccccccccc'));
  mkdirSync(join(path, 'lost+found'));
  const state = new StateFolder(path, 'dddddddddd');
  const found = [];
  for (const spool of state.orphans()) {
    found.push(spool.records);
    spool.remove(spool.behind(0, 10));
    spool.close();
  }
  expect(found).toEqual([2]);
  expect(readdirSync(path).sort()).toEqual(['aaaaaaaaaa', 'dddddddddd', 'documents', 'lost+found', 'snapshots']);
  state.spool.close();
  await living.stop('SIGKILL');
});

test('a folder that cannot be written is refused by the name of its setting', () => {
  const path = join(folder(), 'file');
  writeFileSync(path, '');
  chmodSync(path, 0o400);
  expect(() => new StateFolder(path, 'aaaaaaaaaa')).toThrow(
    /^setting ROUTER_STATE=".*" names no folder that can be written: /,
  );
});
