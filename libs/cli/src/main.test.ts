import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { demoDocument, natsServer, poll, startMesh, until, type Mesh } from '@router-mesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shell } from './testing.ts';

let mesh: Mesh;
let shell: Shell;

beforeAll(async () => {
  mesh = await startMesh({
    tenants: ['acme'],
    tenantInbox: true,
    environment: { ROUTER_TENANT_INBOX: '1', ROUTER_VENDORS: 'demo' },
    documents: (url) => [demoDocument(url), demoDocument(url, 'ghost')],
  });
  shell = new Shell(mesh.nats.url);
});

afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  shell[Symbol.dispose]();
});

describe('router chat', () => {
  test('prints what the model said', async () => {
    expect(await shell.router(['chat', 'hi'])).toEqual({ code: 0, stdout: 'hi\n', stderr: '' });
  });

  test('takes its question from stdin when there is none, and when it is -', async () => {
    expect(await shell.router(['chat'], { input: 'two\nlines\n' })).toEqual({
      code: 0,
      stdout: 'two\nlines\n',
      stderr: '',
    });
    expect(await shell.router(['chat', '-'], { input: 'piped' })).toMatchObject({ code: 0, stdout: 'piped\n' });
  });

  test('--stream prints the same, as it comes', async () => {
    expect(await shell.router(['chat', 'one two three', '--stream'])).toEqual({
      code: 0,
      stdout: 'one two three\n',
      stderr: '',
    });
  });

  test('--json prints the whole answer; with --stream every chunk, and last what the router did', async () => {
    const whole = await shell.router(['chat', 'hi', '--json']);
    expect(JSON.parse(whole.stdout)).toMatchObject({
      choices: [{ message: { content: 'hi' } }],
      router: { model: 'demo/echo' },
    });
    const streamed = await shell.router(['chat', 'one two', '--json', '--stream']);
    const lines = streamed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, -1).map(({ object }) => object)).toEqual(lines.slice(1).map(() => 'chat.completion.chunk'));
    expect(lines.at(-1)).toMatchObject({ router: { model: 'demo/echo' }, usage: { estimated: false } });
  });

  test('asks as a tenant with its credentials, below its own inbox prefix', async () => {
    const credentials = mesh.nats.credentials('acme');
    const asked = await shell.router(['chat', 'hi', '--tenant', 'acme.web', '--credentials', credentials, '--json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ router: { model: 'demo/echo' } });
    const refused = await shell.router(['chat', 'hi', '--tenant', 'other', '--credentials', credentials]);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^router: unauthenticated: .*\n$/),
    });
  });

  test('tells an error in one line, or as its body with --json', async () => {
    const asked = ['chat', 'hi', '--model', 'ghost/echo'];
    expect(await shell.router(asked)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'router: unavailable: stop "provider.ghost" is not running, or all of its replicas are at their cap\n',
    });
    const { code, stdout, stderr } = await shell.router([...asked, '--json']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'unavailable', retryable: true, details: { reason: 'not_running' } },
    });
  });

  test('waits no longer than --timeout', async () => {
    const outcome = await shell.router(['chat', 'hi', '--model', 'demo/slow', '--timeout', '300ms']);
    expect(outcome).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^router: deadline_exceeded: .*\n$/),
    });
  });

  test('Ctrl-C cancels the request at the mesh, and the model with it', async () => {
    const { closed_by_client: before } = await mesh.demo.stats();
    const outcome = await shell.router(['chat', 'hi', '--model', 'demo/slow'], {
      running: (child) => {
        void until('the call', async () => (await mesh.demo.stats()).open === 1).then(() => child.kill('SIGINT'));
      },
    });
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringMatching(/^router: cancelled: .*\n$/) });
    await until('the model sees it', async () => (await mesh.demo.stats()).closed_by_client === before + 1);
  });
});

