import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

describe('installing', () => {
  test('a bare clone is installed once, and says so in one line', async () => {
    const clone = await bareClone();
    const first = await bootstrap(clone, ['hello.ts']);
    expect(first).toEqual({
      code: 0,
      stdout: 'hello\n',
      stderr: expect.stringMatching(/^installing dependencies with npm ci … \d+ s\n$/),
    });
    expect(await bootstrap(clone, ['hello.ts'])).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
    expect(await npmCalls(clone)).toEqual(['ci --ignore-scripts --include=dev --engine-strict=false']);
  });

  test('a lock that has changed is installed again', async () => {
    const clone = await bareClone();
    await bootstrap(clone, ['hello.ts']);
    await clone.write('package-lock.json', lock({ 'node_modules/added': { version: '1.0.0' } }));
    await bootstrap(clone, ['hello.ts']);
    expect(await npmCalls(clone)).toHaveLength(2);
  });

  test('what npm install has put there by hand is left alone, packages for other platforms missing or not', async () => {
    const clone = await bareClone();
    await installByHand(clone);
    await symlinkIn(clone, 'node_modules/.bin/node', process.execPath);
    await clone.write('package-lock.json', lock({ 'node_modules/for-windows': { version: '1.0.0', optional: true } }));
    expect(await bootstrap(clone, ['hello.ts'])).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
    expect(await npmCalls(clone)).toEqual([]);
  });

  test('Node is linked when npm has not done so', async () => {
    const clone = await bareClone();
    await installByHand(clone);
    const said = expect.stringMatching(/^linking Node … \d+ s\n$/);
    expect(await bootstrap(clone, ['hello.ts'])).toEqual({ code: 0, stdout: 'hello\n', stderr: said });
    expect(await npmCalls(clone)).toEqual([]);
  });

  test.each([
    [
      'npm error code ENOTFOUND',
      'the npm registry cannot be reached: check the network, or the proxy and registry in npm config, and try again',
    ],
    ['npm error code EUSAGE', 'package-lock.json does not fit package.json: run npm install and commit both'],
    ['npm error code ENOSPC', 'npm failed as shown above: correct that and try again'],
  ])('when npm fails with "%s" its output is shown, and what to do', async (output, advice) => {
    const clone = await bareClone({ npm: `echo '${output}' >&2; exit 1` });
    const stderr = `installing dependencies with npm ci … failed\n${output}\n${advice}\n`;
    expect(await bootstrap(clone, ['hello.ts'])).toEqual({ code: 1, stdout: '', stderr });
  });

  test('without npm it says what to install', async () => {
    const clone = await bareClone();
    await rm(join(clone.path, 'npm'));
    const { code, stderr } = await bootstrap(clone, ['hello.ts']);
    expect(code).toBe(1);
    expect(stderr.split('\n')[1]).toBe(
      'npm not found on PATH: install Node.js 20 or newer with npm (https://nodejs.org)',
    );
  });
});

describe('running', () => {
  test('these tests run on the Node that package.json pins', async () => {
    const manifest: unknown = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(manifest).toMatchObject({ devDependencies: { node: process.version.slice(1) } });
  });

  test('the script gets its arguments, the working directory, and node_modules/.bin first on PATH', async () => {
    const clone = await bareClone();
    await clone.write(
      'tell.ts',
      'console.log(JSON.stringify([process.argv.slice(2), process.cwd(), process.env.PATH]));',
    );
    const { stdout } = await bootstrap(clone, ['tell.ts', '--nats', 'a b'], { cwd: clone.path });
    const path = [join(clone.folder, 'node_modules/.bin'), clone.path].join(delimiter);
    expect(JSON.parse(stdout)).toEqual([['--nats', 'a b'], clone.path, path]);
  });

  test.each([
    ['its own', 'process.exitCode = 7', 7],
    ['1 for one that throws', 'throw new Error()', 1],
    ['128 and the signal for one that is killed', 'process.kill(process.pid, "SIGKILL")', 137],
  ])('the exit code is %s', async (_, script, code) => {
    const clone = await bareClone();
    await clone.write('end.ts', script);
    expect(await bootstrap(clone, ['end.ts'])).toMatchObject({ code });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s sent to it reaches the script once, and it waits for the script',
    async (signal) => {
      const clone = await bareClone();
      await clone.write('count.ts', countSignals(1));
      const run = start(clone, ['count.ts']);
      await run.wrote('ready');
      run.child.kill(signal);
      expect(await run.ended).toMatchObject({ code: 3, stdout: `ready\ngot ${signal}\ncounted 1\n` });
    },
  );

  test.skipIf(!existsSync('/usr/bin/python3'))('each Ctrl-C in a terminal reaches the script once', async () => {
    const clone = await bareClone();
    await clone.write('count.ts', countSignals(20));
    const command = JSON.stringify([process.execPath, join(clone.folder, bootstrapPath), 'count.ts']);
    const { stdout } = await collect(spawn('/usr/bin/python3', ['-c', pressCtrlC, command], { env: clone.env })).ended;
    expect(stdout).toContain('counted 20\r\n');
    expect(stdout).toContain('exit code 3');
  });

  test('without a script it says how it is used', async () => {
    const usage = 'name a script: node deploy/local/bootstrap.mjs [--nats] <script> [args…]\n';
    expect(await bootstrap(await bareClone(), [])).toEqual({ code: 1, stdout: '', stderr: usage });
  });
});

test.each([
  { args: ['--nats', 'tell.ts'], finds: true },
  { args: ['libs/cli/src/main.ts', 'up'], finds: true },
  { args: ['libs/cli/src/main.ts', 'policy', 'up'], finds: false },
  { args: ['tell.ts', 'up'], finds: false },
])('$args: a nats-server is looked for: $finds', async ({ args, finds }) => {
  const clone = await bareClone();
  for (const script of ['tell.ts', 'libs/cli/src/main.ts'])
    await clone.write(script, 'console.log(process.env.NATS_SERVER)');
  const server = await clone.write('bin/nats-server', '#!/bin/sh\necho nats-server: v2.15.1');
  expect(await bootstrap(clone, args)).toMatchObject({ code: 0, stdout: `${finds ? server : undefined}\n` });
});

const bootstrapPath = 'deploy/local/bootstrap.mjs';

/** The package with Node's binary for this platform. */
const nodePackage = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`;

/** A script that ends some time after it got so many signals, and says how many it got by then. */
const countSignals = (expected: number) => `
let count = 0;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  console.log('got ' + signal);
  if (++count === ${expected}) setTimeout(() => { console.log('counted ' + count); process.exit(3); }, 300);
});
setInterval(() => {}, 1000);
console.log('ready');`;

// Runs a command in a terminal of its own and types Ctrl-C when it is ready, then again whenever one has arrived: twenty, for two signals
// that come close together may arrive as one.
const pressCtrlC = `
import json, os, pty, sys
command = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0: os.execv(command[0], command)
written, typed = b'', 0
while True:
    try: more = os.read(terminal, 1024)
    except OSError: break
    if not more: break
    written += more
    if typed < min(20, written.count(b'ready') + written.count(b'got')):
        os.write(terminal, b'\\x03')
        typed += 1
