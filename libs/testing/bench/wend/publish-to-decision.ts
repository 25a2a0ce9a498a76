// How long after a publication was answered some replica still decides by the version before it.
import {
  policies,
  policy,
  policySources,
  requestSubject,
  type PolicyDocument,
  type PolicySource,
} from '@router-mesh/contracts';
import { call, putDocument, type NatsConnection } from '@router-mesh/wire';
import { createHash } from 'node:crypto';
import { startMesh, until } from '../../src/index.ts';
import { residentMb } from '../measure.ts';
import { percentiles } from '../statistics.ts';

export interface PublishToDecisionOptions {
  readonly rounds?: number;
  /** Policies of other tenants, children of one parent, that stand in the mesh meanwhile. */
  readonly others?: number;
  /** Of the processes that are measured. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface PublishToDecision {
  readonly rounds: number;
  readonly others: number;
  /** From the answer to `publish` to the end of the last decision by the version before, over both replicas, ms; 0 where there was none. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Until `publish` was answered, p50, ms: checked, kept and pointed at. */
  readonly publishP50Ms: number;
  /** Resident memory of a replica before and with the others, MB; undefined where the system does not tell. */
  readonly residentMb: readonly [number | undefined, number | undefined];
}

/** So many requests are under way at a time: whoever of the two replicas is late is asked within a millisecond. */
const asking = 4;
/** So many answers in a row by the new version, and both replicas have it: each answers every other one. */
const inARow = 16;

/** On a mesh of its own: a real nats-server, and two replicas of policy as processes. */
export async function publishToDecision({
  rounds = 100,
  others = 0,
  environment = {},
}: PublishToDecisionOptions = {}): Promise<PublishToDecision> {
  await using mesh = await startMesh({
    policies: 2,
    bundled: true,
    environment: { ROUTER_POLICY_WATCH: '0ms', ...environment },
  });
  const [nc, operator, root] = await Promise.all([
    mesh.nats.connect(),
    mesh.nats.connect('operator'),
    mesh.nats.connect('root'),
  ]);
  const pid = mesh.of('policy')[0]?.child.pid ?? 0;
  const ask = async (tenant = 'timed'): Promise<string | undefined> => {
    const reply = await nc.request(requestSubject('decide', tenant), body, { timeout: 10_000 });
    return reply.json<{ plan?: { policy_version?: string } }>().plan?.policy_version;
  };
  const publish = async (version: number): Promise<string | undefined> =>
    (await call(operator, policy.publish, 'timed', { source: source('timed/main', version) })).bundle;
  await until('a first version to judge', async () => {
    const bundle = await publish(0).catch(() => undefined);
    return bundle !== undefined && (await ask()) === bundle;
  });
  const before = residentMb(pid);
  await putOthers(root, others);
  await until(
    'all of them to be linked',
    async () => {
      const last = await Promise.all(Array.from({ length: inARow }, () => ask(`crowd.c${others - 1}`)));
      if (others > 0 && last.includes(undefined)) return false;
      const texts = await Promise.all(
        mesh.of('policy').map(async ({ http }) => await (await fetch(`${http}/metrics`)).text()),
      );
      return texts.every((text) => /^router_policies_waiting(\{.*\})? 0$/m.test(text));
    },
    300_000,
  );
  const resident = [before, residentMb(pid)] as const;
  const late: number[] = [];
  const took: number[] = [];
  for (let version = 1; version <= rounds; version += 1) {
    const began = performance.now();
    const bundle = await publish(version);
    const answered = performance.now();
    took.push(answered - began);
    late.push((await lastOther(ask, bundle, answered)) - answered);
  }
  await Promise.all([nc.close(), operator.close(), root.close()]);
  return {
    rounds,
    others,
    p50Ms: percentiles(late).p50,
    p99Ms: percentiles(late).p99,
    longestMs: Math.max(...late),
    publishP50Ms: percentiles(took).p50,
    residentMb: resident,
  };
}

const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'hi' }] });

function source(name: string, version: number): string {
  return `policy "${name}" version "1.0.${version}" { rule own { tag own = ${version} } route default { candidates cheapest(1) } }`;
}

/** When the last answer came that was by another version; `since` when there was none. */
async function lastOther(
  ask: () => Promise<string | undefined>,
  bundle: string | undefined,
  since: number,
): Promise<number> {
  let last = since;
  let row = 0;
  const askOn = async (): Promise<void> => {
    while (row < inARow) {
      const isNew = (await ask()) === bundle;
      row = isNew ? row + 1 : 0;
      if (!isNew) last = performance.now();
    }
  };
  await Promise.all(Array.from({ length: asking }, askOn));
  return last;
}

/** Children of `crowd/base`, a tenant each, as `publish` would leave them: ten thousand publications would take minutes. */
export async function putOthers(root: NatsConnection, count: number): Promise<void> {
  if (count === 0) return;
  await putPolicy(root, 'crowd/base', source('crowd/base', 0));
  for (let start = 0; start < count; start += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, count - start) }, (_, place) => {
        const name = `crowd/c${start + place}/main`;
        return putPolicy(
          root,
          name,
          `policy "${name}" version "1.0.0" extends "crowd/base@^1" { rule mine { tag mine = ${start + place} } }`,
        );
      }),
    );
}

async function putPolicy(root: NatsConnection, name: string, text: string): Promise<void> {
  const digest = createHash('sha256').update(text).digest('hex');
  const said = { version: '1.0.0', by: 'bench', at: Date.now() };
  const kept: PolicySource = { name, kind: 'policy', ...said, source: text, lock: [] };
  const pointers: PolicyDocument = {
    active: digest,
    versions: [{ digest, ...said }],
    history: [{ what: 'published', digest, by: said.by, at: said.at }],
  };
  await putDocument(root, policySources, digest, kept);
  await putDocument(root, policies, name, pointers);
}