describe('router decide', () => {
  test('shows where a request would go, and calls no model', async () => {
    const { served } = await mesh.demo.stats();
    const { code, stdout } = await shell.router(['decide', 'hi', '--model', 'echo', '--tenant', 'acme.web']);
    expect({ code, shown: stdout.replace(/ +/g, ' ') }).toEqual({
      code: 0,
      shown:
        'tenant acme.web\npolicy default\nroute default\nmodels demo/echo, then ghost/echo\nitinerary policy → provider.demo\n',
    });
    const asked = await shell.router(['decide', 'hi', '--json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ tenant: 'demo', itinerary: ['provider.demo'] });
    expect((await mesh.demo.stats()).served).toBe(served);
  });
});

describe('router status', () => {
  test('shows every instance with its numbers, and the revisions that it acts on', async () => {
    await shell.router(['chat', 'hi']);
    const { code, stdout } = await shell.router(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^nats-server \d+\.\d+\.\d+ at /);
    expect(stdout).toMatch(
      /^policy +[0-9a-f]{10} +2\.0\.0\S* +\d+ s +policy +\d+\.\d +\d+ +\d+ +0 +\d+\.\d +\d+\.\d$/m,
    );
    expect(stdout).toMatch(/^provider +[0-9a-f]{10} .* provider\.demo /m);
    const [documents = ''] = /^documents .*$/m.exec(stdout) ?? [];
    for (const bucket of [
      'providers at revision 2',
      'tenants at revision 0',
      'policies at revision 0',
      'salts at revision 1',
    ])
      expect(documents).toContain(`router_v2_${bucket}`);
    expect(stdout).toMatch(/^troubles +forwards that found nobody \(503\): 2$/m); // the ghost above
  });

  test('--json has the rates of the last second', async () => {
    const asking = Promise.all(Array.from({ length: 3 }, () => shell.router(['chat', 'hi'])));
    const { stdout } = await shell.router(['status', '--json']);
    const { server, instances } = JSON.parse(stdout);
    expect(server.url).toContain(String(mesh.nats.port));
    expect(instances.map(({ service }: { service: string }) => service)).toEqual(['policy', 'provider']);
    expect(instances[0].stops.policy).toMatchObject({
      rate: expect.any(Number),
      requests: expect.any(Number),
      errors: expect.any(Number),
    });
    await asking;
  });

  test('says so when no service is running', async () => {
    await using nats = await natsServer();
    using alone = new Shell(nats.url);
    expect(await alone.router(['status'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'router: unavailable: no service is running\n',
    });
  });
});

describe('router usage', () => {
  test('sums up what calls used, by tenant and model or one of them, of a tenant and those below it', async () => {
    const credentials = mesh.nats.credentials('acme');
    for (const tenant of ['acme.sums', 'acme.sums.web', 'acme.sums.web', 'acme.summit'])
      await shell.router(['chat', 'hi', '--tenant', tenant, '--credentials', credentials]);
    const { code, stdout } = await shell.router(['usage', '--tenant', 'acme.sums']);
    expect({ code, shown: stdout.replace(/ +/g, ' ') }).toEqual({
      code: 0,
      shown: [
        'TENANT MODEL CALLS ANSWERED FAILED CACHED INPUT OUTPUT ESTIMATED LATE SWEPT',
        'acme.sums demo/echo 1 1 0 0 1 1 0 % 0 0',
        'acme.sums.web demo/echo 2 2 0 0 2 2 0 % 0 0',
        'all 3 3 0 0 3 3 0 % 0 0\n',
      ].join('\n'),
    });
    const sums = JSON.parse(
      (await shell.router(['usage', '--tenant', 'acme.sums', '--by', 'tenant', '--json'])).stdout,
    );
    expect(sums).toMatchObject({
      groups: [
        { tenant: 'acme.sums', calls: 1 },
        { tenant: 'acme.sums.web', calls: 2 },
      ],
      total: { calls: 3, answered: 3, estimated_tokens: 0 },
      open: 0,
    });
  });

  test('of nothing says so', async () => {
    expect(await shell.router(['usage', '--since', '2100-01-01'])).toMatchObject({
      code: 0,
      stdout: 'no calls have ended\n',
    });
    expect(await shell.router(['usage', '--open', '--tenant', 'nobody'])).toMatchObject({
      stdout: 'no calls are open\n',
    });
  });

  test('--open lists the calls that are under way, and those that nobody will end', async () => {
    const client = await mesh.nats.connect();
    const body = { model: 'demo/slow', messages: [{ role: 'user', content: 'hi' }], demo: { first_delay_ms: 20_000 } };
    client.publish('router.v2.request.chat.demo', JSON.stringify(body), { reply: '_INBOX.demo.nobody' });
    const shown = await poll('an open call', async () => {
      const { stdout } = await shell.router(['usage', '--open']);
      return stdout.includes('demo/slow') ? stdout : undefined;
    });
    expect(shown).toMatch(/^[0-9A-Z]{26} +\d+ s +in \d+ (s|min) +demo +demo\/slow +[0-9a-f]{10} +[0-9A-Z]{26}$/m);
    const { open } = JSON.parse((await shell.router(['usage', '--open', '--json'])).stdout);
    expect(open).toMatchObject([{ model: 'demo/slow', tenant: 'demo', overdue: false }]);
    client.publish('router.v2.cancel.demo', JSON.stringify({ request: open[0].request }));
    await until('it is over', async () => (await mesh.demo.stats()).open === 0);
    await client.close();
  });

  test('is for operators, and needs a METER', async () => {
    const credentials = mesh.nats.credentials('acme');
    const refused = await shell.router(['usage', '--credentials', credentials]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^router: unauthenticated: /) });
    await using nats = await natsServer();
    using alone = new Shell(nats.url);
    expect(await alone.router(['usage'])).toMatchObject({
      code: 1,
      stderr: 'router: not_found: there is no METER: no provider has run here yet\n',
    });
  });
});

describe('router providers', () => {
  test('lists, shows and writes documents, each revision once', async () => {
    const { stdout: listed } = await shell.router(['providers', 'list']);
    expect(listed).toMatch(/^demo +http:\/\/127\.0\.0\.1:\d+\/v1 +none +echo, lorem, slow, flaky, tools, embed$/m);

    const { stdout: document, stderr } = await shell.router(['providers', 'get', 'ghost']);
    expect(stderr).toMatch(/^revision \d+\n$/);
    const revision = stderr.trim().replace('revision ', '');
    const changed = shell.write('ghost.json', JSON.stringify({ ...JSON.parse(document), any_model: true }));
    const add = ['providers', 'add', changed, '--revision', revision];
    expect(await shell.router(add)).toMatchObject({ code: 0, stdout: `written as revision ${Number(revision) + 1}\n` });
    const again = await shell.router(add);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^router: conflict: "ghost" was changed meanwhile/),
    });

    const piped = await shell.router(['providers', 'add', '-', '--json'], { input: document });
    expect(JSON.parse(piped.stdout)).toEqual({ revision: Number(revision) + 2 });
  });

  test('leave it to the mesh to refuse a document, which names the field', async () => {
    const file = shell.write(
      'bad.json',
      '{ "vendor": "bad", "format": "openai", "base_url": "ftp://x", "models": [] }',
    );
    const { code, stderr } = await shell.router(['providers', 'add', file]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^router: invalid_request: body: "provider\.base_url" .*\n$/),
    });
  });

  test('get of one that is not there is not_found', async () => {
    expect(await shell.router(['providers', 'get', 'nobody'])).toMatchObject({
      code: 1,
      stderr: 'router: not_found: no provider "nobody"\n',
    });
  });
});

