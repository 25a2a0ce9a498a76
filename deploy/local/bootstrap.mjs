// Run a script of this repository from a bare clone: install what it needs, then hand over to the pinned Node.
//
//   node deploy/local/bootstrap.mjs [--nats] <script.(ts|mjs|js)> [args…]
//
// `--nats`, and `router up`, find a nats-server and give its path to the script as NATS_SERVER. Says nothing when nothing is to do.
// Plain JavaScript on the Node built-ins alone: it runs on any Node >= 20 before anything is installed.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNatsServer, SetupError } from './nats-server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const pinnedNode = join(bin, 'node');
const lockFile = join(root, 'package-lock.json');
const stampFile = join(modules, '.bootstrap');
const router = join(root, 'libs/cli/src/main.ts');

async function main() {
  const args = process.argv.slice(2);
  const natsAsked = args[0] === '--nats';
  if (natsAsked) args.shift();
  const [given, ...rest] = args;
  if (!given) throw new SetupError('name a script: node deploy/local/bootstrap.mjs [--nats] <script> [args…]');
  const script = resolve(root, given);

  await install();
  const env = { ...process.env, PATH: [bin, ...pathWithoutBin()].join(delimiter) };
  if (natsAsked || (script === router && rest[0] === 'up')) env.NATS_SERVER = await findNatsServer({ log: say });
  return handOver(script, rest, env);
}

/**
 * Install when what is installed is not what package-lock.json says.
 *
 * A stamp in node_modules holds the hash of the lock it was installed from; no other file is read when it fits. When it does not,
 * somebody may have run `npm install` by hand, which is as good: then npm's own record of what is there says so.
 */
async function install() {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(pinnedNode) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;
  const packagesFit = installedFitsLock();
  const nodeFits = packagesFit && (await pinnedNodeRuns());
  if (!packagesFit || !nodeFits) {
    await timed(packagesFit ? 'linking Node' : 'installing dependencies with npm ci', async () => {
      // No package runs its install script: npm 12 blocks them all, older ones run them all, and none is needed.
      if (!packagesFit) await npm('npm', ['ci', '--ignore-scripts', '--include=dev', '--engine-strict=false'], root);
      if (!(await pinnedNodeRuns())) await linkPinnedNode();
    });
  }
  writeFileSync(stampFile, hash);
}

/** Whether npm's record of node_modules has every package that the lock has, but for optional ones made for other platforms. */
function installedFitsLock() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const locked = Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages);
  return locked.every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] ? installed[path].version === version : optional;
  });
}

async function pinnedNodeRuns() {
  if (!existsSync(pinnedNode)) return false;
  const { version } = JSON.parse(readFileSync(join(modules, 'node/package.json'), 'utf8'));
  return (await run(pinnedNode, ['--version'])).output.trim() === `v${version}`;
}

/**
 * Put Node where npm scripts find it: its binary for this platform is an optional dependency, so that the lock holds its checksum too.
 *
 * (The install script of the package `node` would fetch the same one past the lock.)
 */
async function linkPinnedNode() {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const binary = join(modules, `${prefix}-${process.platform}-${process.arch}`, 'bin/node');
  mkdirSync(bin, { recursive: true });
  rmSync(pinnedNode, { force: true });
  symlinkSync(relative(bin, binary), pinnedNode);
  if (await pinnedNodeRuns()) return;
  throw new SetupError(
    `npm has no Node for this ${process.platform} ${process.arch}: use Linux (glibc) or macOS, on x64 or arm64`,
  );
}

/** Run npm quietly; its output is shown only when it fails. */
async function npm(command, args, cwd) {
  // The Node in node_modules must not run npm ci, which removes it. SCARF_ANALYTICS stops a dependency from phoning home.
  const env = {
    ...process.env,
    PATH: pathWithoutBin().join(delimiter),
    npm_config_loglevel: 'error',
    SCARF_ANALYTICS: 'false',
  };
  const { code, output } = await run(command, args, { cwd, env });
  if (code === 0) return;
  if (code === 'ENOENT')
    throw new SetupError(`${command} not found on PATH: install Node.js 20 or newer with npm (https://nodejs.org)`);
  throw new SetupError(whatToDo(output), output);
}

function whatToDo(output) {
  if (
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/.test(
      output,
    )
  ) {
    return 'the npm registry cannot be reached: check the network, or the proxy and registry in npm config, and try again';
  }
  if (/\bEUSAGE\b/.test(output)) return 'package-lock.json does not fit package.json: run npm install and commit both';
  return 'npm failed as shown above: correct that and try again';
}

/** Run the script in the foreground until it ends; resolves with the exit code that a shell would give. */
function handOver(script, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(pinnedNode, [script, ...args], { stdio: 'inherit', env });
    // A terminal sends Ctrl-C to the child as well as to us, and a second one often means "now, and no clean-up".
    const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
    process.on('SIGINT', () => terminal || child.kill('SIGINT'));
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', (error) =>
      reject(new SetupError(`${pinnedNode} does not run (${error.code}): remove node_modules and try again`)),
    );
    child.on('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : code));
  });
}

/** Resolves, whatever happens, with the exit code (or why the command could not be started) and all that was written. */
function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: error.code, output }));
    child.on('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

function pathWithoutBin() {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => resolve(folder) !== bin);
}

async function timed(what, work) {
  const started = Date.now();
  process.stderr.write(`${what} … `);
  await work().catch((error) => {
    say('failed');
    throw error;
  });
  process.stderr.write(`${Math.round((Date.now() - started) / 1000)} s\n`);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.output + error.message);
  process.exit(1);
}
