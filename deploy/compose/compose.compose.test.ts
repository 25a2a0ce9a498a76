// docker-compose.yml, brought up from nothing as a stranger would.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '@router-mesh/testing';
import { connect, RequestStrategy, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { docker, dockerAnswers, serviceOf, Stack, type Container } from './stack.ts';

const minutes = 60_000;
const openAiKey = 'sk-only-for-the-provider';
const subject = 'router.v2.request.chat.demo';

function ask(more: object = {}): string {
  return JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'to be or not' }], ...more });
}

interface Answer {
  readonly choices: readonly [{ readonly message: { readonly content: string } }];
  readonly router: { readonly trail: readonly { readonly stop: string; readonly instance: string }[] };
}

describe.skipIf(!dockerAnswers())('docker compose up --build --wait', () => {
  let stack: Stack;
  let client: NatsConnection;

  const up = () => stack.compose('up', '--build', '--wait', '--scale', 'provider=3', '--scale', 'policy=2');

  beforeAll(async () => {
    stack = await Stack.create({ OPENAI_API_KEY: openAiKey });
    await up();
    client = await connect({ servers: `127.0.0.1:${stack.port}` });
  }, 10 * minutes);

  afterAll(async () => {
    await client?.close();
    await stack?.[Symbol.asyncDispose]();
  }, 3 * minutes);

  /** What the demo says, once it says it: services that have just lost NATS need a moment. */
  const answerOf = async (asked: NatsConnection, to = subject): Promise<Answer> =>
    await poll(`an answer on ${to}`, async () => {
      const answer = await asked.request(to, ask(), { timeout: 5000 }).catch(() => undefined);
      return answer?.headers?.hasError === true ? undefined : answer?.json<Answer>();
    });

  test('a plain client without credentials is answered, by every replica in its turn', async () => {
    const policies = new Set<string>();
    const providers = new Set<string>();
    await poll('answers of several replicas', async () => {
      const { choices, router } = await answerOf(client);
      expect(choices[0].message.content).toBe('to be or not');
      for (const { stop, instance } of router.trail) (stop === 'policy' ? policies : providers).add(instance);
      return policies.size === 2 && providers.size >= 2 ? true : undefined;
    });
  });

  test('a plain client gets a stream frame by frame, up to the empty message that ends it', async () => {
    const options = { strategy: RequestStrategy.SentinelMsg, maxWait: 5000 };
    const frames: string[] = [];
    for await (const message of await client.requestMany(subject, ask({ stream: true }), options)) {
      frames.push(message.headers?.get('Router-Frame') ?? 'EOS');
    }
    expect(frames).toContain('delta');
    expect([frames.at(0), ...frames.slice(-2)]).toEqual(['accept', 'end', 'EOS']);
  });

  test('a client without credentials may not speak as a service', async () => {
    const stranger = await connect({ servers: `127.0.0.1:${stack.port}` });
    onTestFinished(() => stranger.close());
    const refused = (async () => {
      for await (const { permissionContext } of stranger.status()) if (permissionContext) return permissionContext;
      return undefined;
    })();
    stranger.publish('router.v2.stage.provider.demo', ask());
    expect(await refused).toEqual({ operation: 'publish', subject: 'router.v2.stage.provider.demo' });
  });

  test('services are healthy, and the one-shot that made the credentials has ended', async () => {
    const containers = await stack.containers();
    const states = containers.map((one) => `${serviceOf(one)}: ${one.State.Health?.Status ?? one.State.Status}`);
    expect(states.sort()).toEqual([
      'credentials: exited',
      'demo: healthy',
      'nats: running', // its image has nothing to check its health with
      'policy: healthy',
      'policy: healthy',
      'provider: healthy',
      'provider: healthy',
      'provider: healthy',
    ]);
  });

  test('no process is root, has a capability or may gain one, and no root file system is writable', async () => {
    for (const container of await stack.containers()) {
      expect(container, serviceOf(container)).toMatchObject({
        Config: { User: '1000:1000' },
        HostConfig: {
          ReadonlyRootfs: true,
          Privileged: false,
          CapDrop: ['ALL'],
          CapAdd: null,
          SecurityOpt: ['no-new-privileges:true'],
        },
      });
    }
    const facts = `process.getuid() + '\\n' + fs.readFileSync('/proc/1/status', 'utf8').replaceAll('\\t', ' ')`;
    const none = ['CapEff: 0000000000000000', 'CapBnd: 0000000000000000', 'NoNewPrivs: 1'];
    for (const service of ['policy', 'provider', 'demo']) {
      const [uid, ...status] = (await stack.evaluate(service, facts)).split('\n');
      expect(uid, service).toBe('1000');
      expect(status, service).toEqual(expect.arrayContaining(none));
      const write = `try { fs.writeFileSync('/app/x', '') } catch (error) { error.code }`;
      expect(await stack.evaluate(service, write), service).toBe('EROFS');
    }
  });

  test('what a service keeps, it may write', async () => {
    const write = `fs.writeFileSync('/var/lib/router/x', 'kept'), fs.readFileSync('/var/lib/router/x', 'utf8')`;
    for (const service of ['policy', 'provider']) expect(await stack.evaluate(service, write), service).toBe('kept');
  });

  test('the one thing published is NATS, on loopback', async () => {
    const published = (await stack.containers()).flatMap((container) =>
      Object.entries(container.NetworkSettings.Ports).flatMap(([port, bindings]) =>
        (bindings ?? []).map(({ HostIp, HostPort }) => `${serviceOf(container)} ${port} ${HostIp}:${HostPort}`),
      ),
    );
    expect(published).toEqual([`nats 4222/tcp 127.0.0.1:${stack.port}`]);
  });

  test("a service sees its own password and nobody else's, and none is in an image or in an environment", async () => {
    const passwords: string[] = [];
    for (const service of ['policy', 'provider']) {
      const file = `/run/router/${service}.creds.json`;
      expect(await stack.evaluate(service, `fs.readdirSync('/run/router').join()`)).toBe(`${service}.creds.json`);
      const { pass } = JSON.parse(await stack.evaluate(service, `fs.readFileSync('${file}', 'utf8')`)) as {
        pass: string;
      };
      expect(pass).toMatch(/^[0-9a-f]{32}$/);
      passwords.push(pass);
    }
    const containers = await stack.containers();
    const images = [...new Set(containers.map(({ Image }) => Image))];
    const histories = await Promise.all(images.map((image) => docker(['history', '--no-trunc', image])));
    const said = JSON.stringify([containers, await docker(['inspect', ...images]), histories]);
    expect(passwords.filter((password) => said.includes(password))).toEqual([]);
  });

  test('a key from the shell reaches the provider alone', async () => {
    const knows = ({ Config }: Container): boolean => Config.Env.some((variable) => variable.includes(openAiKey));
    const knowing = (await stack.containers()).filter(knows).map(serviceOf);
    expect(knowing).toEqual(['provider', 'provider', 'provider']);
  });

  test(
    'the command asks a model as anybody may, and for the state of the mesh as an operator',
    async () => {
      await stack.compose('build', 'cli'); // `run` would do it, and say so on the same output
      expect(await stack.router('chat', 'hello', 'there')).toBe('hello there\n');
      const status = JSON.parse(await stack.router('status', '--json')) as {
        instances: { service: string; missing: string[] }[];
      };
      const services = status.instances.map(({ service }) => service).sort();
      expect(services).toEqual(['policy', 'policy', 'provider', 'provider', 'provider']);
      expect(status.instances.flatMap(({ missing }) => missing)).toEqual([]);
    },
    3 * minutes,
  );

  test(
    "a tenant's user is added by editing the configuration and starting again, which restarts NATS alone",
    async () => {
      const file = join(stack.tree, 'deploy/nats/local.conf');
      const user = await stack.router('nats-user', 'acme');
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace('    # Tenants:', () => `    ${user}    # Tenants:`),
      );
      const starts = async (): Promise<string[]> =>
        (await stack.containers()).map((one) => `${serviceOf(one)} ${one.Id} ${one.State.StartedAt}`).sort();
      const before = new Set(await starts());
      await up();
      const restarted = (await starts()).filter((start) => !before.has(start));
      expect(restarted.map((start) => start.split(' ')[0])).toEqual(['credentials', 'nats']);

      const acme = await connect({
        servers: `127.0.0.1:${stack.port}`,
        ...(JSON.parse(await stack.secret('acme')) as { user: string; pass: string }),
      });
      onTestFinished(() => acme.close());
      const { choices } = await answerOf(acme, 'router.v2.request.chat.acme.web');
      expect(choices[0].message.content).toBe('to be or not');
      await expect(acme.request(subject, ask(), { timeout: 5000 })).rejects.toThrow('Permissions Violation');
    },
    3 * minutes,
  );

  test(
    'a password that was removed is made anew, and when NATS reads it the service comes back with it by itself',
    async () => {
      const files = ['/volumes/users/policy/policy.creds.json'];
      await stack.compose('run', '--rm', '-T', '--entrypoint', 'rm', 'credentials', ...files);
      const { stdout } = await stack.compose('run', '--rm', '-T', 'credentials');
      expect(stdout.split('\n').slice(0, 3)).toEqual(['policy: made', 'provider: kept', 'operator: kept']);
      await stack.compose('kill', '--signal', 'HUP', 'nats');
      await poll('the end of both policies', async () => {
        const restarted = (await stack.containers()).filter(
          (one) => serviceOf(one) === 'policy' && one.RestartCount > 0,
        );
        return restarted.length === 2 ? true : undefined;
      });
      expect((await answerOf(client)).choices[0].message.content).toBe('to be or not');
    },
    3 * minutes,
  );

  test(
    'everything stops with 0 in its time, and starts again with the same passwords',
    async () => {
      const before = await stack.secret('operator');
      await client.close();
      const started = performance.now();
      await stack.compose('stop');
      expect(performance.now() - started).toBeLessThan(30_000); // nothing was under way
      const ends = (await stack.containers()).map(
        (one) => `${serviceOf(one)} ${one.State.Status} ${one.State.ExitCode}`,
      );
      expect(ends.filter((end) => !end.endsWith(' exited 0'))).toEqual([]);

      await up();
      expect(await stack.secret('operator')).toBe(before);
      client = await connect({ servers: `127.0.0.1:${stack.port}` });
      expect((await answerOf(client)).choices[0].message.content).toBe('to be or not');
    },
    3 * minutes,
  );
});