describe('router tenants', () => {
  test('lists, shows and writes documents with their limits, each revision once', async () => {
    expect(await shell.router(['tenants', 'list'])).toMatchObject({
      stdout: 'no tenant has a document; write one with router tenants put\n',
    });
    const limits = { rpm: 600, concurrency: 20, models: { 'demo/echo': { tpm: 5000 } } };
    const file = shell.write('acme.json', JSON.stringify({ limits }));
    const written = await shell.router(['tenants', 'put', 'acme.web', file, '--revision', '0']);
    expect(written).toMatchObject({ code: 0, stdout: expect.stringMatching(/^written as revision \d+\n$/) });
    expect(await shell.router(['tenants', 'put', 'acme.web', file, '--revision', '0'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^router: conflict: "acme.web" was changed meanwhile/),
    });
    await shell.router(['tenants', 'put', 'other', '-'], { input: '{ "suspended": true, "max_timeout_ms": 5000 }' });
    await until('the documents', async () => (await shell.router(['tenants', 'list'])).stdout.includes('other'));
    const { stdout: listed } = await shell.router(['tenants', 'list']);
    expect(listed).toMatch(/^acme\.web +600 rpm, 20 at a time; demo\/echo: 5000 tpm +none +no +1$/m);
    expect(listed).toMatch(/^other +none +5000 ms +yes +2$/m);
    expect((await shell.router(['tenant', 'list', 'acme'])).stdout).not.toContain('other');
    const { stdout, stderr } = await shell.router(['tenants', 'get', 'acme.web']);
    expect([JSON.parse(stdout), stderr]).toEqual([{ limits }, 'revision 1\n']);
  });

  test('leave it to the mesh to refuse a document, which names the field', async () => {
    const { code, stderr } = await shell.router(['tenants', 'put', 'acme', '-'], { input: '{"limits":{"rpm":0}}' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^router: invalid_request: body: "document\.limits\.rpm" .*\n$/),
    });
  });

  test('get of one that has none of its own is not_found', async () => {
    expect(await shell.router(['tenants', 'get', 'nobody'])).toMatchObject({
      code: 1,
      stderr: 'router: not_found: tenant "nobody" has no document of its own\n',
    });
  });
});

