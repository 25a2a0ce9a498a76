// A mesh whose tenants each have one thing: a policy, a cache, a limit, or nothing.
import { policy, requestSubject, type TenantDocument } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import { PlainClient, Publisher, startMesh, until, type Mesh } from '../../src/index.ts';
import { endsWithUs } from '../ending.ts';
import type { Pids } from '../measure.ts';
import { chatBody } from '../request.ts';
import { model, rules, tenants } from './cases.ts';

/** Resolves when everything that its tenants have is in force. */
export async function startFeatureMesh(environment: Readonly<Record<string, string>>): Promise<Mesh> {
  const mesh = endsWithUs(
    await startMesh({ bundled: true, environment: { ROUTER_DECISION_LOG: '0', ...environment } }),
  );
  try {
    for (const [tenant, has] of Object.entries(tenants)) {
      if ('limits' in has) await putTenant(mesh, tenant, { limits: has.limits });
      if ('rules' in has) await publish(mesh, tenant, rules + has.rules);
    }
    await fillCache(mesh);
    return mesh;
  } catch (error) {
    await mesh[Symbol.asyncDispose]();
    throw error;
  }
}

/** The services and nats-server of a mesh. */
export function pidsOf(mesh: Mesh): Pids {
  const services: Pids = Object.fromEntries(mesh.services.map(({ name, pid }) => [name, pid]));
  return { ...services, 'nats-server': mesh.nats.pid };
}

async function putTenant(mesh: Mesh, tenant: string, document: TenantDocument): Promise<void> {
  const nc = await mesh.nats.connect('operator');
  const { revision } = await call(nc, policy.tenantPut, tenant, { document });
  await nc.close();
  for (const { http } of mesh.of('policy'))
    await until(`the limits of ${tenant} to be in force`, async () => {
      const { snapshots } = (await (await fetch(`${http}/readyz`)).json()) as { snapshots: Record<string, number> };
      return (snapshots['router_v2_tenants'] ?? 0) >= revision;
    });
}

async function publish(mesh: Mesh, tenant: string, body: string): Promise<void> {
  await using client = await PlainClient.connect(mesh.nats.url);
  await using publisher = await Publisher.in(mesh, client);
  await publisher.main(tenant, body);
}

/** Ask until the answer is one that was given before. */
async function fillCache({ nats }: Mesh): Promise<void> {
  const nc = await nats.connect();
  const ask = async (): Promise<string> =>
    (await nc.request(requestSubject('chat', 'cached'), chatBody(model), { timeout: 10_000 })).string();
  await until('an answer from the cache', async () => (await ask()).includes('"cache":"hit"'));
  await nc.close();
}
