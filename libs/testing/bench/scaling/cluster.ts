// One nats-server against a cluster of three, with the same services: every hop may cross a route, and METER is acknowledged by two of three.
import { startMesh, type Mesh, type Nats } from '../../src/index.ts';
import type { LoadGenerator } from '../load/generator.ts';
import { ask, type Answered } from './load.ts';

export interface OnServers {
  readonly servers: number;
  readonly inFlight: number;
  readonly answered: Answered;
}

/** Both meshes stand at once, and are asked in turn. */
export async function measureCluster(
  load: LoadGenerator,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<OnServers[]> {
  await using alone = await startMesh({ bundled: true });
  await using clustered = await startMesh({ cluster: 3, bundled: true });
  const meshes = [
    { mesh: alone, pids: { ...servicesOf(alone), 'nats-servers': alone.nats.pid } },
    {
      mesh: clustered,
      pids: {
        ...servicesOf(clustered),
        ...Object.fromEntries(clustered.nats.nodes.map(({ pid }, node) => [`nats-server ${node + 1}`, pid])),
      },
    },
  ];
  const measured: OnServers[] = [];
  for (let round = 0; round <= rounds; round += 1)
    for (const { mesh, pids } of meshes)
      for (const inFlight of [1, 32]) {
        const [url = ''] = mesh.nats.urls;
        const answered = await ask(load, { url, verb: 'chat', inFlight, seconds, pids });
        if (round > 0) measured.push({ servers: mesh.nats.urls.length, inFlight, answered });
      }
  return measured;
}

function servicesOf(mesh: Mesh<Nats>): Record<string, number> {
  return Object.fromEntries(mesh.services.map(({ name, pid }) => [name, pid]));
}
