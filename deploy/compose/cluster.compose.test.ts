// deploy/compose.cluster.yml, brought up from nothing: three NATS servers, two replicas of each service, and one server that goes.
import { poll } from '@router-mesh/testing';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { dockerAnswers, freePort, serviceOf, Stack } from './stack.ts';

const minutes = 60_000;
const subject = 'router.v2.request.chat.demo';
const question = JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'to be or not' }] });

interface Answer {
  readonly choices: readonly [{ readonly message: { readonly content: string } }];
  readonly router: { readonly usage_stored: boolean };
}

describe.skipIf(!dockerAnswers())('docker compose -f docker-compose.yml -f deploy/compose.cluster.yml up', () => {
  let stack: Stack;
  let ports: readonly number[];
  let client: NatsConnection;

  beforeAll(async () => {
    const more = [await freePort(), await freePort()];
    stack = await Stack.create(
      { NATS_PORT_2: String(more[0]), NATS_PORT_3: String(more[1]) },
      { files: ['deploy/compose.cluster.yml'] },
    );
    ports = [stack.port, ...more];
    await stack.compose('up', '--build', '--wait');
    client = await connect({ servers: ports.map((port) => `127.0.0.1:${port}`), maxReconnectAttempts: -1 });
  }, 10 * minutes);

  afterAll(async () => {
    await client?.close();
    await stack?.[Symbol.asyncDispose]();
  }, 3 * minutes);

  /** An answer that was recorded; a mesh that has just lost a server needs a moment. */
  const answer = async (): Promise<Answer> =>
    await poll(
      'a recorded answer',
      async () => {
        const reply = await client.request(subject, question, { timeout: 5000 }).catch(() => undefined);
        const said = reply?.headers?.hasError === true ? undefined : reply?.json<Answer>();
        return said?.router.usage_stored === true ? said : undefined;
      },
      minutes,
    );

  test('two of each service and three servers run, published on loopback alone', async () => {
    const containers = await stack.containers();
    const running = containers.filter(({ State }) => State.Status === 'running').map(serviceOf);
    expect(running.sort()).toEqual(['demo', 'nats', 'nats-2', 'nats-3', 'policy', 'policy', 'provider', 'provider']);
    const published = containers.flatMap(({ NetworkSettings }) =>
      Object.values(NetworkSettings.Ports).flatMap((bindings) =>
        (bindings ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`),
      ),
    );
    expect(published.sort()).toEqual(ports.map((port) => `127.0.0.1:${port}`).sort());
    for (const one of containers) {
      expect(one, serviceOf(one)).toMatchObject({
        Config: { User: '1000:1000' },
        HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'] },
      });
    }
  });

  test('a client of any server is answered', async () => {
    for (const port of ports) {
      const nc = await connect({ servers: `127.0.0.1:${port}` });
      onTestFinished(() => nc.close());
      const { choices } = (await nc.request(subject, question, { timeout: 5000 })).json<Answer>();
      expect(choices[0].message.content).toBe('to be or not');
    }
  });

  test('nobody without the password of the routes is a server of the cluster', async () => {
    const { stdout } = await stack.compose('logs', '--no-log-prefix', 'nats', 'nats-2', 'nats-3');
    expect(stdout).not.toMatch(/authorization|authentication/i);
    const route = `import('node:net').then(({ connect }) => new Promise((done) => {
      let said = '';
      const socket = connect(6222, 'nats').on('data', (piece) => (said += piece)).on('close', () => done(said));
      socket.write('CONNECT {"name":"stranger","cluster":"mesh","user":"route","pass":"guessed"}\\r\\nPING\\r\\n');
    })).then((said) => console.log(said))`;
    expect(await stack.evaluate('policy', route)).toContain("-ERR 'Authorization Violation'");
  });

  test(
    'each server is stopped in turn: requests go on and are recorded, and `router status` tells of every service',
    async () => {
      await stack.compose('build', 'cli'); // `run` would do it, and say so on the same output
      for (const node of ['nats', 'nats-2', 'nats-3']) {
        await stack.compose('kill', '--signal', 'SIGKILL', node);
        expect((await answer()).choices[0].message.content).toBe('to be or not');
        const status = JSON.parse(await stack.router('status', '--json')) as { instances: { service: string }[] };
        const services = status.instances.map(({ service }) => service).sort();
        expect(services, node).toEqual(['policy', 'policy', 'provider', 'provider']);
        await stack.compose('up', '--wait', '--no-deps', node);
      }
    },
    5 * minutes,
  );
});
