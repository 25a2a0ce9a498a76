// Ten thousand tenants with a policy each: what a replica of policy takes of memory and time to know them, and to link them anew when their parent changes.
import { policy, requestSubject } from '@router-mesh/contracts';
import { call, type NatsConnection } from '@router-mesh/wire';
import { startMesh, until, type Mesh, type ServiceProcess } from '../../src/index.ts';
import { residentMb } from '../measure.ts';
import { Distribution } from '../load/distribution.ts';
import { putOthers } from '../wend/publish-to-decision.ts';

export interface Tenants {
  readonly tenants: number;
  /** Of a replica of policy without them, MB. */
  readonly emptyMb: number | undefined;
  /** Once all are linked. */
  readonly linkedMb: number | undefined;
  /** Once each has been asked. */
  readonly askedMb: number | undefined;
  /** From the start of the process until it serves, and until all are linked. */
  readonly servingMs: number;
  readonly linkedMs: number;
  /** The same of a replica that has none. */
  readonly emptyServingMs: number;
  /** From the answer to the publication of a new parent until every child decides by it. */
  readonly relinkedMs: number;
  /** A decision for one of them meanwhile, one at a time. */
  readonly meanwhileP50Ms: number;
  readonly meanwhileP99Ms: number;
  readonly meanwhileLongestMs: number;
}

const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'hi' }] });

export async function measureTenants(tenants: number): Promise<Tenants> {
  await using mesh = await startMesh({ bundled: true, environment: { ROUTER_POLICY_WATCH: '0ms' } });
  const [nc, operator, root] = await Promise.all([
    mesh.nats.connect(),
    mesh.nats.connect('operator'),
    mesh.nats.connect('root'),
  ]);
  const empty = await startPolicy(mesh);
  const emptyMb = residentMb(empty.service.pid);
  await empty.service.stop();
  await putOthers(root, tenants);
  const running = (): ServiceProcess[] => mesh.of('policy').filter((one) => one.running);
  await waiting(running(), 0);

  const crowded = await startPolicy(mesh);
  const linkedMb = residentMb(crowded.service.pid);
  for (const one of running()) if (one !== crowded.service) await one.stop();
  const ask = (place: number): Promise<string | undefined> => versionOf(nc, `crowd.c${place}`);
  for (let place = 0; place < tenants; place += 1) await ask(place);
  const askedMb = residentMb(crowded.service.pid);

  await call(operator, policy.publish, 'crowd', {
    source: 'policy "crowd/base" version "1.1.0" { rule own { tag own = 2 } route default { candidates cheapest(1) } }',
  });
  const published = performance.now();
  const times = new Distribution();
  let relinked = false;
  const asking = (async (): Promise<void> => {
    for (let place = 0; !relinked; place = (place + 7919) % tenants) {
      const from = performance.now();
      await ask(place);
      times.record(performance.now() - from);
    }
  })();
  await until('children to be linked anew', async () => (await waitingOf(crowded.service)) > 0, 5000).catch(
    () => undefined, // all of them between two looks
  );
  await waiting([crowded.service], 0);
  const relinkedMs = performance.now() - published;
  relinked = true;
  await asking;
  await Promise.all([nc.close(), operator.close(), root.close()]);
  const { p50, p99, max } = times.spread;
  return {
    tenants,
    emptyMb,
    linkedMb,
    askedMb,
    servingMs: crowded.servingMs,
    linkedMs: crowded.linkedMs,
    emptyServingMs: empty.servingMs,
    relinkedMs,
    meanwhileP50Ms: p50,
    meanwhileP99Ms: p99,
    meanwhileLongestMs: max,
  };
}

interface Started {
  readonly service: ServiceProcess;
  readonly servingMs: number;
  readonly linkedMs: number;
}

async function startPolicy(mesh: Mesh): Promise<Started> {
  const began = performance.now();
  const service = await mesh.start('policy');
  const servingMs = performance.now() - began;
  await waiting([service], 0);
  return { service, servingMs, linkedMs: performance.now() - began };
}

async function waiting(services: readonly ServiceProcess[], count: number): Promise<void> {
  await until(
    `${count} policies to wait`,
    async () => (await Promise.all(services.map(waitingOf))).every((waits) => waits === count),
    300_000,
  );
}

/** How many policies a replica has yet to link. */
async function waitingOf({ http }: ServiceProcess): Promise<number> {
  const metrics = await (await fetch(`${http}/metrics`)).text();
  return Number(/^router_policies_waiting(?:\{.*\})? (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN);
}

async function versionOf(nc: NatsConnection, tenant: string): Promise<string | undefined> {
  const reply = await nc.request(requestSubject('decide', tenant), body, { timeout: 30_000 });
  return reply.json<{ plan?: { policy_version?: string } }>().plan?.policy_version;
}
