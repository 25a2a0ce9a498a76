import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestProcess, until } from '@router-mesh/testing';
import { connect, type NatsConnection } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isFree } from './ports.ts';

const router = join(import.meta.dirname, '../../libs/cli/src/main.ts');
const natsServer = process.env['NATS_SERVER'] ?? 'NATS_SERVER is not set';
const chatSubject = 'router.v2.request.chat.demo';

const readme = readFileSync(join(import.meta.dirname, '../../libs/cli/README.md'), 'utf8');

describe('a mesh that is up', () => {
  test('shows what the README says: how to ask it and what it has answered; and it answers a plain NATS client', async () => {
    const mesh = await start();
    const [, shown = ''] = /^\$ router up\n([\s\S]*?)```/m.exec(readme) ?? [];
    expect(mask(mesh.output())).toBe(mask(shown));
    expect(mesh.output()).toContain(`nats req -s ${mesh.url} ${chatSubject} '`);
    expect(await mesh.ask('and hello')).toBe('and hello');
  });

  test('hands OPENAI_API_KEY to provider alone, and to no other process', async () => {
    const mesh = await start({
      environment: { OPENAI_API_KEY: 'sk-secret', ROUTER_KEY_OTHER: 'sk-other' },
      args: ['--replicas', 'policy=2'],
    });
    expect(mesh.output()).toContain('and those of openai, with the key from the environment');
    const children = mesh.processes().filter(({ name }) => name !== 'up');
    expect(children.map(({ name }) => name).sort()).toEqual([
      'demo',
      'nats-server',
      'policy-1',
      'policy-2',
      'provider',
    ]);
    for (const { name, pid } of children) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const keys = environment.filter((variable) => variable.includes('sk-')).sort();
      expect(keys, name).toEqual(
        name === 'provider' ? ['ROUTER_KEY_OPENAI=sk-secret', 'ROUTER_KEY_OTHER=sk-other'] : [],
      );
    }
  });

  test('answers what is under way when it is told to stop, and leaves nothing running', async () => {
    const mesh = await start();
    const client = await mesh.client();
    const body = { model: 'demo/echo', messages: [{ role: 'user', content: 'wait' }], demo: { first_delay_ms: 1000 } };
    const answering = client.request(chatSubject, JSON.stringify(body), { timeout: 10_000 });
    await until('the request is under way', async () => (await demoStats(mesh)).open === 1);
    const pids = mesh.processes().map(({ pid }) => pid);
    const exited = mesh.process.stop('SIGINT');
    expect(JSON.parse((await answering).string()).choices[0].message.content).toBe('wait');
    expect(await exited).toBe(0);
    expect(mesh.process.lines.at(-1)).toMatch(
      /^stopping … policy … provider … demo … nats-server … stopped in \d+\.\d s$/,
    );
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('does not wait for what is under way when it is told so a second time', async () => {
    const mesh = await start();
    const body = { model: 'demo/echo', messages: [{ role: 'user', content: 'wait' }], demo: { hang: true } };
    (await mesh.client()).publish(chatSubject, JSON.stringify(body), { reply: '_INBOX.nobody' });
    await until('the request is under way', async () => (await demoStats(mesh)).open === 1);
    const pids = mesh.processes().map(({ pid }) => pid);
    const again = setInterval(() => mesh.process.child.kill('SIGINT'), 300);
    expect(await mesh.process.exited).toBe(130);
    clearInterval(again);
    await until('all are gone', () => !pids.some(isRunning));
  });

  test('starts a service again that died', async () => {
    const mesh = await start();
    const [killed] = mesh.processes().filter(({ name }) => name === 'provider');
    process.kill(killed?.pid ?? 0, 'SIGKILL');
    expect(await mesh.process.line((line) => line.includes('provider died'))).toMatch(
      /WARN provider died \(SIGKILL\); it starts again in 0\.25 s$/,
    );
    await mesh.process.line((line) => /provider +ready http=/.test(line));
    expect(await mesh.ask('again')).toBe('again');
  });

  test('stops as a whole when nats-server dies', async () => {
    const mesh = await start();
    const pids = mesh.processes().map(({ pid }) => pid);
    process.kill(mesh.processes().find(({ name }) => name === 'nats-server')?.pid ?? 0, 'SIGKILL');
    expect(await mesh.process.exited).toBe(1);
    expect(mesh.output()).toContain('router: nats-server died (SIGKILL), and nothing goes on without it');
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('has its services in one process with --together, each of which logs under its own name and stops in its turn', async () => {
    const mesh = await start({ args: ['--together', '--json'] });
    expect(mesh.processes().map(({ name }) => name)).toEqual(['up', 'together', 'demo', 'nats-server']);
    expect(await mesh.ask('together')).toBe('together');
    expect(await mesh.process.stop('SIGINT')).toBe(0);
    const said = mesh.process.lines.map((line) => JSON.parse(line) as { service: string; msg: string });
    const by = (msg: string): string[] => said.filter((line) => line.msg === msg).map(({ service }) => service);
    expect(by('ready').sort()).toEqual(['policy', 'provider']);
    expect(by('stopped')).toEqual(['policy', 'provider']);
  });

  test('says everything as JSON with --json', async () => {
    const mesh = await start({ args: ['--json'] });
    await mesh.process.stop('SIGTERM');
    const said = mesh.process.lines.map(
      (line) => JSON.parse(line) as { service: string; msg: string; answer?: { choices: unknown[] } },
    );
    expect(new Set(said.map(({ service }) => service))).toEqual(
      new Set(['up', 'nats-server', 'demo', 'policy', 'provider']),
    );
    expect(said.find(({ msg }) => msg === 'first answer')?.answer?.choices).toHaveLength(1);
  });
});

describe('a state folder', () => {
  test('is kept: the second start has the same passwords, and the document of a demo that moved follows it', async () => {
    const state = stateFolder();
    const first = await start({ state });
    const { demo } = first;
    const credentials = readFileSync(join(state, 'operator.creds.json'), 'utf8');
    expect(JSON.parse(credentials)).toEqual({
      user: 'operator',
      pass: expect.stringMatching(/^[0-9a-f]{32}$/),
      url: first.url,
    });
    expect(statSync(join(state, 'operator.creds.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(state, 'nats/passwords.conf')).mode & 0o777).toBe(0o600);
    await first.process.stop('SIGTERM');

    await using _squatter = await listen(Number(new URL(demo).port));
    const second = await start({ state, port: first.port });
    expect(second.demo).not.toBe(demo);
    expect(await second.ask('moved')).toBe('moved');
    expect(readFileSync(join(state, 'operator.creds.json'), 'utf8')).toBe(credentials);
  });

  test('has one mesh at a time, and what a killed one left is stopped', async () => {
    const state = stateFolder();
    const first = await start({ state });
    const up = first.processes().find(({ name }) => name === 'up')?.pid ?? 0;
    expect(await failing(['--port', String(await freePort()), '--state', state])).toEqual({
      code: 1,
      lines: [`router: process ${up} runs this mesh already: stop it, or give this one a folder with --state`],
    });
    const left = first.processes().filter(({ pid }) => pid !== up);
    process.kill(up, 'SIGKILL');
    await first.process.exited;
    expect(left.filter(({ pid }) => isRunning(pid))).toHaveLength(4);

    const second = await start({ state, port: first.port });
    expect(second.output()).toContain('stopped what a killed run had left: ');
    expect(left.filter(({ pid }) => isRunning(pid))).toEqual([]);
    expect(await second.ask('back')).toBe('back');
  });
});

describe('a mesh that cannot start says in one line what to do:', () => {
  test('a busy port', async () => {
    await using busy = await listen(0);
    const line = `router: port ${busy.port} is busy: choose another one, as --port ${busy.port + 1}`;
    expect(await failing(['--port', String(busy.port)])).toEqual({ code: 1, lines: [line] });
  });

  test('no nats-server', async () => {
    const line = 'router: no nats-server: start with npm start, which finds or fetches one, or name one in NATS_SERVER';
    expect(await failing([], { NATS_SERVER: '' })).toEqual({ code: 1, lines: [line] });
  });

  test('a nats-server that is none', async () => {
    const line =
      'router: NATS_SERVER names "/nowhere", which is no executable file: correct it, or start with npm start';
    expect(await failing([], { NATS_SERVER: '/nowhere' })).toEqual({ code: 1, lines: [line] });
  });

  test('a setting that is misspelt', async () => {
    const { code, lines } = await failing([], { ROUTER_LOG_LVL: 'debug' });
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(
      /^router: (policy|provider) did not start \(exit code 1\): setting ROUTER_LOG_LVL is not known; did you mean ROUTER_LOG_LEVEL\?$/,
    );
  });

  test.each([
    [['--port', 'http'], 'router: --port http: must be a port from 1 to 65535'],
    [['--replicas', 'demo=2'], 'router: --replicas demo=2: must be policy or provider, "=" and 1 to 16'],
    [
      ['--together', '--replicas', 'policy=2'],
      'router: --together and --replicas: say one of them, for it is one process',
    ],
  ])('%j', async (args, line) => {
    expect(await failing(args)).toEqual({ code: 2, lines: [line] });
  });
});

/** What differs from run to run made the same: numbers, folders, the port where it is not the usual one, and who was ready first. */
function mask(output: string): string {
  return output
    .trim()
    .replace(/^nats-server … .* ready in/m, 'nats-server … ready in')
    .replace(/ (-s|--server) nats:\S+/g, '')
    .replace(/\d+\.\d+/g, 'NUMBER')
    .replace(/NUMBER\.NUMBER:\d+/g, 'HOST')
    .replace(/state +\S+/, 'state');
}

interface Recorded {
  readonly name: string;
  readonly pid: number;
}

interface Start {
  readonly state?: string;
  readonly port?: number;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A mesh that is up and has shown its first answer; it is gone when the test is. */
async function start({ state = stateFolder(), port, args = [], environment = {} }: Start = {}) {
  const chosen = port ?? (await freePort());
  const url = `nats://127.0.0.1:${chosen}`;
  const up = new TestProcess(process.execPath, [router, 'up', '--port', String(chosen), '--state', state, ...args], {
    NATS_SERVER: natsServer,
    ...environment,
  });
  const mesh = {
    process: up,
    port: chosen,
    url,
    output: () => up.lines.join('\n'),
    processes: () => JSON.parse(readFileSync(join(state, 'processes.json'), 'utf8')) as Recorded[],
    async client(): Promise<NatsConnection> {
      const client = await connect({ servers: url });
      onTestFinished(() => client.close());
      return client;
    },
    async ask(content: string): Promise<string> {
      const body = JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content }] });
      const reply = await (await mesh.client()).request(chatSubject, body, { timeout: 10_000 });
      return JSON.parse(reply.string()).choices?.[0].message.content ?? reply.string();
    },
    get demo(): string {
      return (JSON.parse(readFileSync(join(state, 'providers/demo.json'), 'utf8')) as { base_url: string }).base_url;
    },
  };
  onTestFinished(async () => {
    await up.stop('SIGTERM');
  });
  await up.line((line) => /The first answer|"first answer"|the first request failed/.test(line));
  return mesh;
}

/** Run `router up` until it gives up. */
async function failing(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const port = args.includes('--port') ? [] : ['--port', String(await freePort())];
  const state = args.includes('--state') ? [] : ['--state', stateFolder()];
  const up = new TestProcess(process.execPath, [router, 'up', ...args, ...port, ...state], {
    NATS_SERVER: natsServer,
    ...environment,
  });
  onTestFinished(async () => {
    await up.stop('SIGTERM');
  });
  return { code: await up.exited, lines: up.lines };
}

function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'router-up-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function demoStats(mesh: { readonly demo: string }): Promise<{ open: number }> {
  return (await (await fetch(new URL('/stats', mesh.demo))).json()) as { open: number };
}

/** Below the range from which the system gives out ports: nobody else's connection takes it while nobody listens. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}

async function listen(port: number) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

/** A zombie, which has ended and only waits to be noticed, is not running. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