describe('router nats-user', () => {
  test('prints a user that nats-server takes once its password is set, and refuses before', async () => {
    const { code, stdout } = await shell.router(['nats-user', 'acme.web', '--inbox']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\{ user: "acme\.web", password: \$TENANT_ACME_WEB_PASSWORD, permissions: \{$/m);
    expect(stdout).toContain('"_INBOX.acme.>"');
    const configuration = `authorization { users: [\n${stdout}] }\n`;
    const check = (file: string) =>
      execFileSync(process.env['NATS_SERVER'] ?? '', ['-t', '-c', file], { stdio: 'pipe' });
    expect(() => check(shell.write('unset.conf', configuration))).toThrow('TENANT_ACME_WEB_PASSWORD');
    check(shell.write('set.conf', `TENANT_ACME_WEB_PASSWORD: "secret"\n${configuration}`));
  });

  test('never takes the name of a user of the mesh', async () => {
    const { stdout } = await shell.router(['nats-user', 'policy', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ user: 'tenant-policy', permissions: { subscribe: ['_INBOX.>'] } });
  });
});

describe('exit codes:', () => {
  test('3 when what listens there is no NATS, and the command ends', async () => {
    await using mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const server = `nats://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const { code, stderr } = await shell.router(['chat', 'hi', '--server', server]);
    expect([code, stderr.split(':').slice(0, 2)]).toEqual([3, ['router', ' unavailable']]);
  });

  test('a failed request tells why each candidate failed', async () => {
    const { code, stderr } = await shell.router(['chat', 'hi', '--model', 'demo/flaky']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^router: provider_failed: the only candidate failed with server_error, in 2 attempts\n(  demo\/flaky: server_error 500: .*\n){2}$/,
    );
  });

  test('3 when there is no NATS, or it does not let us in', async () => {
    const nowhere = await shell.router(['chat', 'hi', '--server', 'nats://127.0.0.1:1']);
    expect(nowhere).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'router: unavailable: no NATS at nats://127.0.0.1:1: connection refused\n  start one with npm start, or name it by --server\n',
    });
    const credentials = shell.write('wrong.json', '{ "user": "operator", "pass": "wrong" }');
    const refused = await shell.router(['status', '--json'], {
      environment: { ROUTER_NATS_CREDENTIALS: credentials, NATS_URL: mesh.nats.url },
    });
    expect({ ...refused, stdout: JSON.parse(refused.stdout) }).toMatchObject({
      code: 3,
      stderr: '',
      stdout: { error: { code: 'unauthenticated' } },
    });
  });

  test.each([
    [['chat', 'hi', '--strem'], "router: unknown option '--strem' (Did you mean --stream?); see router --help\n"],
    [['chta'], "router: unknown command 'chta' (Did you mean chat?); see router --help\n"],
    [['chat', ' '], 'router: nothing to ask: give a text, or pipe one in\n'],
    [['chat', 'hi', '--credentials', 'none.json'], 'router: there is no credentials file "none.json"\n'],
    [
      ['providers', 'add', 'none.json'],
      `router: "none.json" cannot be read: ENOENT: no such file or directory, open 'none.json'\n`,
    ],
    [['nats-user', 'Acme'], expect.stringMatching(/^router: .*'Acme' is invalid .*It must be 1 to 4 tokens.*\n$/)],
    [
      ['chat', 'hi', '--timeout', '1d'],
      expect.stringMatching(/^router: .*'1d' is invalid. It must be a number and ms, s, min or h.*\n$/),
    ],
    [
      ['usage', '--since', 'yesterday'],
      expect.stringMatching(/^router: .*'yesterday' is invalid. It must be as 30min, 24h or 7d, or a time .*\n$/),
    ],
    [
      ['usage', '--by', 'colour'],
      expect.stringMatching(/^router: .*Allowed choices are tenant, model, tenant,model.*\n$/),
    ],
  ])('2 for wrong usage: %j', async (args, stderr) => {
    expect(await shell.router(args)).toEqual({ code: 2, stdout: '', stderr });
  });

  test('2 for an operator without credentials, or with a file that has none', async () => {
    const file = shell.write('empty.json', '{}');
    const nobody = await shell.router(['status', '--credentials', file]);
    expect(nobody).toMatchObject({ code: 2, stderr: expect.stringMatching(/^router: credentials file .*\n$/) });
    using empty = new Shell();
    const { code, stderr } = await empty.router(['status', '--server', mesh.nats.url]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^router: no operator credentials: .*--credentials\n$/),
    });
  });
});

test.each([
  [[]],
  [['up']],
  [['chat']],
  [['decide']],
  [['status']],
  [['usage']],
  [['providers']],
  [['providers', 'add']],
  [['tenants']],
  [['tenants', 'put']],
  [['nats-user']],
])('%j --help has options, examples and exit codes', async (command: readonly string[]) => {
  const { code, stdout } = await shell.router([...command, '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--json');
  expect(stdout).toContain('Examples:\n  router ');
  expect(stdout).toContain('Exit codes: 0 ok; 1 ');
});

test('colours are for terminals, and for nobody with --no-color', async () => {
  expect((await shell.router(['decide', 'hi'])).stdout).not.toContain('\x1b[');
  const environment = { FORCE_COLOR: '1' };
  expect((await shell.router(['decide', 'hi'], { environment })).stdout).toContain('\x1b[');
  expect((await shell.router(['decide', 'hi', '--no-color'], { environment })).stdout).not.toContain('\x1b[');
});
