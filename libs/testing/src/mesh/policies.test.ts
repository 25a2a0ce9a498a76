// Policies change while requests flow: none fails, each answer names the version that judged it, and what refuses too much goes back by itself.
import { policy, requestSubject, type PolicyDocument } from '@router-mesh/contracts';
import { call, type NatsConnection } from '@router-mesh/wire';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startMesh, until, type Mesh } from '../index.ts';

const long = process.env['MESH_TEST_LONG'] !== undefined;
const versions = long ? 100 : 20;
const aSecond = long ? 1000 : 200;
/** A machine that cannot keep the pace is asked for what it can: more under way is refused by caps, and says nothing of policies. */
const mostUnderWay = 400;

interface Body {
  readonly router?: { readonly policy_version?: string };
  readonly error?: { readonly code: string; readonly message: string };
}

/** Requests at a pace, until it is stopped; answers by the version that they name, and refusals. */
class Flow {
  readonly answers = new Map<string, number>();
  readonly refusals: NonNullable<Body['error']>[] = [];
  readonly failures: unknown[] = [];
  sent = 0;
  readonly #nc: NatsConnection;
  readonly #underWay = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();

  constructor(nc: NatsConnection) {
    this.#nc = nc;
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#began) / 1000) * aSecond;
      while (this.sent < due && this.#underWay.size < mostUnderWay) this.#send();
    }, 5);
  }

  get answered(): number {
    return [...this.answers.values()].reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #send(): void {
    this.sent += 1;
    const asking = this.#ask().finally(() => this.#underWay.delete(asking));
    this.#underWay.add(asking);
  }

  async #ask(): Promise<void> {
    const body = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] };
    try {
      const answer = await this.#nc.request(requestSubject('chat', 'acme'), JSON.stringify(body), { timeout: 30_000 });
      const { router, error } = answer.json<Body>();
      if (error !== undefined) this.refusals.push(error);
      else {
        const version = router?.policy_version ?? 'none';
        this.answers.set(version, (this.answers.get(version) ?? 0) + 1);
      }
    } catch (error) {
      this.failures.push(error);
    }
  }
}

function source(version: string, more = ''): string {
  return `policy "acme/main" version "${version}" {\n${more}\n  route default { candidates [@demo/echo] }\n}\n`;
}

type Publication = Omit<
  Parameters<typeof call<typeof policy.publish.request, typeof policy.publish.reply>>[3],
  'source'
>;

async function publish(operator: NatsConnection, text: string, more: Publication = {}): Promise<string> {
  const { bundle = '' } = await call(operator, policy.publish, 'acme', { source: text, by: 'ada', ...more });
  return bundle;
}

async function pointers(operator: NatsConnection): Promise<PolicyDocument | undefined> {
  return (await call(operator, policy.get, 'acme', { name: 'acme/main' })).document;
}

/** Resolves when so many answers in a row name a version that no replica can have another one. */
async function everywhere(mesh: Mesh, nc: NatsConnection, bundle: string): Promise<void> {
  let row = 0;
  await until(`version ${bundle} everywhere`, async () => {
    const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'hi' }] });
    const answer = await nc.request(requestSubject('decide', 'acme'), body, { timeout: 10_000 });
    const { plan } = answer.json<{ plan?: { policy_version?: string } }>();
    row = plan?.policy_version === bundle ? row + 1 : 0;
    return row >= 10 * mesh.of('policy').length;
  });
}

test(
  `${versions} versions are published while ${aSecond} requests a second flow: no request fails, each answer names its version, every replica comes to the last`,
  { timeout: 300_000 },
  async () => {
    await using mesh = await startMesh({ policies: 3, providers: long ? 2 : 1 });
    const [nc, operator] = await Promise.all([mesh.nats.connect(), mesh.nats.connect('operator')]);
    await until('the models to be known', async () => (await operatorCheck(operator)).length === 0);
    const bundles = [await publish(operator, source('1.0.0'))];
    await everywhere(mesh, nc, bundles[0] ?? '');
    const flow = new Flow(nc);
    for (let version = 1; version < versions; version += 1) {
      bundles.push(await publish(operator, source(`1.${version}.0`)));
      await new Promise((resolve) => setTimeout(resolve, 50)); // versions are to be seen, not only written
    }
    await everywhere(mesh, nc, bundles.at(-1) ?? '');
    await flow.stop();
    expect(flow.failures).toEqual([]);
    expect(flow.refusals).toEqual([]);
    expect(flow.answered).toBe(flow.sent);
    const known = new Set(bundles);
    expect([...flow.answers.keys()].filter((version) => !known.has(version))).toEqual([]);
    expect(flow.answers.size).toBeGreaterThan(versions / 2);

    const worse = new Flow(nc);
    const last = bundles.at(-1) ?? '';
    await publish(operator, source('2.0.0', '  rule no { deny "no" }'), { canary: { share: 0.5 } });
    await until('the canary to go back', async () => (await pointers(operator))?.canary === undefined);
    await everywhere(mesh, nc, last);
    const refused = worse.refusals.length;
    const before = worse.sent;
    await until('more requests', () => worse.sent > before + aSecond);
    await worse.stop();
    expect(worse.failures).toEqual([]);
    // While it ran it judged its share; the others were answered by the active version, and all are since.
    expect(worse.refusals.slice(0, 1)).toMatchObject([{ code: 'denied' }]);
    expect(worse.refusals.length - refused).toBeLessThan(aSecond / 10);
    expect(worse.answers).toEqual(new Map([[last, worse.sent - worse.refusals.length]]));
    expect((await pointers(operator))?.history[0]).toMatchObject({ what: 'canary_withdrawn', by: 'router-mesh' });
    await Promise.all([nc.close(), operator.close()]);
  },
);

test('policies judge after a start while JetStream is away, by their copies', { timeout: 60_000 }, async () => {
  await using mesh = await startMesh();
  const [nc, operator] = await Promise.all([mesh.nats.connect(), mesh.nats.connect('operator')]);
  await until('the models to be known', async () => (await operatorCheck(operator)).length === 0);
  const bundle = await publish(operator, source('1.0.0'));
  await everywhere(mesh, nc, bundle);
  await until('copies of all that policy acts on', () => {
    const snapshots = join(mesh.stateOf('policy'), 'snapshots');
    const copies = ['policies', 'salts', 'tenants', 'providers'].map((bucket) =>
      join(snapshots, `router_v2_${bucket}.json`),
    );
    return copies.every(existsSync) && readFileSync(copies[0] ?? '', 'utf8').includes('acme/main');
  });
  await Promise.all([nc.close(), operator.close()]);
  for (const service of mesh.services.splice(0)) await service.stop();
  mesh.nats.configure({ jetstream: false });
  await mesh.nats.restart();
  await Promise.all([mesh.start('policy'), mesh.start('provider', { ROUTER_PROVIDERS: mesh.seeds })]);
  const away = await mesh.nats.connect();
  const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'hi' }] });
  const answer = await away.request(requestSubject('chat', 'acme'), body, { timeout: 10_000 });
  expect(answer.json()).toMatchObject({ router: { policy: 'acme/main', policy_version: bundle } });
  await away.close();
});

/** What is wrong with the first version as things stand. */
async function operatorCheck(operator: NatsConnection): Promise<readonly unknown[]> {
  return (await call(operator, policy.check, 'acme', { source: source('1.0.0') })).diagnostics;
}