print(written.decode(), 'exit code', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;

/**
 * A clone of a repository that depends on the package `node` alone, with nothing installed.
 *
 * The npm on its PATH writes down how it was called and lays out node_modules as npm does when install scripts are ignored, without
 * a network; the package with Node's binary holds the Node that runs these tests.
 */
async function bareClone({ npm = 'rm -rf node_modules; cp -r installed node_modules' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'bootstrap-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'bin');
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text, { mode: 0o755 });
    return join(folder, file);
  };
  for (const file of ['bootstrap.mjs', 'nats-server.mjs']) {
    await mkdir(join(folder, 'deploy/local'), { recursive: true });
    await cp(join(import.meta.dirname, file), join(folder, 'deploy/local', file));
  }
  await write('package.json', '{ "type": "module" }');
  await write('package-lock.json', lock({}));
  await write('hello.ts', `console.log('hello' satisfies string);`);
  await write('installed/.package-lock.json', lock({}));
  await write('installed/node/package.json', JSON.stringify({ version: process.version.slice(1) }));
  const binary = join(folder, 'installed', nodePackage, 'bin/node');
  await mkdir(dirname(binary), { recursive: true });
  await symlink(process.execPath, binary);
  await write('bin/npm', `#!/bin/sh\nPATH=/usr/bin:/bin\necho "$*" >> npm-calls\n${npm}\n`);
  await symlink(process.execPath, join(path, 'node'));
  return { folder, path, write, env: { PATH: path, HOME: folder, XDG_CACHE_HOME: folder } };
}

type Clone = Awaited<ReturnType<typeof bareClone>>;

function lock(packages: Readonly<Record<string, unknown>>) {
  return JSON.stringify({
    packages: { '': {}, 'node_modules/node': { version: process.version.slice(1) }, ...packages },
  });
}

async function installByHand(clone: Clone) {
  await cp(join(clone.folder, 'installed'), join(clone.folder, 'node_modules'), { recursive: true });
}

async function symlinkIn(clone: Clone, file: string, target: string) {
  await mkdir(dirname(join(clone.folder, file)), { recursive: true });
  await symlink(target, join(clone.folder, file));
}

async function npmCalls(clone: Clone) {
  const file = join(clone.folder, 'npm-calls');
  return existsSync(file) ? (await readFile(file, 'utf8')).trim().split('\n') : [];
}

function bootstrap(clone: Clone, args: readonly string[], options: { cwd?: string } = {}) {
  return start(clone, args, options).ended;
}

function start(clone: Clone, args: readonly string[], options: { cwd?: string } = {}) {
  const command = [join(clone.folder, bootstrapPath), ...args];
  return collect(spawn(process.execPath, command, { env: clone.env, ...options, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Collect what a process writes: `wrote` resolves when that text is there, `ended` when the process has ended. */
function collect(child: ReturnType<typeof spawn>) {
  const written = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (written.stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (written.stderr += String(chunk)));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...written }));
  });
  const wrote = (text: string) =>
    new Promise<void>((resolve) => child.stdout?.on('data', () => written.stdout.includes(text) && resolve()));
  return { child, ended, wrote };
}
