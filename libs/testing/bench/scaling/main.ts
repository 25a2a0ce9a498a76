// More replicas, a cluster, ten thousand tenants, and what each part of the way costs.
import { natsCluster, natsServer } from '../../src/index.ts';
import { LoadGenerator } from '../load/generator.ts';
import type { Options } from '../options.ts';
import { headingOf, machineLoad, writeResults, type Heading } from '../results.ts';
import { formatHeading, say } from '../say.ts';
import { measureCluster } from './cluster.ts';
import type { Cost } from './costs.ts';
import { costsOfMessages } from './messages.ts';
import { measureReplicas } from './replicas.ts';
import { costsOfStores } from './stores.ts';
import { formatScaling, type Scaling } from './tables.ts';
import { measureTenants } from './tenants.ts';

/** What the suite writes. */
export interface ScalingResults extends Heading, Scaling {}

const tenants = 10_000;

export async function benchScaling(options: Options): Promise<void> {
  const { rounds, seconds, only, out, json } = options;
  const loadBefore = machineLoad();
  using load = new LoadGenerator();
  await using server = await natsServer();
  const heading = await headingOf(options, server, loadBefore);
  const size = { rounds, seconds };
  const results: ScalingResults = {
    ...heading,
    costs: only.test('costs') ? await told('what each part costs', measureCosts) : [],
    replicas: only.test('replicas') ? await told('more replicas of a stop', () => measureReplicas(load, size)) : [],
    cluster: only.test('cluster') ? await told('a cluster of three', () => measureCluster(load, size)) : [],
    ...(only.test('tenants')
      ? { tenants: await told(`${tenants} tenants with a policy each`, () => measureTenants(tenants)) }
      : {}),
  };
  writeResults(out, results);
  process.stdout.write(
    json ? `${JSON.stringify(results)}\n` : `\n${formatScaling(results)}\n\n${formatHeading(heading)}\n`,
  );
}

async function measureCosts(): Promise<Cost[]> {
  await using server = await natsServer();
  await using cluster = await natsCluster();
  return [...(await costsOfMessages(server, cluster)), ...(await costsOfStores(server, cluster))];
}

async function told<Result>(what: string, measure: () => Promise<Result>): Promise<Result> {
  say(what);
  return await measure();
}
