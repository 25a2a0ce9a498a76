import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '@router-mesh/contracts';
import { demoDocument, DemoProcess, natsServer, TestProcess, until, type NatsServer } from '@router-mesh/testing';
import { connect } from 'nats';
import { expect, test } from 'vitest';

type Environment = Readonly<Record<string, string>>;

/** Both services in one process, and the demo model behind them. */
function together(nats: NatsServer, environment: Environment = {}): TestProcess {
  for (const service of services) nats.credentials(service);
  return new TestProcess(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    NATS_URL: nats.url,
    ROUTER_NATS_CREDENTIALS: join(nats.folder, '{service}.creds.json'),
    ROUTER_STATE: join(nats.folder, 'state', '{service}'),
    ...environment,
  });
}

/** The folder with the demo's document, for ROUTER_PROVIDERS. */
function seeds(nats: NatsServer, demo: DemoProcess): string {
  const folder = join(nats.folder, 'seeds');
  mkdirSync(folder);
  writeFileSync(join(folder, 'demo.json'), JSON.stringify(demoDocument(demo.url)));
  return folder;
}

interface Line {
  readonly service?: string;
  readonly msg: string;
  readonly http: string;
  readonly instance: string;
}

function said(process: TestProcess, msg: string): Line[] {
  return process.lines.map((line) => JSON.parse(line) as Line).filter((line) => line.msg === msg);
}

test('each service is there as if it were alone, and what they have under way is answered before they stop', async () => {
  await using nats = await natsServer();
  await using demo = await DemoProcess.start();
  await using both = together(nats, { ROUTER_PROVIDERS: seeds(nats, demo) });
  await both.line((line) => line.includes('"msg":"all ready"'));
  await until('both have said so', () => said(both, 'ready').length === 2); // each has a log of its own
  const [first, second] = said(both, 'ready');
  expect([first?.service, second?.service].sort()).toEqual(['policy', 'provider']);
  expect(first?.instance).not.toBe(second?.instance);
  for (const { http } of said(both, 'ready'))
    expect((await fetch(`${http}/readyz`)).status, 'each has a port of its own').toBe(200);

  const client = await connect({ servers: nats.url });
  const ask = async (content: string, delayMs: number): Promise<string> => {
    const body = { model: 'demo/echo', messages: [{ role: 'user', content }], demo: { first_delay_ms: delayMs } };
    const answer = await client.request('router.v2.request.chat.demo', JSON.stringify(body), { timeout: 20_000 });
    return (
      answer.json<{ choices?: [{ message: { content: string } }] }>().choices?.[0].message.content ?? answer.string()
    );
  };
  const slow = ask('slow', 1000);
  await until('the slow one is under way', async () => (await demo.stats()).open === 1);
  // Asked all the time: what policy still takes while it leaves finds provider at work.
  const fast: Promise<string>[] = [];
  const asking = setInterval(() => fast.push(ask('fast', 0).catch((error: Error) => error.message)), 1);
  await until('many are asked', () => fast.length > 50);
  const stopped = both.stop('SIGTERM');
  await both.line((line) => line.includes('"service":"policy"') && line.includes('"msg":"stopped"'));
  clearInterval(asking);
  expect(await slow).toBe('slow');
  const unanswered = (await Promise.all(fast)).filter((text) => text !== 'fast');
  expect(unanswered.filter((text) => !text.includes('no responders') && text !== '503')).toEqual([]);
  expect(await stopped).toBe(0);
  expect(said(both, 'stopped').map(({ service }) => service)).toEqual(['policy', 'provider']);
  await client.close();
});

test('when one of them cannot go on, the process ends with 1', async () => {
  await using nats = await natsServer();
  await using both = together(nats);
  await both.line((line) => line.includes('"msg":"all ready"'));
  const configuration = join(nats.folder, 'nats.conf');
  const text = readFileSync(configuration, 'utf8');
  writeFileSync(
    configuration,
    text.replace('user: "policy", password: "policy"', 'user: "policy", password: "rotated"'),
  );
  await nats.restart();
  expect(await both.exited).toBe(1);
  await until('its last line', () => said(both, 'cannot go on').length > 0);
  expect(said(both, 'cannot go on').map(({ service }) => service)).toEqual(['policy']);
});

test('what they cannot share is refused by name', async () => {
  await using nats = await natsServer();
  await using both = together(nats, { ROUTER_STATE: nats.folder });
  expect(await both.exited).toBe(1);
  await until('its last line', () => both.lines.length > 0);
  expect(both.lines[0]).toContain('would be the same for policy and provider: write {service} where');
});
